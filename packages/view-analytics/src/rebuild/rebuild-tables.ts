import { createPeriodic, WaggleError, type Clock } from '@waggle/base'
import { feedNear, feedProjection, type AdmittedSource, type RowDifference } from '@waggle/consume'
import { EVENT_TOPICS, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { AnalyticsStore } from '../analytics-store.ts'
import { createCheckpointTable } from '../checkpoint-table.ts'
import { ANALYTICS_VERSION } from '../open-tables.ts'
import { createAnalyticsProjection } from '../project-analytics.ts'
import { TABLE_KINDS, TABLES } from '../table-ddl.ts'
import { diffTables } from './diff-tables.ts'
import {
  createRebuildGate,
  type GateState,
  type RebuildGate,
  type RebuildSlots,
} from './rebuild-gate.ts'
import { tablePositions } from './table-positions.ts'

/**
 * The tables of ClickHouse built again in a database beside the one that serves, through the same path and with the
 * deduplication of tables of their own. To switch:
 *
 *   1. the shadow is fed until little is left;
 *   2. the gate is held under a new epoch: services insert nothing more, the positions in the tables are final, and the
 *      shadow is fed to them;
 *   3. each table changes places with its namesake (EXCHANGE TABLES; analysts see either), checkpoints too;
 *   4. nothing may have been written to the old ones since step 2, or everything is taken back;
 *   5. the gate opens under a further epoch: every service reads marks and checkpoints of the new tables before it
 *      inserts again.
 *
 * Killed anywhere, the hold ends by itself, and services go on from what the tables then under their names hold.
 */
export interface AnalyticsRebuild {
  /** Builds up to where the live tables stand; NOT_FOUND where they hold nothing. */
  shadow(options: {
    readonly resume: boolean
    onProgress(done: number, total: number): void
  }): Promise<{ readonly records: number; readonly refused: number }>
  /** Row by row up to one position of each partition; services go on meanwhile. */
  diff(): Promise<AsyncIterable<RowDifference>>
  switch(): Promise<void>
  rollback(): Promise<void>
  /** Removes what is kept, and a shadow; says how many there were. */
  dropOld(): Promise<number>
  close(): Promise<void>
}

export interface AnalyticsRebuildOptions {
  readonly source: AdmittedSource
  readonly clock: Clock
  readonly database: string
  /** The same server by another database. */
  open(database: string): AnalyticsStore
  /** Milliseconds for which a process that was killed can hold services up; 30,000 if left out. */
  readonly leaseMs?: number
}

const LEASE_MS = 30_000
const IN_FLIGHT_MS = 1000
const EXCHANGED = [...TABLE_KINDS.map((kind) => TABLES[kind].table), 'checkpoints', 'view_version']
const SLOTS = ['a', 'b']

/** CONFIG_INVALID for tables spread over a cluster: their paths name the database, so they cannot change places. */
export function createAnalyticsRebuild(options: AnalyticsRebuildOptions): AnalyticsRebuild {
  const live = options.open(options.database)
  if (live.clustered !== true) return new Rebuild(options, live)
  throw new WaggleError('CONFIG_INVALID', 'Tables of a ClickHouse cluster cannot be rebuilt beside')
}

class Rebuild implements AnalyticsRebuild {
  readonly #options: AnalyticsRebuildOptions
  readonly #live: AnalyticsStore
  readonly #gate: RebuildGate

  constructor(options: AnalyticsRebuildOptions, live: AnalyticsStore) {
    this.#options = options
    this.#live = live
    this.#gate = createRebuildGate(live)
  }

  async shadow({
    resume,
    onProgress,
  }: Parameters<AnalyticsRebuild['shadow']>[0]): Promise<{ records: number; refused: number }> {
    const { epoch, ...now } = await this.#state()
    const total = Number((await this.#positions()).reduce((sum, at) => sum + at.offset, 0n))
    if (total === 0) throw new WaggleError('NOT_FOUND', 'ClickHouse holds no rows to be rebuilt')
    const slot = now.shadow || SLOTS.find((one) => one !== now.kept)!
    if (!resume || now.shadow === '') await this.#drop(slot)
    await this.#live.command(`CREATE DATABASE IF NOT EXISTS ${this.#database(slot)}`)
    await this.#gate.hold(epoch, 0, { ...now, shadow: slot })
    let records = 0
    return this.#with(slot, async (store) => {
      const refused = await this.#feedNear(store, (read) => {
        records += read
        onProgress(records, Math.max(total, records))
      })
      return { records, refused: refused.length }
    })
  }

  async diff(): Promise<AsyncIterable<RowDifference>> {
    const { shadow: slot } = await this.#state()
    assertSlot(slot, 'shadow')
    const version = await createCheckpointTable(this.#live).version()
    if (version !== ANALYTICS_VERSION) return otherVersion(version)
    const store = this.#options.open(this.#database(slot))
    await this.#feedNear(store)
    const ends = await this.#positions(store)
    const { database } = this.#options
    const there = { store, database: this.#database(slot) }
    return closing(store, diffTables({ store: this.#live, database }, there, ends))
  }

  async switch(): Promise<void> {
    const { shadow, kept } = await this.#state()
    assertSlot(shadow, 'shadow')
    await this.#exchange(shadow, { shadow: '', kept: shadow })
    if (kept !== '') await this.#drop(kept)
  }

  async rollback(): Promise<void> {
    const { kept, shadow } = await this.#state()
    assertSlot(kept, 'tables from before the last switch')
    await this.#exchange(kept, { shadow: kept, kept: '' })
    if (shadow !== '') await this.#drop(shadow)
  }

  async dropOld(): Promise<number> {
    const { epoch, shadow, kept } = await this.#state()
    await this.#gate.hold(epoch, 0, { shadow: '', kept: '' })
    for (const slot of SLOTS) await this.#drop(slot)
    return [shadow, kept].filter((slot) => slot !== '').length
  }

  close(): Promise<void> {
    return this.#live.close()
  }

  /** Brings a slot's tables to where the live ones are, and lets them change places. */
  async #exchange(slot: string, after: RebuildSlots): Promise<void> {
    await this.#with(slot, async (store) => {
      await this.#feedNear(store)
      const { epoch, ...before } = await this.#state()
      const others = {
        shadow: before.shadow === slot ? '' : before.shadow,
        kept: before.kept === slot ? '' : before.kept,
      }
      // Killed from here on, the slot is neither a sound shadow nor what served before.
      const hold = await this.#hold(epoch + 1n, others)
      let outcome: RebuildSlots = before
      try {
        // Inserts that passed the gate before it was held arrive; later ones are noticed below.
        await this.#options.clock.sleep(IN_FLIGHT_MS)
        const final = await this.#positions()
        await feedProjection(this.#options.source, createAnalyticsProjection(store), final)
        hold.assertHeld()
        outcome = others
        await this.#swap(slot)
        if (isBeyond(await this.#positions(store), final)) {
          await this.#swap(slot)
          outcome = before
          throw new WaggleError('VIEW_UNAVAILABLE', 'A service wrote while the tables were held')
        }
        outcome = after
      } finally {
        await hold.end(epoch + 2n, outcome)
      }
    })
  }

  async #swap(slot: string): Promise<void> {
    const { database } = this.#options
    for (const table of EXCHANGED)
      await this.#live.command(
        `EXCHANGE TABLES ${database}.${table} AND ${this.#database(slot)}.${table}`,
      )
  }

  async #hold(epoch: bigint, slots: RebuildSlots) {
    const { clock, leaseMs = LEASE_MS } = this.#options
    let heldAt = clock.now()
    const renew = async (): Promise<void> => {
      const at = clock.now()
      await this.#gate.hold(epoch, leaseMs, slots)
      heldAt = at
    }
    await renew()
    const task = (): Promise<void> => renew().catch(() => {})
    const renewal = createPeriodic({ name: 'rebuild-gate', clock, intervalMs: leaseMs / 5, task })
    await renewal.start()
    return {
      assertHeld: () => {
        if (clock.now() - heldAt < (leaseMs * 1000) / 2) return
        throw new WaggleError('VIEW_UNAVAILABLE', 'The tables could not be held still')
      },
      end: async (next: bigint, outcome: RebuildSlots) => {
        await renewal.stop()
        await this.#gate.hold(next, 0, outcome)
      },
    }
  }

  #feedNear(
    store: AnalyticsStore,
    onRead: (records: number) => void = () => {},
  ): Promise<Position[]> {
    const projection = createAnalyticsProjection(store)
    const mark = (): Promise<Position[]> => this.#positions()
    return feedNear(this.#options.source, projection, mark, ({ firstOffset, nextOffset }) =>
      onRead(Number(nextOffset - firstOffset)),
    )
  }

  #positions(store = this.#live): Promise<Position[]> {
    return tablePositions(store, partitionsOf(this.#options.source.log, EVENT_TOPICS))
  }

  /** NOT_FOUND where no service has made the tables yet. VIEW_UNAVAILABLE while another rebuild is at work. */
  async #state(): Promise<GateState> {
    const tables = await this.#live.rows<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'view_version'`,
    )
    if (tables.length === 0)
      throw new WaggleError('NOT_FOUND', 'ClickHouse holds no tables of ours')
    await this.#gate.create()
    const state = await this.#gate.read()
    if (!state.isHeld) return state
    throw new WaggleError(
      'VIEW_UNAVAILABLE',
      'Another rebuild of the tables is at work, or was killed just now',
    )
  }

  async #with<T>(slot: string, use: (store: AnalyticsStore) => Promise<T>): Promise<T> {
    const store = this.#options.open(this.#database(slot))
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  }

  #drop(slot: string): Promise<void> {
    return this.#live.command(`DROP DATABASE IF EXISTS ${this.#database(slot)} SYNC`)
  }

  #database(slot: string): string {
    return `${this.#options.database}_rebuild_${slot}`
  }
}

function isBeyond(found: readonly Position[], final: readonly Position[]): boolean {
  return found.some(({ offset }, index) => offset > final[index]!.offset)
}

function assertSlot(slot: string, what: string): void {
  if (slot === '') throw new WaggleError('NOT_FOUND', `There is no ${what} in ClickHouse`)
}

async function* otherVersion(live: number): AsyncGenerator<RowDifference> {
  yield {
    is: 'changed',
    key: 'tables/version',
    live: String(live),
    shadow: String(ANALYTICS_VERSION),
  }
}

async function* closing<T>(store: AnalyticsStore, rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows
  } finally {
    await store.close()
  }
}
