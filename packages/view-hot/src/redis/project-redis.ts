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
import { skipSuperseded } from '../skip-superseded.ts'
import { dropOtherVersions, dropPartitions } from './drop-keys.ts'
import { readFillSeed } from './fill-seed.ts'
import type { LiveKeys } from './generations.ts'
import { positionsOf } from './hold-writers.ts'
import type { HotKeys } from './hot-keys.ts'
import { isAdmissionDue, positionWrite, readCheckpoint } from './hot-position.ts'
import { runApply } from './hot-scripts.ts'
import { DEFAULT_TTL, hotWrites, type HotTtl } from './hot-writes.ts'
import { loadMerged } from './load-hot.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

export interface RedisProjectionOptions {
  readonly link: RedisLink
  readonly liveKeys: LiveKeys
  /** Every partition of HOT_TOPICS in the log, whoever projects it. */
  readonly partitions: readonly TopicPartition[]
  readonly clock: Clock
  readonly ttl?: HotTtl
  /** Of the keys. */
  readonly version?: number
  /** Leaves what other versions hold alone: it is not the one that serves. */
  readonly isShadow?: boolean
}

export interface RedisProjection extends Projection {
  /** True when Redis has gone behind what this process has seen applied: data were lost there. */
  hasLost(): Promise<boolean>
  /** Forgets some partitions, positions too; the runner's next start projects them again. */
  drop(partitions: readonly TopicPartition[]): Promise<void>
}

/** How often a batch is computed again because another writer came first. */
const ATTEMPTS = 4
/** Milliseconds between two tries while the partition is held still, and after which it is said that it is. */
const HELD_REST_MS = 20
const HELD_MAX_MS = 2000

/**
 * The hot view in Redis. It keeps no state of its own but the positions it expects there. Which generation serves is
 * asked with every batch, beside the write: one that went into a generation that serves no more did no harm there, and
 * is made again in the one that does.
 */
export function createRedisProjection(options: RedisProjectionOptions): RedisProjection {
  return new HotRedis(options)
}

class HotRedis implements RedisProjection {
  readonly name = 'hot'
  readonly version: number
  readonly topics = HOT_TOPICS
  readonly #options: RedisProjectionOptions
  /** Of the generation that was seen to serve. */
  #keys: HotKeys | undefined
  /** Where each partition stands in Redis, as far as this process has seen. */
  readonly #expected = new Map<string, bigint>()
  readonly #admissionAt = new Map<string, bigint>()
  #tidied: boolean

  constructor(options: RedisProjectionOptions) {
    this.#options = options
    this.version = options.version ?? HOT_VERSION
    this.#tidied = options.isShadow ?? false
  }

  async checkpoints() {
    const { link, partitions } = this.#options
    const keys = await this.#live()
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
    this.#keys = keys
    for (const at of partitions) this.#expected.set(partitionName(at), 0n)
    for (const checkpoint of stored) {
      this.#expected.set(partitionName(checkpoint), checkpoint.position)
      this.#admissionAt.set(partitionName(checkpoint), checkpoint.nextOffset)
    }
    return stored
  }

  async apply(batch: ProjectionBatch): Promise<void> {
    const { link, clock } = this.#options
    const name = partitionName(batch)
    const heldUntil = clock.now() + HELD_MAX_MS * 1000
    this.#keys ??= await this.#live()
    let base = this.#expected.get(name) ?? (await this.#storedAt(batch))
    for (let attempt = 0; attempt < ATTEMPTS;) {
      this.#expected.set(name, base)
      if (batch.nextOffset <= base) return
      const { stored, keys } = await link.run((client) => this.#advance(client, batch, base))
      if (keys !== this.#keys) {
        await this.#follow(keys)
        base = this.#expected.get(name)!
      } else if (stored === 'held') {
        if (clock.now() >= heldUntil) throw held(name)
        await clock.sleep(HELD_REST_MS)
      } else {
        if (stored === undefined) return void this.#expected.set(name, batch.nextOffset)
        if (stored < base) throw lost(name, stored, base)
        base = stored
        attempt++
      }
    }
    throw new WaggleError('VIEW_UNAVAILABLE', `Other writers kept moving ${name} in Redis`)
  }

  reset(): Promise<void> {
    return this.drop(this.#options.partitions)
  }

  async drop(partitions: readonly TopicPartition[]): Promise<void> {
    const { link } = this.#options
    const keys = await this.#live()
    this.#forget()
    // Positions first: whatever breaks off now is dropped at the next start.
    await link.run((client) => Promise.all(partitions.map((at) => client.del(keys.position(at)))))
    await dropPartitions(link, keys, partitions)
  }

  async digest(): Promise<string> {
    const { link, partitions } = this.#options
    return digestHot(await loadMerged(link, await this.#live(), partitions))
  }

  async hasLost(): Promise<boolean> {
    const { link, partitions } = this.#options
    const before = new Map(this.#expected)
    const stored = await positionsOf(link, await this.#live(), partitions)
    return stored.some((at) => at.offset < (before.get(partitionName(at)) ?? 0n))
  }

  #live(): Promise<HotKeys> {
    const { link, liveKeys } = this.#options
    return link.run(liveKeys)
  }

  #forget(): void {
    this.#expected.clear()
    this.#admissionAt.clear()
    this.#keys = undefined
  }

  /** Another generation serves now. Where it is behind the one before, the runner begins again at what it has. */
  async #follow(keys: HotKeys): Promise<void> {
    const { link, partitions } = this.#options
    const stored = await positionsOf(link, keys, partitions)
    for (const at of stored) {
      const name = partitionName(at)
      const expected = this.#expected.get(name) ?? 0n
      if (at.offset < expected) throw lost(name, at.offset, expected)
    }
    this.#forget()
    this.#keys = keys
    for (const at of stored) this.#expected.set(partitionName(at), at.offset)
  }

  async #storedAt(at: TopicPartition): Promise<bigint> {
    const { topic, partition } = at
    const [stored] = await positionsOf(this.#options.link, this.#keys!, [{ topic, partition }])
    return stored!.offset
  }

  /** Moves a partition from `base` to behind the batch, or gives its stored offset; and the keys that serve by then. */
  async #advance(client: RedisClient, batch: ProjectionBatch, base: bigint): Promise<Advanced> {
    const { liveKeys, clock, ttl = DEFAULT_TTL } = this.#options
    const keys = this.#keys!
    const news = batch.events.filter(({ record }) => record.offset >= base)
    const rest = skipSuperseded(news).map(knownEventOf)
    const { state, readAt = base } = await readFillSeed(client, keys, batch, rest)
    if (readAt !== base) return { stored: readAt, keys: await liveKeys(client) }
    for (const event of rest) foldHot(state, event)
    const admission = this.#dueAdmission(batch)
    const applying = runApply(client, base, keys.hold(batch), [
      positionWrite(keys.position(batch), batch.nextOffset, clock.now(), admission),
      ...hotWrites(keys, batch, state, ttl),
    ])
    const [stored, now] = await Promise.all([applying, liveKeys(client)])
    if (stored === undefined && now === keys && admission !== undefined)
      this.#admissionAt.set(partitionName(batch), batch.nextOffset)
    return { stored, keys: now }
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

interface Advanced {
  readonly stored: bigint | 'held' | undefined
  readonly keys: HotKeys
}

function held(name: string): WaggleError {
  return new WaggleError('VIEW_UNAVAILABLE', `${name} in Redis is held still by a rebuild`)
}

function lost(name: string, stored: bigint, expected: bigint): WaggleError {
  return new WaggleError(
    'VIEW_UNAVAILABLE',
    `Redis has lost data: ${name} stands at ${stored} there and was at ${expected}`,
  )
}
