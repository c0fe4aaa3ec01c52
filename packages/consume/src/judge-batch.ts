import { isWaggleError, type ErrorCode } from '@waggle/base'
import { schemaIdOf, type Codec } from '@waggle/codec'
import type { LogBatch } from '@waggle/log'
import {
  admit,
  copyAdmission,
  type AdmissionState,
  type AdmittedRecord,
  type Refusal,
} from './admission.ts'

export interface JudgedBatch {
  readonly admitted: AdmittedRecord[]
  readonly refusals: Refusal[]
  /** The state behind the batch; the one given is untouched, so that a failed apply can be repeated. */
  readonly admission: AdmissionState
}

/** Admission of a whole batch, after loading the schemas it needs. */
export async function judgeBatch(
  codec: Codec,
  before: AdmissionState,
  batch: LogBatch,
): Promise<JudgedBatch> {
  await loadSchemas(codec, batch)
  const admission = copyAdmission(before)
  const admitted: AdmittedRecord[] = []
  const refusals: Refusal[] = []
  for (const record of batch.records) {
    const verdict = admit(admission, record, codec.writerOf)
    if (verdict.is === 'admitted') admitted.push(verdict.admitted)
    else refusals.push(verdict.refusal)
  }
  return { admitted, refusals, admission }
}

/** What a frame is at fault for. Any other error says that the registry cannot be asked now. */
const LEFT_TO_ADMISSION: readonly ErrorCode[] = ['SCHEMA_UNKNOWN', 'SCHEMA_INVALID']

/**
 * Loads each schema of the batch once, all at the same time. One that there is not, or that is not of an
 * event, is left for admission to refuse, record by record. If the registry does not answer the batch fails
 * and is tried again: a record must not be refused for what it is not at fault for.
 */
async function loadSchemas(codec: Codec, batch: LogBatch): Promise<void> {
  const ids = new Set<number>()
  let last: number | undefined
  for (const { value } of batch.records) {
    const id = frameId(value)
    if (id !== undefined && id !== last) ids.add(id)
    last = id
  }
  await Promise.all([...ids].map((id) => loadOrLeave(codec, id)))
}

async function loadOrLeave(codec: Codec, id: number): Promise<void> {
  try {
    await codec.load(id)
  } catch (error) {
    if (!isWaggleError(error) || !LEFT_TO_ADMISSION.includes(error.code)) throw error
  }
}

function frameId(value: Buffer): number | undefined {
  try {
    return schemaIdOf(value)
  } catch {
    return undefined
  }
}
