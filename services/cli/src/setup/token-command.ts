import { readIfThere, replaceFile, WaggleError } from '@waggle/base'
import { VERBS } from '@waggle/api'
import { createToken, parseGrants, type Grant } from '@waggle-services/gateway'
import { z } from 'zod'
import { defineCommand, option } from '../program/command.ts'
import { printJson } from '../program/print.ts'

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(',').map((item) => item.trim()))

export const TOKEN = defineCommand({
  details: `The token is shown once and kept nowhere; its entry has a hash of it. A gateway reads its file again when it
changes: WAGGLE_GATEWAY_TOKENS of a cluster, gateway-tokens.json in the data folder of \`waggle dev\`.`,
  args: { name: option('NAME', 'whose token it is', z.string().min(1).max(128)) },
  options: {
    swarms: option('LIST', 'swarms, with commas; * for all', list),
    verbs: option('LIST', `rights, with commas: ${VERBS.join(', ')}`, list),
    agents: option('LIST', 'agents it may speak as; all if left out', list.optional()),
    rate: option('N', 'requests a second; 200 if left out', z.coerce.number().optional()),
    expires: option(
      'TIME',
      'refused from then on (ISO 8601); never if left out',
      z.string().optional(),
    ),
    add: option('FILE', 'add the entry to this tokens file', z.string().min(1).optional()),
  },
  examples: [
    'token analyst --swarms desk --verbs read,sql',
    'token ada --swarms desk --agents ada --verbs read,emit,vote --add ./data/gateway-tokens.json',
  ],
  run: async ({ name, swarms, verbs, agents, rate, expires, add, json }, deps) => {
    const { token, grant } = createToken({
      name,
      swarms,
      // Checked with the rest.
      verbs: verbs as Grant['verbs'],
      ...(agents === undefined ? {} : { agents }),
      ...(rate === undefined ? {} : { rate }),
      ...(expires === undefined ? {} : { expires_at: expires }),
    })
    if (add !== undefined) await addTo(add, grant)
    if (json) printJson(deps, { token, grant })
    else deps.out.write(`${token}\n${JSON.stringify(grant, null, 2)}\n`)
    return 0
  },
})

/** Whole or not at all: a gateway may read the file at any moment. */
async function addTo(path: string, grant: Grant): Promise<void> {
  const there = parseGrants(JSON.parse((await readIfThere(path))?.toString() ?? '[]'))
  if (there.some(({ name }) => name === grant.name))
    throw new WaggleError('CONFIG_INVALID', `${path} has a token of the name ${grant.name} already`)
  await replaceFile(path, `${JSON.stringify([...there, grant], null, 2)}\n`)
}
