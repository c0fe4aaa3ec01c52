import { emptyAdmission, judgeBatch, type AdmittedRecord } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import type { Position, TopicPartition } from '@waggle/event'
import type { EventLog } from '@waggle/log'

export interface SourceOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly topics: readonly string[]
  /** Most records read from a partition at once. */
  readonly batchRecords?: number
}

const BATCH_RECORDS = 4096

/** The partitions of some topics. */
export function partitionsOf(log: EventLog, topics: readonly string[]): TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: log.topics[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}

/**
 * The admitted records of a partition up to `end`, in batches, with the admission every view makes:
 * replay sees exactly what the views saw, refusals left out.
 */
export async function* readAdmitted(
  { log, codec, batchRecords = BATCH_RECORDS }: SourceOptions,
  end: Position,
): AsyncGenerator<readonly AdmittedRecord[]> {
  let admission = emptyAdmission()
  for (let from: Position = { ...end, offset: 0n }; from.offset < end.offset;) {
    const left = Number(end.offset - from.offset)
    const records = await log.read(from, Math.min(batchRecords, left))
    const last = records.at(-1)
    if (last === undefined) return
    const judged = await judgeBatch(codec, admission, { ...from, records })
    admission = judged.admission
    yield judged.admitted
    from = { ...from, offset: last.offset + 1n }
  }
}
