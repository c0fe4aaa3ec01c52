import { WaggleError } from '@waggle/base'
import { EnvelopeView } from '@waggle/codec'
import { positionText, type Position } from '@waggle/event'
import type { EventLog, LogRecord, ProducerStamp, RestoredRecord } from '@waggle/log'
import type { Archive } from './archive.ts'

const CHUNK = 4096

/**
 * Puts a lost log back: every partition goes on from where it ends up to the end of its archive, with the offsets,
 * bytes and append times it had. A restore that was broken off is gone on with. ARCHIVE_GAP where offsets are not
 * consecutive. Returns where the partitions end now; `onProgress` is told records.
 */
export async function restoreLog(
  archive: Archive,
  log: EventLog,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Position[]> {
  const restore = log.retention?.restore
  if (restore === undefined)
    throw new WaggleError(
      'INPUT_INVALID',
      'Only an embedded log takes records with the append times they had',
    )
  const { partitions } = archive.manifest
  const starts = await log.ends(partitions)
  const missing = starts.map((at) => Math.max(0, archive.manifest.endOf(at) - Number(at.offset)))
  const total = missing.reduce((sum, records) => sum + records, 0)
  const restored: Position[] = []
  let done = 0
  for (const at of partitions) {
    let [next] = await log.ends([at])
    const end = archive.manifest.endOf(at)
    while (next!.offset < end) {
      const rows = await archive.read(next!, CHUNK)
      const records = rows.records()
      checkConsecutive(next!, records)
      await restore(
        next!,
        records.map((record, i) => restoredRecord(record, rows.admitted(i))),
      )
      next = { ...at, offset: next!.offset + BigInt(records.length) }
      onProgress((done += records.length), total)
    }
    restored.push(next!)
  }
  return restored
}

function checkConsecutive(from: Position, records: readonly LogRecord[]): void {
  const at = records.findIndex(({ offset }, i) => offset !== from.offset + BigInt(i))
  if (records.length > 0 && at < 0) return
  const missing = positionText({ ...from, offset: from.offset + BigInt(Math.max(at, 0)) })
  throw new WaggleError('ARCHIVE_GAP', `${missing} is not in the archive`, { input: missing })
}

function restoredRecord(record: LogRecord, admitted: boolean): RestoredRecord {
  const { key, value, headers, appendedAt } = record
  const producer = producerOf(record, admitted)
  return { key, value, headers, appendedAt, ...(producer === undefined ? {} : { producer }) }
}

/** Under which number the record was appended, so that a retry is still known for what it is. */
function producerOf({ headers, value }: LogRecord, admitted: boolean): ProducerStamp | undefined {
  if (admitted) {
    const { session, seq } = EnvelopeView.trusted(value, 0)
    return { session, seq }
  }
  const { 'dlq-session': session, 'dlq-offset': seq } = headers
  return session === undefined || seq === undefined ? undefined : { session, seq: Number(seq) }
}
