import { readFileSync } from 'node:fs'
import type { EvidencePack } from '@waggle/api'
import { messageOf, replaceFile, WaggleError } from '@waggle/base'
import { isForkRun, positionText } from '@waggle/event'
import { CLAIMS, explain, recompute, type ExplainSource } from '@waggle/explain'
import { createRunLog, lineageOf } from '@waggle/fork'
import { z } from 'zod'
import { defineCommand, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { openVault } from './open-vault.ts'
import { timeOption, withSource, type ReplayScope } from './replay-source.ts'
import { READ_OPTIONS, readOf, withSwarm } from './swarm/session.ts'

const file = z.string().min(1).optional()
const args = {
  claim: option('CLAIM', `one of ${CLAIMS.join(', ')}`, z.string().min(1).max(512).optional()),
}
const options = {
  ...READ_OPTIONS,
  out: option('FILE', 'write the evidence pack', file),
  check: option('FILE', 'compute a pack again, without a bus', file),
}
type Wanted = WantedOf<typeof args & typeof options>

export const EXPLAIN = defineCommand({
  details: `The minimal set of events behind a number, as an evidence pack: raw bytes, schemas, rule and value. With --check the
pack alone is enough: no log, registry or clock is asked.`,
  args,
  options,
  examples: [
    'explain proposal:rebalance-16 --run backtest-SPX',
    'explain holding:executor/SPX --data .waggle/demo --run backtest-SPX --out holding.json',
    'explain --check holding.json',
  ],
  exits: 'Exit code 1 is a pack that was changed, or whose events do not give its value.',
  check: ({ claim, check, data, at, after }): Record<string, string> => ({
    ...((claim === undefined) === (check === undefined) && {
      claim: 'give a claim, or --check with a pack',
    }),
    ...(data !== undefined && at !== undefined && { at: 'of a gateway only; use --as-of' }),
    ...(data !== undefined && after !== undefined && { after: 'of a gateway only' }),
  }),
  run: runExplain,
})

async function runExplain(wanted: Wanted, deps: CommandDeps): Promise<number> {
  const { claim, check, json } = wanted
  if (check !== undefined) return checkPack(check, json, deps)
  const say = async (pack: EvidencePack): Promise<number> => {
    if (wanted.out !== undefined)
      await replaceFile(wanted.out, `${JSON.stringify(pack, null, 1)}\n`)
    deps.out.write(json ? `${JSON.stringify(pack)}\n` : packLines(pack))
    return 0
  }
  if (wanted.data === undefined)
    return withSwarm(wanted, deps, async (session) => {
      const asked = { ...readOf(wanted, session), claim: claim! }
      return say((await session.client.call('explain', asked)).data)
    })
  const asOf = wanted['as-of'] === undefined ? undefined : timeOption.parse(wanted['as-of'])
  // The log of a folder is read as it is: no bus is opened, and none needs to be closed before.
  return withSource(wanted, deps.environment, async (scope) => {
    const vault = openVault(wanted.data, deps.environment)
    return say(await explain({ ...(await runOf(scope)), asOf, vault }, claim!))
  })
}

/** Of a fork: its own events, and those it began with. */
async function runOf(scope: ReplayScope): Promise<ExplainSource> {
  const { log, codec, swarm, run } = scope
  if (run === null || !isForkRun(run)) return scope
  const lineage = await lineageOf({ log, codec }, swarm, run)
  return { log: createRunLog({ log, lineage }), bytes: log, codec, swarm, run }
}

function packLines({ claim, value, events, digest }: EvidencePack): string {
  const lines = events.map(({ position, role, score, erased }) => {
    const more = `${score === null ? '' : ` ${score.toFixed(4)}`}${erased ? ' erased' : ''}`
    return `  ${role.padEnd(12)} ${position}${more}`
  })
  return [`${claim} = ${value}`, ...lines, `digest ${digest}`, ''].join('\n')
}

function checkPack(path: string, json: boolean, { out }: CommandDeps): number {
  const pack = readPack(path)
  try {
    const { claim, rule, value, events } = recompute(pack)
    const positions = events.map(({ position }) => positionText(position))
    out.write(
      json
        ? `${JSON.stringify({ holds: true, claim, rule, value, events: positions })}\n`
        : `${claim} = ${JSON.stringify(value)}\nholds: computed again by ${rule} from ${events.length} events\n`,
    )
    return 0
  } catch (error) {
    const reason = messageOf(error)
    out.write(json ? `${JSON.stringify({ holds: false, reason })}\n` : `refused: ${reason}\n`)
    return 1
  }
}

function readPack(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    const what = `--check: ${path} is no JSON: ${messageOf(error)}`
    throw new WaggleError('CONFIG_INVALID', what, { input: path, cause: error })
  }
}
