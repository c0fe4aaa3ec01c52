import { WaggleError, type Clock } from '@waggle/base'
import {
  diffRows,
  feedNear,
  feedProjection,
  type AdmittedSource,
  type RowDifference,
} from '@waggle/consume'
import { partitionName, type TopicPartition } from '@waggle/event'
import { hotRows } from '../digest-hot.ts'
import { dropOtherGenerations } from './drop-keys.ts'
import { changeGenerations, generationsIn, type Generations } from './generations.ts'
import { dropHolds, holdWriters, positionsOf, type Hold } from './hold-writers.ts'
import type { HotKeys } from './hot-keys.ts'
import { loadMerged } from './load-hot.ts'
import type { RedisProjection } from './project-redis.ts'
import type { RedisLink } from './redis-link.ts'

/**
 * The hot view built again under keys of the next generation, by this process, beside the services that write and the
 * readers that read the one before. To switch:
 *
 *   1. the shadow is fed until little is left;
 *   2. the live generation is held still, so that its positions are final, and the shadow fed to them;
 *   3. one key says which generation serves: a single compare-and-set. Writers and readers see it with their next
 *      batch or question and go on at the very positions where the other generation stood.
 *
 * Correctness does not rest on the hold: each generation has its position with its effect, so a write to either is
 * right. Killed anywhere, the hold ends by itself and the generation that serves goes on.
 */
export interface HotRebuild {
  /** Builds up to where the live generation stands; NOT_FOUND where that has nothing. */
  shadow(options: {
    readonly resume: boolean
    onProgress(done: number, total: number): void
  }): Promise<{ readonly records: number; readonly refused: number }>
  /** Row by row at the same positions; the live one serves reads meanwhile, and applies nothing new. */
  diff(): Promise<RowDifference[]>
  switch(): Promise<void>
  rollback(): Promise<void>
  /** Removes every generation but the live one; says how many there were. */
  dropOld(): Promise<number>
}

export interface HotRebuildOptions {
  readonly source: AdmittedSource
  readonly link: RedisLink
  readonly partitions: readonly TopicPartition[]
  readonly clock: Clock
  keysOf(generation: number): HotKeys
  /** Writes these keys, whichever serve. */
  project(keys: HotKeys): RedisProjection
}

/** Longer than any question of a reader takes: who began it before the switch may still ask the old generation. */
const READS_END_MS = 10_000

export function createHotRebuild(options: HotRebuildOptions): HotRebuild {
  return new Rebuild(options)
}

class Rebuild implements HotRebuild {
  readonly #options: HotRebuildOptions

  constructor(options: HotRebuildOptions) {
    this.#options = options
  }

  async shadow({
    resume,
    onProgress,
  }: Parameters<HotRebuild['shadow']>[0]): Promise<{ records: number; refused: number }> {
    const { text, now } = await this.#generations()
    const live = this.#keysOf(now.live)
    const total = Number((await this.#positions(live)).reduce((sum, at) => sum + at.offset, 0n))
    if (total === 0) throw new WaggleError('NOT_FOUND', 'Redis holds no hot view to be rebuilt')
    const shadow = now.shadow ?? Math.max(now.live, now.kept ?? 0) + 1
    const projection = this.#options.project(this.#keysOf(shadow))
    // A generation of that number may have been left behind when Redis lost what it said of them.
    if (!resume || now.shadow === null) await projection.reset()
    await this.#change(text, { ...now, shadow })
    let records = 0
    const refused = await this.#feedNear(projection, live, (read) => {
      records += read
      onProgress(records, Math.max(total, records))
    })
    return { records, refused: refused.length }
  }

  async diff(): Promise<RowDifference[]> {
    const { now } = await this.#generations()
    const [live, shadow] = [this.#keysOf(now.live), this.#keysOf(someOf(now.shadow, 'shadow'))]
    const { link, partitions } = this.#options
    return this.#still(live, shadow, async (hold) => {
      const rows = async (keys: HotKeys) => hotRows(await loadMerged(link, keys, partitions))
      const found = [...diffRows(await rows(live), await rows(shadow))]
      hold.assertHeld()
      return { result: found, over: false }
    })
  }

  async switch(): Promise<void> {
    const { text, now } = await this.#generations()
    const next = someOf(now.shadow, 'shadow')
    await this.#serve(text, now, { live: next, shadow: null, kept: now.live })
    if (now.kept !== null) await this.#options.project(this.#keysOf(now.kept)).reset()
  }

  async rollback(): Promise<void> {
    const { text, now } = await this.#generations()
    const back = someOf(now.kept, 'generation before the last switch')
    await this.#serve(text, now, { live: back, shadow: now.live, kept: null })
  }

  async dropOld(): Promise<number> {
    const { text, now } = await this.#generations()
    const { link, clock } = this.#options
    const restMs = READS_END_MS - (clock.now() - now.switchedAt) / 1000
    if (restMs > 0) await clock.sleep(restMs)
    await this.#change(text, { ...now, shadow: null, kept: null })
    await dropOtherGenerations(link, this.#keysOf(now.live))
    return [now.shadow, now.kept].filter((one) => one !== null).length
  }

  /** Brings the next generation to where the live one is, and lets it serve. */
  async #serve(text: string, now: Generations, next: Omit<Generations, 'switchedAt'>) {
    const [live, wanted] = [this.#keysOf(now.live), this.#keysOf(next.live)]
    const { link, partitions, clock } = this.#options
    // Left there by the switch that this one takes back.
    await dropHolds(link, wanted, partitions)
    await this.#still(live, wanted, async (hold) => {
      hold.assertHeld()
      await this.#change(text, { ...next, switchedAt: clock.now() })
      return { result: undefined, over: true }
    })
  }

  /** Runs a task while both generations stand at the same positions; `over` when nobody is to write the live one again. */
  async #still<T>(
    live: HotKeys,
    other: HotKeys,
    task: (hold: Hold) => Promise<{ result: T; over: boolean }>,
  ): Promise<T> {
    const { source } = this.#options
    const projection = this.#options.project(other)
    await this.#feedNear(projection, live)
    const hold = await holdWriters(live, this.#options)
    let isOver = false
    try {
      await feedProjection(source, projection, hold.positions)
      this.#assertSame(hold, await this.#positions(other))
      const { result, over } = await task(hold)
      isOver = over
      return result
    } finally {
      await (isOver ? hold.leave() : hold.release())
    }
  }

  #assertSame(hold: Hold, there: readonly (TopicPartition & { offset: bigint })[]): void {
    const differs = hold.positions.find((at, index) => at.offset !== there[index]!.offset)
    if (differs === undefined) return
    const what = `${partitionName(differs)} does not stand at ${differs.offset} in both generations`
    throw new WaggleError('VIEW_UNAVAILABLE', `${what}: begin again with a new shadow`)
  }

  #feedNear(
    projection: RedisProjection,
    live: HotKeys,
    onRead: (records: number) => void = () => {},
  ) {
    return feedNear(
      this.#options.source,
      projection,
      () => this.#positions(live),
      (batch) => {
        onRead(Number(batch.nextOffset - batch.firstOffset))
      },
    )
  }

  #positions(keys: HotKeys) {
    return positionsOf(this.#options.link, keys, this.#options.partitions)
  }

  #keysOf(generation: number): HotKeys {
    return this.#options.keysOf(generation)
  }

  async #generations(): Promise<{ text: string; now: Generations }> {
    const { generations } = this.#keysOf(0)
    const text = await this.#options.link.run((client) => client.get(generations))
    return { text: text ?? '', now: generationsIn(text ?? '') }
  }

  async #change(before: string, after: Generations): Promise<void> {
    await this.#options.link.run((client) =>
      changeGenerations(client, this.#keysOf(0), before, after),
    )
  }
}

function someOf(generation: number | null, what: string): number {
  if (generation !== null) return generation
  throw new WaggleError('NOT_FOUND', `There is no ${what} of the hot view in Redis`)
}
