import { partitionName, type Position } from '@waggle/event'
import { LIMITS } from '@waggle/base'
import type { LogBatch, LogRecord, TailOptions } from '../event-log.ts'
import { tailPositions } from '../tail.ts'
import type { DriverSupervisor } from './driver-supervisor.ts'
import type { Fetcher, FetchLimits } from './kafka-driver.ts'
import { ReadAhead } from './read-ahead.ts'

export interface LaneOptions {
  readonly supervisor: DriverSupervisor
  readonly limits: FetchLimits
  /** Told of offsets that have no record. */
  readonly onSkipped: (offsets: bigint) => void
}

/** Reads of one broker, one fetch at a time. */
export class FetchLane {
  readonly #options: LaneOptions
  readonly #fetcher: Fetcher
  readonly #ahead: ReadAhead
  #closed = false

  constructor(options: LaneOptions, node: number, partitionsMax: number) {
    this.#options = options
    this.#fetcher = options.supervisor.driver.fetcher(node)
    this.#ahead = new ReadAhead(partitionsMax, options.onSkipped)
  }

  /** Records of one partition up to its end, at most so many. */
  async read(from: Position, maxRecords: number): Promise<LogRecord[]> {
    const found: LogRecord[] = []
    let reader = from
    for (let fetched = false; ; fetched = true) {
      const taken = this.#ahead.take(reader, maxRecords - found.length)
      for (const record of taken) found.push(record)
      const last = taken.at(-1)
      if (last !== undefined) reader = { ...from, offset: last.offset + 1n }
      if (found.length >= maxRecords) return found
      if ((fetched || found.length > 0) && this.#ahead.atEnd(reader)) return found
      await this.#fetch([reader], 0)
    }
  }

  /** Batches of these partitions in turn; waits at the broker for more. */
  async *tail(from: readonly Position[], options: TailOptions): AsyncGenerator<LogBatch> {
    const { signal } = options
    const maxRecords = Math.min(options.maxRecords, LIMITS.batchEventsMax)
    const positions = tailPositions(from)
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    while (!signal.aborted) {
      let found = false
      for (const [name, position] of positions) {
        const records = this.#ahead.take(position, maxRecords)
        if (records.length === 0) continue
        found = true
        positions.set(name, { ...position, offset: records.at(-1)!.offset + 1n })
        yield { topic: position.topic, partition: position.partition, records }
        if (signal.aborted) return
      }
      if (found) continue
      const fetching = this.#fetch([...positions.values()], this.#options.limits.maxWaitMs)
      fetching.catch(() => {})
      await Promise.race([fetching, aborted])
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#fetcher.close().catch(() => {})
  }

  async #fetch(readers: readonly Position[], maxWaitMs: number): Promise<void> {
    const { supervisor, limits } = this.#options
    const from = readers.map((reader) => ({ ...reader, offset: this.#ahead.fetchOffset(reader) }))
    const answer = await supervisor.run(
      'Fetching',
      () =>
        this.#fetcher.fetch(from, { ...limits, maxWaitMs }).catch((error: unknown) => {
          // Closing breaks the fetch that still waits; that is no fault of the client.
          if (this.#closed) return []
          throw error
        }),
      maxWaitMs,
    )
    const answers = new Map(answer.map((fetched) => [partitionName(fetched), fetched]))
    readers.forEach((reader, index) => {
      const { offset } = from[index]!
      // A broker leaves partitions out where nothing is new.
      const nothing = { ...reader, records: [], nextOffset: offset, endOffset: offset }
      this.#ahead.put(reader, answers.get(partitionName(reader)) ?? nothing)
    })
  }
}
