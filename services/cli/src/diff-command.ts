import { diffRuns } from '@waggle/fork'
import { z } from 'zod'
import { diffJson, diffLines } from './diff-lines.ts'
import { openVault } from './open-vault.ts'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { SOURCE_OPTIONS, withSource } from './replay-source.ts'

const run = z.string().min(1).max(128)
const args = {
  a: option('RUN_A', 'a run; `live` is what belongs to none', run),
  b: option('RUN_B', 'the run it is compared with', run),
}
const options = {
  data: SOURCE_OPTIONS.data,
  swarm: SOURCE_OPTIONS.swarm,
  clocks: flag('a step at another time is another step'),
  limit: option('N', 'most divergences shown', z.coerce.number().int().positive().default(20)),
}

export const DIFF = defineCommand({
  details: `Decisions, votes, fills and everything else, and what the runs gained. Of a fork and its parent, or of two forks,
what both began with is left out.`,
  args,
  options,
  examples: ['diff live fork:calm --data .waggle/bus'],
  exits: 'Exit code 0 where they are the same, 1 where they differ.',
  run: runDiff,
})

async function runDiff(
  { a, b, clocks, limit, json, ...wanted }: WantedOf<typeof args & typeof options>,
  { environment, out }: CommandDeps,
): Promise<number> {
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
