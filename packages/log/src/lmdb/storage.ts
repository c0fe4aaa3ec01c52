import { messageOf, WaggleError, type Micros } from '@waggle/base'
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
const SCAN_BYTES = 64 * 2 ** 20

interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>
  readonly batches: Bytes
  readonly topics: Bytes
  readonly ends: Bytes
  readonly windows: Bytes
  readonly meta: Bytes
}

function openEnvironment(path: string): Environment {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
  // overlappingSync off: what is visible is durable, so no view can outrun the disk.
  const root = open<Buffer, Buffer>({
    path,
    ...binary,
    overlappingSync: false,
    noMemInit: true,
    mapSize: MAP_BYTES,
    maxDbs: DATABASES_MAX,
  })
  const database = (name: string): Bytes => root.openDB<Buffer, Buffer>(name, binary)
  return {
    root,
    batches: database('batches'),
    topics: database('topics'),
    ends: database('ends'),
    windows: database('windows'),
    meta: database('meta'),
  }
}

/**
 * The LMDB environment and the layout of its keys; all numbers big-endian, so that keys sort.
 *
 * Pages that were read stay mapped, and so count as memory of the process, until their environment is closed. So after a
 * scan of `scanBytes` it is opened anew between two reads, which takes some milliseconds. Where the process has opened
 * the same folder several times, all share one map and it stays.
 */
export class Storage {
  readonly #path: string
  readonly #scanBytes: number
  #env: Environment
  #writing = 0
  #scanned = 0
  /** Set while it is closed because it could not be opened anew. */
  #commitsBefore: number | undefined

  constructor(path: string, scanBytes = SCAN_BYTES) {
    this.#path = path
    this.#scanBytes = scanBytes
    this.#env = openEnvironment(path)
  }

  /** u32 topic | u32 partition | u64 base offset -> batch frame; another object after each `refresh`. */
  get batches(): Bytes {
    return this.#env.batches
  }
  /** u32 topic | u32 partition -> f64 next offset | f64 last appendedAt */
  get #ends(): Bytes {
    return this.#env.ends
  }
  /** u32 topic | u32 partition | session -> producer window */
  get #windows(): Bytes {
    return this.#env.windows
  }

  /** Reads from now on see what is committed. Not while a range is being read. */
  refresh(): void {
    if (this.#scanned > this.#scanBytes && this.#writing === 0) this.#reopen()
    else this.#env.root.resetReadTxn()
  }

  /** Takes note of bytes read out of the log. */
  scanned(bytes: number): void {
    this.#scanned += bytes
  }

  /** One transaction, durable once it resolves; rolled back where the callback throws. */
  async write<T>(work: () => T): Promise<T> {
    this.#writing++
    try {
      return await this.#env.root.childTransaction(work)
    } finally {
      this.#writing--
    }
  }

  /** Waits for what the writing thread still has: whoever opens the folder next shares its lock with it. */
  async close(): Promise<void> {
    await this.#env.root.flushed
    await this.#env.root.close()
  }

  /** LOG_UNAVAILABLE, and again at the next try, where the folder cannot be opened or holds less than it did. */
  #reopen(): void {
    const commits = (this.#commitsBefore ??= this.commits())
    void this.#env.root.close()
    const env = openAgain(this.#path)
    const found = commitsOf(env)
    if (found < commits) {
      void env.root.close()
      throw unavailable(this.#path, `it holds ${found} commits of ${commits}`)
    }
    this.#env = env
    this.#commitsBefore = undefined
    this.#scanned = 0
  }

  /** Adds topics that are new and returns all wanted; TOPIC_CONFLICT where the partitions differ. */
  async openTopics(wanted: Readonly<Record<string, number>>): Promise<Map<string, TopicEntry>> {
    const entries = this.#knownTopics(wanted)
    const isNew = (topic: string): boolean => !entries.has(topic)
    // Who only reads a log that is there takes no turn among its writers.
    if (Object.keys(wanted).some(isNew)) await this.#addTopics(wanted, entries)
    for (const [topic, { partitions }] of entries) {
      if (partitions === wanted[topic]) continue
      throw new WaggleError(
        'TOPIC_CONFLICT',
        `${topic} has ${partitions} partitions, not ${wanted[topic]}`,
      )
    }
    return entries
  }

  #knownTopics(wanted: Readonly<Record<string, number>>): Map<string, TopicEntry> {
    const entries = new Map<string, TopicEntry>()
    for (const topic of Object.keys(wanted)) {
      const stored = this.#env.topics.get(Buffer.from(topic))
      if (stored !== undefined) entries.set(topic, JSON.parse(stored.toString()) as TopicEntry)
    }
    return entries
  }

  async #addTopics(
    wanted: Readonly<Record<string, number>>,
    entries: Map<string, TopicEntry>,
  ): Promise<void> {
    await this.#env.root.transaction(() => {
      // Another process may have been first.
      for (const [topic, entry] of this.#knownTopics(wanted)) entries.set(topic, entry)
      let count = [...this.#env.topics.getKeys({})].length
      for (const [topic, partitions] of Object.entries(wanted)) {
        if (entries.has(topic)) continue
        const entry = { id: count++, partitions }
        void this.#env.topics.put(Buffer.from(topic), Buffer.from(JSON.stringify(entry)))
        entries.set(topic, entry)
      }
    })
  }

  /** Counts the commits of all processes: unchanged means that nothing was appended. */
  commits(): number {
    return commitsOf(this.#env)
  }

  putCommits(commits: number): void {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(commits)
    void this.#env.meta.put(COMMITS, bytes)
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

function commitsOf({ meta }: Environment): number {
  return meta.get(COMMITS)?.readDoubleBE(0) ?? 0
}

function openAgain(path: string): Environment {
  try {
    return openEnvironment(path)
  } catch (error) {
    throw unavailable(path, messageOf(error), error)
  }
}

function unavailable(path: string, why: string, cause?: unknown): WaggleError {
  return new WaggleError('LOG_UNAVAILABLE', `The log in ${path} cannot be read: ${why}`, { cause })
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
