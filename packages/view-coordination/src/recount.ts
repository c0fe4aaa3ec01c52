import { knownEventOf, readAdmitted } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import type { TopicPartition, WaggleEvent } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { emptyPartition } from './fold-coordination.ts'
import { foldResults } from './result-events.ts'

/** All results of a partition of locks or proposals, from the log alone: what anyone can recount. */
export async function recount(
  log: EventLog,
  codec: Codec,
  at: TopicPartition,
): Promise<WaggleEvent[]> {
  const state = emptyPartition()
  const results: WaggleEvent[] = []
  for (const end of await log.ends([at])) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      results.push(...foldResults(state, at, batch.map(knownEventOf)))
    }
  }
  return results
}
