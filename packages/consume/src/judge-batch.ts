import { isWaggleError } from '@waggle/base'
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

/** An id that cannot be loaded is left for admission to refuse, record by record. */
async function loadSchemas(codec: Codec, batch: LogBatch): Promise<void> {
  let loaded: number | undefined
  for (const { value } of batch.records) {
    try {
      const schemaId = schemaIdOf(value)
      if (schemaId === loaded) continue
      await codec.load(schemaId)
      loaded = schemaId
    } catch (error) {
      if (!isWaggleError(error) || error.code === 'VIEW_UNAVAILABLE') throw error
    }
  }
}
