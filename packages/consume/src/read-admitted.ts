import type { Codec } from '@waggle/codec'
import type { Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { emptyAdmission, type AdmissionState, type AdmittedRecord } from './admission.ts'
import { judgeBatch } from './judge-batch.ts'
import type { ProjectionBatch } from './projection.ts'

export interface AdmittedSource {
  readonly log: EventLog
  readonly codec: Codec
  /** Most records read at once. */
  readonly batchRecords?: number
}

/** Where to begin: an offset, and admission behind everything before it. */
export interface ReadStart {
  readonly nextOffset: bigint
  readonly admission: AdmissionState
}

const BATCH_RECORDS = 4096

/**
 * The admitted records of a partition up to `end`, in batches, with the admission every view makes:
 * replay sees exactly what the views saw, refusals left out.
 */
export async function* readAdmitted(
  source: AdmittedSource,
  end: Position,
): AsyncGenerator<readonly AdmittedRecord[]> {
  for await (const { events } of readBatches(source, end)) yield events
}

/** The same as batches that a projection takes, from the start of the partition or a place in it. */
export async function* readBatches(
  { log, codec, batchRecords = BATCH_RECORDS }: AdmittedSource,
  end: Position,
  start: ReadStart = { nextOffset: 0n, admission: emptyAdmission() },
): AsyncGenerator<ProjectionBatch> {
  const { topic, partition } = end
  let { admission } = start
  for (let from: Position = { ...end, offset: start.nextOffset }; from.offset < end.offset;) {
    const left = Number(end.offset - from.offset)
    const records = await log.read(from, Math.min(batchRecords, left))
    const last = records.at(-1)
    if (last === undefined) return
    const judged = await judgeBatch(codec, admission, { ...from, records })
    admission = judged.admission
    const nextOffset = last.offset + 1n
    const firstOffset = records[0]!.offset
    yield { topic, partition, firstOffset, nextOffset, events: judged.admitted, admission }
    from = { ...from, offset: nextOffset }
  }
}
