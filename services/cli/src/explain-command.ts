import type { EvidencePack } from '@waggle/api'
import { replaceFile } from '@waggle/base'
import { keptCertificate } from '@waggle/certify'
import { isForkRun } from '@waggle/event'
import { CLAIMS, explain, type ExplainSource } from '@waggle/explain'
import { createRunLog, lineageOf } from '@waggle/fork'
import { z } from 'zod'
import { neededTreesFolder } from './certificate-files.ts'
import { checkPack } from './check-pack.ts'
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
  trees: option(
    'DIR',
    'where `waggle certify` kept trees and certificate; certificate in the data folder if left out',
    file,
  ),
  check: option('FILE', 'compute a pack again, without a bus', file),
  key: option(
    'KEY',
    'of --check: public key that the certificate is held to, as text or in a file',
    file,
  ),
}
type Wanted = WantedOf<typeof args & typeof options>

export const EXPLAIN = defineCommand({
  details: `The minimal set of events behind a number, as an evidence pack: raw bytes, schemas, rule and value. With --check the
pack alone is enough: no log, registry or clock is asked. Where the log is certified (waggle certify), the pack proves that
the log holds each of its events, and --key checks that, offline too.`,
  args,
  options,
  examples: [
    'explain proposal:rebalance-16 --run backtest-SPX',
    'explain holding:executor/SPX --data .waggle/demo --run backtest-SPX --out holding.json',
    'explain --check holding.json --key log.key.pub',
  ],
  exits: 'Exit code 1 is a pack that was changed, or whose events do not give its value.',
  check: ({ claim, check, key, trees, data, at, after }): Record<string, string> => ({
    ...((claim === undefined) === (check === undefined) && {
      claim: 'give a claim, or --check with a pack',
    }),
    ...(key !== undefined && check === undefined && { key: 'of --check only' }),
    ...(trees !== undefined && data === undefined && { trees: 'goes with --data' }),
    ...(data !== undefined && at !== undefined && { at: 'of a gateway only; use --as-of' }),
    ...(data !== undefined && after !== undefined && { after: 'of a gateway only' }),
  }),
  run: runExplain,
})

async function runExplain(wanted: Wanted, deps: CommandDeps): Promise<number> {
  const { claim, check, key, json } = wanted
  if (check !== undefined) return checkPack({ path: check, key, json }, deps)
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
    const certified = await keptCertificate(
      neededTreesFolder(wanted.trees, wanted.data, deps.environment),
    )
    return say(await explain({ ...(await runOf(scope)), asOf, vault, certified }, claim!))
  })
}

/** Of a fork: its own events, and those it began with. */
async function runOf(scope: ReplayScope): Promise<ExplainSource> {
  const { log, codec, swarm, run } = scope
  if (run === null || !isForkRun(run)) return scope
  const lineage = await lineageOf({ log, codec }, swarm, run)
  return { log: createRunLog({ log, lineage }), bytes: log, codec, swarm, run }
}

const NOT_PROVEN = 'not proven: no certificate of the log has all of them (waggle certify)'

function packLines({ claim, value, events, proof, digest }: EvidencePack): string {
  const lines = events.map(({ position, role, score, erased }) => {
    const more = `${score === null ? '' : ` ${score.toFixed(4)}`}${erased ? ' erased' : ''}`
    return `  ${role.padEnd(12)} ${position}${more}`
  })
  const proven = proof === undefined ? NOT_PROVEN : 'proven to be in the certified log'
  return [`${claim} = ${value}`, ...lines, proven, `digest ${digest}`, ''].join('\n')
}
