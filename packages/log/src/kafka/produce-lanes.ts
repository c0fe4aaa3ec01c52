import { LIMITS, WaggleError } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import type { AppendResult } from '../event-log.ts'
import { ProduceQueue, type ProduceQueueOptions } from './produce-queue.ts'
import type { PlacedAppend } from './produce-round.ts'

export interface ProduceLanesOptions extends ProduceQueueOptions {
  /** Most bytes waiting to be acknowledged; an append beyond is refused. */
  readonly pendingBytesMax: number
}

const LANES = 2

/**
 * Some queues beside each other, each for some partitions: while one waits for the broker another encodes.
 * Order is kept where it means something, within a partition.
 */
export class ProduceLanes {
  readonly #options: ProduceLanesOptions
  readonly #lanes: readonly ProduceQueue[]
  #pendingBytes = 0

  constructor(options: ProduceLanesOptions) {
    this.#options = options
    this.#lanes = Array.from({ length: LANES }, () => new ProduceQueue(options))
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  async append(records: readonly PlacedAppend[]): Promise<AppendResult[]> {
    const bytes = records.reduce((total, record) => total + record.bytes, 0)
    this.#check(records.length, bytes)
    this.#pendingBytes += bytes
    try {
      return await this.#spread(records)
    } finally {
      this.#pendingBytes -= bytes
    }
  }

  /** Resolves when everything accepted is sent or has failed; `hurry` fails what the broker does not take at once. */
  async drain(hurry: boolean): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.drain(hurry)))
  }

  #check(records: number, bytes: number): void {
    const { pendingBytesMax } = this.#options
    if (this.#pendingBytes > 0 && this.#pendingBytes + bytes > pendingBytesMax) {
      const what = `${this.#pendingBytes} bytes wait for the broker, of at most ${pendingBytesMax}`
      throw new WaggleError('LOG_UNAVAILABLE', what)
    }
    if (records > LIMITS.batchEventsMax) {
      const what = `${records} records in one append of at most ${LIMITS.batchEventsMax}`
      throw new WaggleError('INPUT_INVALID', what)
    }
  }

  /** The parts of an append go their own ways; all settle before it does. */
  async #spread(records: readonly PlacedAppend[]): Promise<AppendResult[]> {
    const byLane = Map.groupBy(records.keys(), (index) => laneOf(records[index]!.at))
    if (byLane.size === 1) return this.#lanes[laneOf(records[0]!.at)]!.append(records)
    const results: AppendResult[] = []
    const parts = [...byLane].map(async ([lane, indexes]) => {
      const appended = await this.#lanes[lane]!.append(indexes.map((index) => records[index]!))
      appended.forEach((result, at) => void (results[indexes[at]!] = result))
    })
    for (const part of await Promise.allSettled(parts)) {
      if (part.status === 'rejected') throw part.reason
    }
    return results
  }
}

function laneOf({ topic, partition }: TopicPartition): number {
  return (topic.length + partition) % LANES
}
