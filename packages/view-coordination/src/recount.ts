import { emptyAdmission, judgeBatch, knownEventOf } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import type { TopicPartition, WaggleEvent } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { emptyPartition, foldCoordination } from './fold-coordination.ts'
import { resultEvent } from './result-events.ts'

const READ_RECORDS = 4096

/** All results of a partition of locks or proposals, from the log alone: what anyone can recount. */
export async function recount(
  log: EventLog,
  codec: Codec,
  at: TopicPartition,
): Promise<WaggleEvent[]> {
  const state = emptyPartition()
  const results: WaggleEvent[] = []
  let admission = emptyAdmission()
  for (let offset = 0n; ;) {
    const records = await log.read({ ...at, offset }, READ_RECORDS)
    const last = records.at(-1)
    if (last === undefined) return results
    const judged = await judgeBatch(codec, admission, { ...at, records })
    admission = judged.admission
    for (const admitted of judged.admitted) {
      const before = state.results
      foldCoordination(state, knownEventOf(admitted)).forEach((result, index) => {
        results.push(resultEvent(at, before + index + 1, result))
      })
    }
    offset = last.offset + 1n
  }
}
