import { knownEventOf, readAdmitted } from '@waggle/consume'
import { isForkRun, type WaggleEvent } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { COORDINATION_TOPICS, recount, RESULT_TOPICS } from '@waggle/view-coordination'
import { compareResults, type Comparison } from './compare-results.ts'
import type { OpenedLog } from './open-log.ts'
import { jsonOf } from './event-lines.ts'
import type { RecountWanted } from './recount-command.ts'
import { recountTable } from './recount-table.ts'

/** Counts again and prints what came of it; false if the log says anything else. */
export async function runRecount(
  { log, codec }: OpenedLog,
  wanted: RecountWanted,
  out: { write(text: string): unknown },
): Promise<boolean> {
  // Results first: what is published meanwhile has then been counted too.
  const written = await resultsInLog({ log, codec })
  const counted: WaggleEvent[] = []
  for (const at of partitionsOf(log, COORDINATION_TOPICS))
    for (const result of await recount(log, codec, at)) counted.push(result)
  const compared = compareResults(counted, written).filter((one) => isWanted(wanted, one))
  const byName = wanted.proposal !== undefined || wanted.resource !== undefined
  const differences = compared.filter(({ status }) => status !== 'SAME')
  const counts = { results: compared.length, differences: differences.length }
  out.write(
    wanted.json
      ? `${jsonOf({ ...counts, shown: byName ? compared : differences })}\n`
      : `${recountTable(compared, byName).join('\n')}\n`,
  )
  return differences.length === 0
}

async function resultsInLog({ log, codec }: OpenedLog): Promise<WaggleEvent[]> {
  const results: WaggleEvent[] = []
  for (const end of await log.ends(partitionsOf(log, RESULT_TOPICS))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const record of batch) {
        const { event } = knownEventOf(record)
        // What a fork counted rests on its parent's events too: `waggle diff` compares it.
        if (event.kind !== 'tick' && !isForkRun(event.run)) results.push(event)
      }
    }
  }
  return results
}

function isWanted(wanted: RecountWanted, { result }: Comparison): boolean {
  const { swarm, run, proposal, resource } = wanted
  if (swarm !== undefined && result.swarm !== swarm) return false
  if (run !== undefined && result.run !== (run === 'live' ? null : run)) return false
  if (proposal !== undefined)
    return result.kind === 'proposal_result' && result.proposal === proposal
  if (resource !== undefined) return result.kind === 'lock_result' && result.resource === resource
  return true
}
