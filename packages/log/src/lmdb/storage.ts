import { WaggleError, type Micros } from '@waggle/base'
import { open, type Database, type RootDatabase } from 'lmdb'
import { EMPTY_WINDOW, type ProducerWindow, type SeqRun } from '../producer-window.ts'

/** A topic's number in keys, and how many partitions it has. */
export interface TopicEntry {
  readonly id: number
  readonly partitions: number
}

export interface PartitionEnd {
  /** Offset of the next record. */
  readonly next: number
  readonly lastAppendedAt: Micros
}

type Bytes = Database<Buffer, Buffer>

const MAP_BYTES = 2 ** 38
const COMMITS = Buffer.from('commits')
const DATABASES_MAX = 8

/** The LMDB environment and the layout of its keys; all numbers big-endian, so that keys sort. */
export class Storage {
  readonly env: RootDatabase<Buffer, Buffer>
  /** u32 topic | u32 partition | u64 base offset -> batch frame */
  readonly batches: Bytes
  readonly #topics: Bytes
  /** u32 topic | u32 partition -> f64 next offset | f64 last appendedAt */
  readonly #ends: Bytes
  /** u32 topic | u32 partition | session -> producer window */
  readonly #windows: Bytes
  readonly #meta: Bytes

  constructor(path: string) {
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
    // overlappingSync off: what is visible is durable, so no view can outrun the disk.
    this.env = open<Buffer, Buffer>({
      path,
      ...binary,
      overlappingSync: false,
      noMemInit: true,
      mapSize: MAP_BYTES,
      maxDbs: DATABASES_MAX,
    })
    this.batches = this.env.openDB<Buffer, Buffer>('batches', binary)
    this.#topics = this.env.openDB<Buffer, Buffer>('topics', binary)
    this.#ends = this.env.openDB<Buffer, Buffer>('ends', binary)
    this.#windows = this.env.openDB<Buffer, Buffer>('windows', binary)
    this.#meta = this.env.openDB<Buffer, Buffer>('meta', binary)
  }

  /** Adds topics that are new and returns all wanted; TOPIC_CONFLICT where the partitions differ. */
  async openTopics(wanted: Readonly<Record<string, number>>): Promise<Map<string, TopicEntry>> {
    const entries = new Map<string, TopicEntry>()
    await this.env.transaction(() => {
      let count = [...this.#topics.getKeys({})].length
      for (const [topic, partitions] of Object.entries(wanted)) {
        const stored = this.#topics.get(Buffer.from(topic))
        const entry =
          stored === undefined
            ? { id: count++, partitions }
            : (JSON.parse(stored.toString()) as TopicEntry)
        if (stored === undefined) {
          void this.#topics.put(Buffer.from(topic), Buffer.from(JSON.stringify(entry)))
        }
        entries.set(topic, entry)
      }
    })
    for (const [topic, { partitions }] of entries) {
      if (partitions === wanted[topic]) continue
      throw new WaggleError(
        'TOPIC_CONFLICT',
        `${topic} has ${partitions} partitions, not ${wanted[topic]}`,
      )
    }
    return entries
  }

  /** Counts the commits of all processes: unchanged means that nothing was appended. */
  commits(): number {
    return this.#meta.get(COMMITS)?.readDoubleBE(0) ?? 0
  }

  putCommits(commits: number): void {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(commits)
    void this.#meta.put(COMMITS, bytes)
  }

  end(topicId: number, partition: number): PartitionEnd {
    const bytes = this.#ends.get(partitionKey(topicId, partition))
    if (bytes === undefined) return { next: 0, lastAppendedAt: 0 }
    return { next: bytes.readDoubleBE(0), lastAppendedAt: bytes.readDoubleBE(8) }
  }

  putEnd(topicId: number, partition: number, { next, lastAppendedAt }: PartitionEnd): void {
    const bytes = Buffer.allocUnsafe(16)
    bytes.writeDoubleBE(next, 0)
    bytes.writeDoubleBE(lastAppendedAt, 8)
    void this.#ends.put(partitionKey(topicId, partition), bytes)
  }

  putBatch(topicId: number, partition: number, baseOffset: number, frame: Buffer): void {
    void this.batches.put(batchKey(topicId, partition, baseOffset), frame)
  }

  window(topicId: number, partition: number, session: string): ProducerWindow {
    const bytes = this.#windows.get(windowKey(topicId, partition, session))
    return bytes === undefined ? EMPTY_WINDOW : decodeWindow(bytes)
  }

  putWindow(topicId: number, partition: number, session: string, window: ProducerWindow): void {
    void this.#windows.put(windowKey(topicId, partition, session), encodeWindow(window))
  }
}

function partitionKey(topicId: number, partition: number): Buffer {
  const key = Buffer.allocUnsafe(8)
  key.writeUInt32BE(topicId, 0)
  key.writeUInt32BE(partition, 4)
  return key
}

export function batchKey(topicId: number, partition: number, baseOffset: number): Buffer {
  const key = Buffer.allocUnsafe(16)
  key.writeUInt32BE(topicId, 0)
  key.writeUInt32BE(partition, 4)
  key.writeBigUInt64BE(BigInt(baseOffset), 8)
  return key
}

/** Base offset of a batch key; undefined for a key of another partition. */
export function baseOffsetOf(key: Buffer, topicId: number, partition: number): number | undefined {
  if (key.readUInt32BE(0) !== topicId || key.readUInt32BE(4) !== partition) return undefined
  return Number(key.readBigUInt64BE(8))
}

function windowKey(topicId: number, partition: number, session: string): Buffer {
  return Buffer.concat([partitionKey(topicId, partition), Buffer.from(session)])
}

/** f64 first seq | f64 count | f64 first offset, a run after the other */
const RUN_BYTES = 24

function encodeWindow({ older, newest }: ProducerWindow): Buffer {
  const runs = newest === undefined ? older : [...older, newest]
  const bytes = Buffer.allocUnsafe(runs.length * RUN_BYTES)
  runs.forEach(({ firstSeq, count, firstOffset }, index) => {
    bytes.writeDoubleBE(firstSeq, index * RUN_BYTES)
    bytes.writeDoubleBE(count, index * RUN_BYTES + 8)
    bytes.writeDoubleBE(firstOffset, index * RUN_BYTES + 16)
  })
  return bytes
}

function decodeWindow(bytes: Buffer): ProducerWindow {
  const runs = Array.from({ length: bytes.length / RUN_BYTES }, (_, index): SeqRun => ({
    firstSeq: bytes.readDoubleBE(index * RUN_BYTES),
    count: bytes.readDoubleBE(index * RUN_BYTES + 8),
    firstOffset: bytes.readDoubleBE(index * RUN_BYTES + 16),
  }))
  return { older: runs.slice(0, -1), newest: runs.at(-1) }
}
