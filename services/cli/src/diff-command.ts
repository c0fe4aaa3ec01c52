import { WaggleError } from '@waggle/base'
import { diffRuns } from '@waggle/fork'
import { z } from 'zod'
import { diffJson, diffLines } from './diff-lines.ts'
import { openVault } from './open-vault.ts'
import { parseOptions } from './parse-options.ts'
import { withSource } from './replay-source.ts'
import type { CommandDeps } from './run-waggle.ts'

export const DIFF_USAGE = `waggle diff RUN_A RUN_B [--data DIR] [--swarm NAME] [--clocks] [--limit N] [--json]

Compares two runs step by step: decisions, votes, fills and everything else, and what they gained. Of a fork and its
parent, or of two forks, what both began with is left out. \`live\` is the run of what belongs to none.

  --data    folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --swarm   needed where the log has several
  --clocks  a step at another time is another step
  --limit   most divergences shown; 20 if left out

Exit code: 0 the same, 1 a difference, 2 bad arguments, 3 no such fork, 5 the log cannot be reached.
`

const schema = z.strictObject({
  data: z.string().min(1).optional(),
  swarm: z.string().min(1).max(128).optional(),
  clocks: z.boolean().default(false),
  limit: z.coerce.number().int().positive().default(20),
  json: z.boolean().default(false),
})

export async function runDiff(
  argv: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  const [a, b, ...options] = argv
  if (a === undefined || b === undefined || a.startsWith('-') || b.startsWith('-')) {
    throw new WaggleError('CONFIG_INVALID', 'waggle diff RUN_A RUN_B: give two runs', {
      input: argv,
    })
  }
  const { clocks, limit, json, ...wanted } = parseOptions(options, schema, ['clocks', 'json'])
  return withSource(wanted, environment, async ({ log, codec, swarm }) => {
    const vault = openVault(wanted.data, environment)
    const source = { log, codec, ...(vault === undefined ? {} : { vault }) }
    const diff = await diffRuns({ ...source, swarm, a: runOf(a), b: runOf(b), clocks })
    out.write(`${(json ? diffJson(diff, limit) : diffLines(diff, limit)).join('\n')}\n`)
    return diff.divergences.length === 0 ? 0 : 1
  })
}

function runOf(name: string): string | null {
  return name === 'live' ? null : name
}
