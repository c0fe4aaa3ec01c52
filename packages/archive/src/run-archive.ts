import { isWaggleError, WaggleError, type Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { emptyAdmission, judgeBatch, type AdmissionState } from '@waggle/consume'
import {
  EVENT_TOPICS,
  partitionName,
  positionText,
  type Position,
  type TopicPartition,
} from '@waggle/event'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import type { Archive } from './archive.ts'
import { openArchivedLog } from './archived-log.ts'
import type { ArchivedRow } from './archived-row.ts'
import { cutSegments, type SegmentLimits } from './cut-segments.ts'
import { dayStart, type Segment } from './segment.ts'
import { writeSegment } from './write-segment.ts'

export interface ArchiveRun {
  readonly log: EventLog
  readonly codec: Codec
  readonly archive: Archive
  /** Records appended before the UTC day of this time are archived. */
  readonly before: Micros
  /** All topics of the log if left out. */
  readonly topics?: readonly string[]
  readonly limits?: SegmentLimits
  /** Told the records that are dealt with, of all that are not archived yet: written, or found too young. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ArchiveResult {
  readonly segments: readonly Segment[]
  /** Partitions that could not be archived to their end, each with its reason; the others were. */
  readonly problems: readonly WaggleError[]
}

/** Segments written before one commit: what a crash makes to be written again. */
const COMMIT_SEGMENTS = 64
const READ_RECORDS = 4096

/**
 * Archives what is older than a day and not archived yet. Files first, then the commit that names them, so that a
 * crash leaves files that nobody reads and that the next run overwrites with the same bytes.
 */
export async function runArchive(run: ArchiveRun): Promise<ArchiveResult> {
  const { log, archive, topics = Object.keys(log.topics) } = run
  const segments: Segment[] = []
  const problems: WaggleError[] = []
  let written: Segment[] = []
  const commitWritten = async (): Promise<void> => {
    if (written.length === 0) return
    await commit(archive, written)
    segments.push(...written)
    written = []
  }
  const partitions = partitionsOf(log, topics)
  const progress = await progressOver(run, partitions)
  for (const at of partitions) {
    try {
      for await (const segment of archivePartition(run, at)) {
        written.push(segment)
        progress.reached(at, segment.next)
        if (written.length >= COMMIT_SEGMENTS) await commitWritten()
      }
    } catch (error) {
      if (!isWaggleError(error) || error.retriable || error.code === 'ARCHIVE_INVALID') throw error
      problems.push(error)
    }
    progress.reached(at, Infinity)
  }
  await commitWritten()
  return { segments, problems }
}

/** Offsets from the ends of the archive to those of the log. */
async function progressOver(
  { log, archive, onProgress }: ArchiveRun,
  partitions: readonly TopicPartition[],
): Promise<{ reached(at: TopicPartition, next: number): void }> {
  if (onProgress === undefined) return { reached: () => {} }
  const left = new Map<string, { from: number; readonly end: number }>()
  for (const end of await log.ends(partitions)) {
    const from = archive.manifest.endOf(end)
    left.set(partitionName(end), { from, end: Math.max(from, Number(end.offset)) })
  }
  const total = [...left.values()].reduce((sum, { from, end }) => sum + end - from, 0)
  let done = 0
  return {
    reached: (at, next) => {
      const span = left.get(partitionName(at))!
      const to = Math.min(next, span.end)
      done += to - span.from
      span.from = to
      onProgress(done, total)
    },
  }
}

async function* archivePartition(
  { log, codec, archive, before, limits }: ArchiveRun,
  at: TopicPartition,
): AsyncGenerator<Segment> {
  const from = await nextToArchive(log, archive, at)
  const joined = openArchivedLog(log, archive)
  let admission: AdmissionState | undefined
  for await (const { first, records } of cutSegments(log, from, dayStart(before), limits)) {
    admission ??= await admissionBefore(joined, codec, from)
    const { rows, behind } = await judge(codec, admission, at, records)
    admission = behind
    yield await writeSegment(archive.store, first, rows)
  }
}

/** Where the archive of a partition ends; ARCHIVE_GAP where the log has let go of what is behind it. */
async function nextToArchive(
  log: EventLog,
  archive: Archive,
  at: TopicPartition,
): Promise<Position> {
  const offset = BigInt(archive.manifest.endOf(at))
  const [start] = (await log.retention?.starts([at])) ?? []
  if (start === undefined || start.offset <= offset) return { ...at, offset }
  const missing = positionText({ ...at, offset })
  throw new WaggleError(
    'ARCHIVE_GAP',
    `${missing} is neither in the archive nor in the log, which starts at ${start.offset}`,
    { input: missing },
  )
}

/** Admission is a fold of the partition from its first record on. */
async function admissionBefore(
  joined: EventLog,
  codec: Codec,
  end: Position,
): Promise<AdmissionState> {
  let admission = emptyAdmission()
  if (!isEventTopic(end.topic)) return admission
  for (let next: Position = { ...end, offset: 0n }; next.offset < end.offset;) {
    const max = Math.min(READ_RECORDS, Number(end.offset - next.offset))
    const records = await joined.read(next, max)
    const last = records.at(-1)
    if (last === undefined) break
    admission = (await judgeBatch(codec, admission, { ...end, records })).admission
    next = { ...next, offset: last.offset + 1n }
  }
  return admission
}

async function judge(
  codec: Codec,
  before: AdmissionState,
  at: TopicPartition,
  records: readonly LogRecord[],
): Promise<{ rows: ArchivedRow[]; behind: AdmissionState }> {
  if (!isEventTopic(at.topic)) {
    return { rows: records.map((record) => ({ record, admitted: undefined })), behind: before }
  }
  const { admitted, admission } = await judgeBatch(codec, before, { ...at, records })
  const byOffset = new Map(admitted.map((one) => [one.record.offset, one]))
  const rows = records.map((record) => ({ record, admitted: byOffset.get(record.offset) }))
  return { rows, behind: admission }
}

async function commit(archive: Archive, segments: readonly Segment[]): Promise<void> {
  const done = await archive.manifest.commit(archive.store, segments)
  await archive.reload()
  if (done) return
  throw new WaggleError('ARCHIVE_UNAVAILABLE', 'Another archiver has committed at the same time')
}

function isEventTopic(topic: string): boolean {
  return (EVENT_TOPICS as readonly string[]).includes(topic)
}
