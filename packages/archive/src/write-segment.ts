import { WaggleError } from '@waggle/base'
import type { Kind } from '@waggle/event'
import type { ArchivedRow } from './archived-row.ts'
import type { ObjectStore } from './object-store.ts'
import { writeParquet } from './parquet-file.ts'
import { SegmentReader } from './read-segment.ts'
import {
  contentHash,
  dateOf,
  pathOf,
  segmentName,
  sha256,
  type Segment,
  type SegmentFile,
} from './segment.ts'

/**
 * Writes the files of a segment, reads them back from the store and compares every record; only then it may be
 * committed. A file that was left behind by a crash is overwritten by the same bytes.
 */
export async function writeSegment(
  store: ObjectStore,
  first: bigint,
  rows: readonly ArchivedRow[],
): Promise<Segment> {
  const [oldest, last] = [rows[0]!.record, rows.at(-1)!.record]
  const { topic, partition } = oldest
  const date = dateOf(oldest.appendedAt)
  const byKind = Map.groupBy(rows, ({ admitted }): Kind | null => admitted?.writer.kind ?? null)
  const files: SegmentFile[] = []
  for (const [kind, own] of byKind) {
    const path = pathOf(oldest, kind, date, first)
    const bytes = writeParquet(own)
    await store.put(path, bytes)
    files.push({ path, kind, rows: own.length, bytes: bytes.length, sha256: sha256(bytes) })
  }
  const hash = contentHash()
  for (const { record } of rows) hash.add(record)
  const segment: Segment = {
    topic,
    partition,
    first: Number(first),
    next: Number(last.offset) + 1,
    rows: rows.length,
    date,
    appendedFrom: oldest.appendedAt,
    appendedTo: last.appendedAt,
    valueBytes: rows.reduce((sum, { record }) => sum + record.value.length, 0),
    content: hash.digest(),
    files,
  }
  await verifySegment(store, segment)
  return segment
}

/** Reads a segment from the store and compares it with what the manifest says: LOG_CORRUPT where it differs. */
export async function verifySegment(store: ObjectStore, segment: Segment): Promise<void> {
  const reader = new SegmentReader(store, segment)
  const hash = contentHash()
  let rows = 0
  for (let next = segment.first; next < segment.next;) {
    const records = (await reader.read(next, segment.rows)).records()
    for (const record of records) hash.add(record)
    rows += records.length
    const last = records.at(-1)
    if (last === undefined) break
    next = Number(last.offset) + 1
  }
  if (rows === segment.rows && hash.digest() === segment.content) return
  throw new WaggleError('LOG_CORRUPT', `${segmentName(segment)} does not hold what was archived`, {
    input: segmentName(segment),
  })
}
