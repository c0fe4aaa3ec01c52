import { partitionName } from '@waggle/event'
import type { EventLog, LogRecord } from '@waggle/log'

export interface Reads {
  /** The first record that was given of a partition, by its name; partitions of which none was are left out. */
  readonly lowest: ReadonlyMap<string, bigint>
  /** How many records were given. */
  readonly records: number
}

/** The same log on the same server, and which records were read of it. Reads by blocks are not offered. */
export function countReads<Log extends EventLog>(log: Log): { readonly log: Log; reads(): Reads } {
  const lowest = new Map<string, bigint>()
  let records = 0
  const note = (given: readonly LogRecord[]): void => {
    records += given.length
    for (const record of given) {
      const name = partitionName(record)
      const known = lowest.get(name)
      if (known === undefined || record.offset < known) lowest.set(name, record.offset)
    }
  }
  const { blocks: _, ...plain } = log
  const counted = {
    ...plain,
    read: async (...args: Parameters<EventLog['read']>) => {
      const given = await log.read(...args)
      note(given)
      return given
    },
    tail: async function* (...args: Parameters<EventLog['tail']>) {
      for await (const batch of log.tail(...args)) {
        note(batch.records)
        yield batch
      }
    },
  }
  return { log: counted as unknown as Log, reads: () => ({ lowest: new Map(lowest), records }) }
}
