import { WaggleError } from '@waggle/base'
import type { AnalyticsStore } from '../analytics-store.ts'

/** Which databases a rebuild uses for what: `a` or `b`, or none. */
export interface RebuildSlots {
  /** Built beside the tables that serve. */
  readonly shadow: string
  /** Served before. */
  readonly kept: string
}

export interface GateState extends RebuildSlots {
  /** Counts what was exchanged, or might have been. */
  readonly epoch: bigint
  /** Nobody is to write now. */
  readonly isHeld: boolean
}

const CREATE = `CREATE TABLE IF NOT EXISTS rebuild_gate
(epoch UInt64, held_until UInt64, shadow String, kept String, written UInt64)
ENGINE = ReplacingMergeTree(written) ORDER BY tuple()
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** By the server's own clock, so that no other matters. */
const NOW_MS = 'toUnixTimestamp64Milli(now64(3))'

/**
 * One row that writers look at before each insert. Who finds another epoch than the one it read its marks under reads
 * them again; who finds the gate held comes back later. So an insert that goes into exchanged tables follows those it
 * was planned behind: they were there when the gate was held, and what was there then is in both.
 */
export interface RebuildGate {
  create(): Promise<void>
  read(): Promise<GateState>
  /** The epoch; VIEW_UNAVAILABLE while it is held. */
  pass(): Promise<bigint>
  /** Begins an epoch and holds it for so many milliseconds; 0 lets writers go on. */
  hold(epoch: bigint, leaseMs: number, slots: RebuildSlots): Promise<void>
}

export function createRebuildGate(store: AnalyticsStore): RebuildGate {
  const read = async (): Promise<GateState> => {
    const [row] = await store.rows<{ epoch: string; held: number; shadow: string; kept: string }>(
      `SELECT epoch, held_until > ${NOW_MS} AS held, shadow, kept FROM rebuild_gate FINAL`,
    )
    const { epoch = '0', held = 0, shadow = '', kept = '' } = row ?? {}
    return { epoch: BigInt(epoch), isHeld: Number(held) === 1, shadow, kept }
  }
  return {
    create: () => store.command(CREATE),
    read,
    pass: async () => {
      const { epoch, isHeld } = await read()
      if (!isHeld) return epoch
      throw new WaggleError('VIEW_UNAVAILABLE', 'The tables are held still by a rebuild')
    },
    hold: (epoch, leaseMs, { shadow, kept }) =>
      store.command(
        `INSERT INTO rebuild_gate SELECT ${epoch}, ${leaseMs === 0 ? '0' : `${NOW_MS} + ${leaseMs}`}, ` +
          `'${shadow}', '${kept}', count() + 1 + max(written) FROM rebuild_gate`,
      ),
  }
}

/** What a writer asks the gate. */
export interface GatePass {
  /** Before it looks at the tables; VIEW_UNAVAILABLE while they are held. */
  enter(): Promise<void>
  /** Before it writes: VIEW_UNAVAILABLE where they may not be the ones it looked at. */
  assertSame(): Promise<void>
}

export function createGatePass(store: AnalyticsStore): GatePass {
  // What no other process can write, none can exchange.
  if (store.owned === true) return { enter: async () => {}, assertSame: async () => {} }
  const gate = createRebuildGate(store)
  let epoch = 0n
  return {
    enter: async () => {
      await gate.create()
      epoch = await gate.pass()
    },
    assertSame: async () => {
      if ((await gate.pass()) === epoch) return
      throw new WaggleError('VIEW_UNAVAILABLE', 'The tables were exchanged: they are read again')
    },
  }
}
