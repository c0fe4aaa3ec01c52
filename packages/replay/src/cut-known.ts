import type { Micros } from '@waggle/base'
import type { AdmittedRecord } from '@waggle/consume'

/** Records known after `until` are left out; each partition ends at its first one of the run. */
export async function* cutKnown(
  batches: AsyncIterable<readonly AdmittedRecord[]>,
  keep: (record: AdmittedRecord) => boolean,
  until: Micros,
): AsyncGenerator<readonly AdmittedRecord[]> {
  for await (const batch of batches) {
    const kept = batch.filter(keep)
    const beyond = kept.findIndex((record) => record.knownFrom > until)
    if (beyond >= 0) {
      if (beyond > 0) yield kept.slice(0, beyond)
      return
    }
    if (kept.length > 0) yield kept
  }
}
