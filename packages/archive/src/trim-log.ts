import { WaggleError } from '@waggle/base'
import { positionText, SCHEMA_TOPIC, type Position, type TopicPartition } from '@waggle/event'
import type { EventLog, LogRecord } from '@waggle/log'
import type { Archive } from './archive.ts'
import { contentHash, segmentName, type Segment } from './segment.ts'

/**
 * Lets the log go of what is archived. Each segment was verified when it was written; here the archive is read once
 * more and compared with the log, record by record, and only whole segments that agree are trimmed. Schemas stay: a
 * registry reads them at every start. Returns where the partitions start now; `onProgress` is told records compared.
 */
export async function trimArchived(
  log: EventLog,
  archive: Archive,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Position[]> {
  const { retention } = log
  if (retention === undefined)
    throw new WaggleError('INPUT_INVALID', 'This log cannot let go of its oldest records')
  const { manifest } = archive
  const partitions = manifest.partitions.filter(({ topic }) => topic !== SCHEMA_TOPIC)
  const starts = await retention.starts(partitions)
  const spans = starts.map((at) => Math.max(0, manifest.endOf(at) - Number(at.offset)))
  const total = spans.reduce((sum, records) => sum + records, 0)
  const trimmed: Position[] = []
  let done = 0
  for (const at of partitions) {
    const [start] = await retention.starts([at])
    let before = start!
    for (const segment of manifest.segmentsOf(at)) {
      if (segment.next <= before.offset || segment.first > before.offset) continue
      await compareWithLog(log, archive, segment, before)
      done += segment.next - Number(before.offset)
      onProgress(done, total)
      before = { ...at, offset: BigInt(segment.next) }
    }
    if (before.offset > start!.offset) trimmed.push(await retention.trim(before))
  }
  return trimmed
}

/** LOG_CORRUPT where log and archive differ in what the log has of a segment. */
async function compareWithLog(
  log: EventLog,
  archive: Archive,
  segment: Segment,
  { offset }: Position,
): Promise<void> {
  const at = { topic: segment.topic, partition: segment.partition }
  const from = Math.max(segment.first, Number(offset))
  const [live, kept] = [contentHash(), contentHash()]
  const range = { at, from, end: segment.next }
  for await (const record of recordsOf(range, (next) => log.read(next, CHUNK))) live.add(record)
  const ofArchive = async (next: Position) => (await archive.read(next, CHUNK)).records()
  for await (const record of recordsOf(range, ofArchive)) kept.add(record)
  if (live.digest() === kept.digest()) return
  const name = segmentName(segment)
  throw new WaggleError('LOG_CORRUPT', `${name} is not the same in log and archive: it stays`, {
    input: positionText({ ...at, offset: BigInt(from) }),
  })
}

const CHUNK = 4096

interface OffsetRange {
  readonly at: TopicPartition
  readonly from: number
  readonly end: number
}

export async function* recordsOf(
  { at, from, end }: OffsetRange,
  read: (from: Position) => Promise<readonly LogRecord[]>,
): AsyncGenerator<LogRecord> {
  for (let next = from; next < end;) {
    const records = await read({ ...at, offset: BigInt(next) })
    const last = records.at(-1)
    if (last === undefined) return
    for (const record of records) if (record.offset < end) yield record
    next = Number(last.offset) + 1
  }
}
