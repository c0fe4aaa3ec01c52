import { isWaggleError } from '@waggle/base'
import { partitionName, type Position, type TopicPartition } from '@waggle/event'
import {
  blockReadsOf,
  readRound,
  tailPositions,
  type BlockReads,
  type EventLog,
  type LogBatch,
  type TailOptions,
} from '@waggle/log'
import type { Archive } from './archive.ts'
import type { ArchivedRows } from './archived-rows.ts'

/**
 * A log and its archive as one log: what the log has let go of is read from the archive, everything else from the
 * log, so that each record comes once and none is missing. ARCHIVE_GAP where neither has a record.
 */
export function openArchivedLog(log: EventLog, archive: Archive): EventLog {
  const starts = new Map<string, bigint>()
  const live = blockReadsOf(log)

  const learnStarts: LearnStarts = async (partitions) => {
    const found = (await log.retention?.starts(partitions)) ?? []
    return partitions.map((at, i) => {
      const offset = found[i]?.offset ?? 0n
      starts.set(partitionName(at), offset)
      return offset
    })
  }
  const learnStart = async (at: TopicPartition): Promise<bigint> => (await learnStarts([at]))[0]!

  /** What the log has let go of: first what is known of it, then what the log says. */
  const either = async <T>(
    from: Position,
    ofArchive: () => Promise<T>,
    ofLog: () => Promise<T>,
  ): Promise<T> => {
    const start = starts.get(partitionName(from)) ?? (await learnStart(from))
    if (from.offset >= start) {
      try {
        return await ofLog()
      } catch (error) {
        if (!isWaggleError(error, 'OFFSET_OUT_OF_RANGE')) throw error
        if (from.offset >= (await learnStart(from))) throw error
      }
    }
    if (!archive.covers(from)) await archive.reload()
    return ofArchive()
  }

  const fromArchive = (from: Position, max: number): Promise<ArchivedRows> =>
    archive.read(from, max)

  const blocks: BlockReads = {
    readBlock: (from, max) =>
      either(
        from,
        async () => (await fromArchive(from, max)).block(),
        () => live.readBlock(from, max),
      ),
    readAt: async (at, offsets) => {
      const start = await learnStart(at)
      if ((offsets[0] ?? Infinity) >= start) return live.readAt(at, offsets)
      return blockReadsOf({ read: joined.read }).readAt(at, offsets)
    },
  }

  const joined: EventLog = {
    topics: log.topics,
    supports: log.supports,
    ...(log.retention === undefined ? {} : { retention: log.retention }),
    append: (records) => log.append(records),
    read: (from, max) =>
      either(
        from,
        async () => (await fromArchive(from, max)).records(),
        () => log.read(from, max),
      ),
    blocks,
    tail: (from, options) => tailBoth(log, joined, learnStarts, from, options),
    ends: (partitions) => log.ends(partitions),
    close: () => log.close(),
  }
  return joined
}

/** Where partitions of the log start now, all asked for at once. */
type LearnStarts = (partitions: readonly TopicPartition[]) => Promise<bigint[]>

/** What is archived is read first; from the start of the log on it is the log's own tail. */
async function* tailBoth(
  log: EventLog,
  joined: EventLog,
  learnStarts: LearnStarts,
  from: readonly Position[],
  options: TailOptions,
): AsyncIterable<LogBatch> {
  const positions = tailPositions(from)
  while (!options.signal.aborted) {
    try {
      yield* readArchived(joined, positions, learnStarts, options)
      for await (const batch of log.tail([...positions.values()], options)) {
        const { topic, partition, records } = batch
        positions.set(partitionName(batch), {
          topic,
          partition,
          offset: records.at(-1)!.offset + 1n,
        })
        yield batch
      }
      return
    } catch (error) {
      if (!isWaggleError(error, 'OFFSET_OUT_OF_RANGE')) throw error
      // Trimmed while it was read: no error where there is something to be read from the archive instead.
      if ((await behindOf(positions, learnStarts)).size === 0) throw error
    }
  }
}

async function* readArchived(
  joined: EventLog,
  positions: Map<string, Position>,
  learnStarts: LearnStarts,
  options: TailOptions,
): AsyncGenerator<LogBatch> {
  for (;;) {
    const behind = await behindOf(positions, learnStarts)
    if (behind.size === 0 || options.signal.aborted) return
    for await (const batch of readRound(joined, behind, options)) {
      positions.set(partitionName(batch), behind.get(partitionName(batch))!)
      yield batch
    }
  }
}

/** Positions of what the log has let go of. */
async function behindOf(
  positions: ReadonlyMap<string, Position>,
  learnStarts: LearnStarts,
): Promise<Map<string, Position>> {
  const starts = await learnStarts([...positions.values()])
  return new Map([...positions].filter(([, { offset }], i) => offset < starts[i]!))
}
