import { parseArgs } from 'node:util'
import { WaggleError } from '@waggle/base'
import { z } from 'zod'

export const RECOUNT_USAGE = `waggle recount [--data DIR] [--proposal NAME | --resource NAME] [--swarm NAME] [--run NAME]

Counts votes and locks again, from the log alone, and compares that with the results in the log.

  --data      folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --proposal  only this proposal, --resource only this lock: every result is shown, not only differences
  --swarm     only this swarm
  --run       only this run; \`live\` is what belongs to none

Exit code: 0 all the same, 1 a difference, 2 bad arguments. On a bus that runs, a result counted but not
published yet shows as MISSING: run it again.
`

const name = z.string().min(1).max(128)
const schema = z
  .strictObject({
    data: z.string().min(1).optional(),
    proposal: name.optional(),
    resource: name.optional(),
    swarm: name.optional(),
    run: name.optional(),
  })
  .refine(({ proposal, resource }) => proposal === undefined || resource === undefined, {
    message: 'give a proposal or a resource, not both',
    path: ['resource'],
  })

export type RecountArguments = z.output<typeof schema>

/** Command line -> arguments; one CONFIG_INVALID that lists every bad one. */
export function parseRecountArguments(argv: readonly string[]): RecountArguments {
  const text = { type: 'string' } as const
  const options = { data: text, proposal: text, resource: text, swarm: text, run: text }
  const known = new Set(Object.keys(options))
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const strangers = tokens.flatMap((token) => {
    if (token.kind === 'positional') return [`${token.value}: unknown`]
    return token.kind === 'option' && !known.has(token.name) ? [`${token.rawName}: unknown`] : []
  })
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => known.has(key)))
  const parsed = schema.safeParse(own)
  const problems = [
    ...strangers,
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `--${path.join('.')}: ${message}`),
  ]
  if (parsed.success && problems.length === 0) return parsed.data
  throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
}
