import type { Codec } from '@waggle/codec'
import type { Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { emptyAdmission, type AdmittedRecord } from './admission.ts'
import { judgeBatch } from './judge-batch.ts'

export interface AdmittedSource {
  readonly log: EventLog
  readonly codec: Codec
  /** Most records read at once. */
  readonly batchRecords?: number
}

const BATCH_RECORDS = 4096

/**
 * The admitted records of a partition up to `end`, in batches, with the admission every view makes:
 * replay sees exactly what the views saw, refusals left out.
 */
export async function* readAdmitted(
  { log, codec, batchRecords = BATCH_RECORDS }: AdmittedSource,
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
