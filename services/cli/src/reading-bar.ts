import { EVENT_TOPICS, partitionName, type Position } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { OpenedLog } from './open-log.ts'
import type { CommandDeps, Output } from './program/command.ts'
import { startBar } from './terminal.ts'

export interface Shown extends OpenedLog {
  /** Where the answer goes: its first word takes the place of the bar. */
  readonly out: Output
}

/** A bar over how far the log has been read, in a terminal; nothing at all elsewhere. */
export async function showReading(
  title: string,
  opened: OpenedLog,
  { terminal, clock, out }: CommandDeps,
): Promise<Shown> {
  if (terminal.isTTY !== true) return { ...opened, out }
  const { log } = opened
  const bar = startBar(title, terminal, clock)
  const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
  const most = new Map(ends.map((end) => [partitionName(end), Number(end.offset)]))
  const total = [...most.values()].reduce((sum, end) => sum + end, 0)
  const read = new Map<string, number>()
  let done = 0
  let isOver = false
  // A second reading of the same records is no progress.
  const count = (from: Position, records: number): void => {
    const name = partitionName(from)
    const before = read.get(name) ?? 0
    const reached = Math.min(Number(from.offset) + records, most.get(name) ?? 0)
    if (isOver || reached <= before) return
    read.set(name, reached)
    done += reached - before
    bar.at(done, total)
  }
  const write = (text: string): unknown => {
    if (!isOver) bar.end()
    isOver = true
    return out.write(text)
  }
  return {
    ...opened,
    log: counted(log, count),
    out: {
      write,
      ...(out.isTTY === undefined ? {} : { isTTY: out.isTTY }),
      ...(out.columns === undefined ? {} : { columns: out.columns }),
    },
  }
}

function counted(log: EventLog, count: (from: Position, records: number) => void): EventLog {
  const { topics, supports, blocks, retention } = log
  return {
    topics,
    supports,
    append: (records) => log.append(records),
    read: async (from, max) => {
      const records = await log.read(from, max)
      count(from, records.length)
      return records
    },
    tail: (from, options) => log.tail(from, options),
    ends: (partitions) => log.ends(partitions),
    close: () => log.close(),
    ...(retention === undefined ? {} : { retention }),
    ...(blocks === undefined
      ? {}
      : {
          blocks: {
            readAt: (at, offsets) => blocks.readAt(at, offsets),
            readBlock: async (from, max) => {
              const block = await blocks.readBlock(from, max)
              count(from, block.count)
              return block
            },
          },
        }),
  }
}
