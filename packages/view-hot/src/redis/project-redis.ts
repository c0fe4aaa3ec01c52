import { WaggleError, type Clock } from '@waggle/base'
import {
  knownEventOf,
  type AdmissionState,
  type Projection,
  type ProjectionBatch,
} from '@waggle/consume'
import { partitionName, type TopicPartition } from '@waggle/event'
import { digestHot } from '../digest-hot.ts'
import { foldHot, HOT_TOPICS, HOT_VERSION } from '../fold-hot.ts'
import type { HotState } from '../hot-state.ts'
import { skipSuperseded } from '../skip-superseded.ts'
import { dropOtherVersions, dropPartitions } from './drop-keys.ts'
import { readFillSeed } from './fill-seed.ts'
import type { HotKeys } from './hot-keys.ts'
import { isAdmissionDue, positionWrite, readCheckpoint, readPosition } from './hot-position.ts'
import { runApply } from './hot-scripts.ts'
import { DEFAULT_TTL, hotWrites, type HotTtl } from './hot-writes.ts'
import { loadHotState } from './load-hot.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

export interface RedisProjectionOptions {
  readonly link: RedisLink
  readonly keys: HotKeys
  /** Every partition of HOT_TOPICS in the log, whoever projects it. */
  readonly partitions: readonly TopicPartition[]
  readonly clock: Clock
  readonly ttl?: HotTtl
  /** Of the keys. */
  readonly version?: number
}

export interface RedisProjection extends Projection {
  /** True when Redis has gone behind what this process has seen applied: data were lost there. */
  hasLost(): Promise<boolean>
  /** Forgets some partitions, positions too; the runner's next start projects them again. */
  drop(partitions: readonly TopicPartition[]): Promise<void>
}

/** How often a batch is computed again because another writer came first. */
const ATTEMPTS = 4

/** The hot view in Redis. It keeps no state of its own but the positions it expects there. */
export function createRedisProjection(options: RedisProjectionOptions): RedisProjection {
  return new HotRedis(options)
}

class HotRedis implements RedisProjection {
  readonly name = 'hot'
  readonly version: number
  readonly topics = HOT_TOPICS
  readonly #options: RedisProjectionOptions
  /** Where each partition stands in Redis, as far as this process has seen. */
  readonly #expected = new Map<string, bigint>()
  readonly #admissionAt = new Map<string, bigint>()
  #tidied = false

  constructor(options: RedisProjectionOptions) {
    this.#options = options
    this.version = options.version ?? HOT_VERSION
  }

  async checkpoints() {
    const { link, keys, partitions } = this.#options
    const found = await link.run((client) =>
      Promise.all(partitions.map((at) => readCheckpoint(client, keys, at))),
    )
    await dropPartitions(
      link,
      keys,
      partitions.filter((_at, index) => found[index] === undefined),
    )
    const stored = found.filter((checkpoint) => checkpoint !== undefined)
    // While this version was first built the one before served on; at the next start it is not needed any more.
    if (stored.length > 0 && !this.#tidied) await dropOtherVersions(link, keys)
    this.#tidied ||= stored.length > 0
    this.#forget()
    for (const at of partitions) this.#expected.set(partitionName(at), 0n)
    for (const checkpoint of stored) {
      this.#expected.set(partitionName(checkpoint), checkpoint.position)
      this.#admissionAt.set(partitionName(checkpoint), checkpoint.nextOffset)
    }
    return stored
  }

  async apply(batch: ProjectionBatch): Promise<void> {
    const name = partitionName(batch)
    let base = await this.#base(batch)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.#expected.set(name, base)
      if (batch.nextOffset <= base) return
      const stored = await this.#options.link.run((client) => this.#advance(client, batch, base))
      if (stored === undefined) return void this.#expected.set(name, batch.nextOffset)
      if (stored < base) throw lost(name, stored, base)
      base = stored
    }
    throw new WaggleError('VIEW_UNAVAILABLE', `Other writers kept moving ${name} in Redis`)
  }

  reset(): Promise<void> {
    return this.drop(this.#options.partitions)
  }

  async drop(partitions: readonly TopicPartition[]): Promise<void> {
    const { link, keys } = this.#options
    this.#forget()
    // Positions first: whatever breaks off now is dropped at the next start.
    await link.run((client) => Promise.all(partitions.map((at) => client.del(keys.position(at)))))
    await dropPartitions(link, keys, partitions)
  }

  async digest(): Promise<string> {
    const state: HotState = new Map()
    const names = new Set(this.#options.partitions.map(partitionName))
    await loadHotState(this.#options.link, this.#options.keys, (partition) =>
      names.has(partition) ? state : undefined,
    )
    return digestHot(state)
  }

  async hasLost(): Promise<boolean> {
    const { link, keys, partitions } = this.#options
    const before = new Map(this.#expected)
    const stored = await link.run((client) =>
      Promise.all(partitions.map((at) => readPosition(client, keys, at))),
    )
    return partitions.some(
      (at, index) => (stored[index]?.nextOffset ?? 0n) < (before.get(partitionName(at)) ?? 0n),
    )
  }

  #forget(): void {
    this.#expected.clear()
    this.#admissionAt.clear()
  }

  async #base(batch: ProjectionBatch): Promise<bigint> {
    const { link, keys } = this.#options
    const expected = this.#expected.get(partitionName(batch))
    if (expected !== undefined) return expected
    const stored = await link.run((client) => readPosition(client, keys, batch))
    return stored?.nextOffset ?? 0n
  }

  /** Moves a partition from `base` to behind the batch; gives its stored offset where that is not `base`. */
  async #advance(
    client: RedisClient,
    batch: ProjectionBatch,
    base: bigint,
  ): Promise<bigint | undefined> {
    const { keys, clock, ttl = DEFAULT_TTL } = this.#options
    const news = batch.events.filter(({ record }) => record.offset >= base)
    const rest = skipSuperseded(news).map(knownEventOf)
    const { state, readAt = base } = await readFillSeed(client, keys, batch, rest)
    if (readAt !== base) return readAt
    for (const event of rest) foldHot(state, event)
    const admission = this.#dueAdmission(batch)
    const stored = await runApply(client, base, [
      positionWrite(keys.position(batch), batch.nextOffset, clock.now(), admission),
      ...hotWrites(keys, batch, state, ttl),
    ])
    if (stored === undefined && admission !== undefined)
      this.#admissionAt.set(partitionName(batch), batch.nextOffset)
    return stored
  }

  #dueAdmission({
    topic,
    partition,
    nextOffset,
    admission,
  }: ProjectionBatch): AdmissionState | undefined {
    const since = nextOffset - (this.#admissionAt.get(partitionName({ topic, partition })) ?? 0n)
    return isAdmissionDue(admission, since) ? admission : undefined
  }
}

function lost(name: string, stored: bigint, expected: bigint): WaggleError {
  return new WaggleError(
    'VIEW_UNAVAILABLE',
    `Redis has lost data: ${name} stands at ${stored} there and was at ${expected}`,
  )
}
