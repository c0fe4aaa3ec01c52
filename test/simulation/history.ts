import { createHash } from 'node:crypto'
import type { Micros } from '@waggle/base'
import type { KnownEvent, Refusal } from '@waggle/consume'
import type { WaggleEvent } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import type { EntryReport, LockReport, ProposalReport } from '@waggle/view-coordination'
import type { Fault } from './faults.ts'
import type { Acknowledged } from './sim-agent.ts'
import type { Parted } from './forker.ts'
import type { Remembered } from './historian.ts'
import type { Resumed } from './replayer.ts'
import type { Write } from './lock-life.ts'

/** Everything that a simulated bus did, for checkers to judge. Plain data, a pure function of seed and options. */
export interface History {
  readonly seed: number
  readonly faults: readonly Fault[]
  /** Turns of the scheduler. */
  readonly steps: number
  /** Time of the ticks that come last, to every partition. */
  readonly lastTick: Micros
  /** The log as it stands in the end, by partition name. */
  readonly records: ReadonlyMap<string, readonly LogRecord[]>
  /** What admission lets through, by partition name, in the order of the log. */
  readonly known: ReadonlyMap<string, readonly KnownEvent[]>
  readonly refused: readonly Refusal[]
  readonly acknowledged: readonly Acknowledged[]
  readonly writes: readonly Write[]
  /** Results counted anew from the log, after everything. */
  readonly recounted: readonly WaggleEvent[]
  /** When the faults had stopped: where the partitions ended, and the results to be counted by then, in bytes. */
  readonly atRest: {
    readonly ends: ReadonlyMap<string, bigint>
    readonly results: readonly string[]
  }
  /** What the coordinators that lived to the end say. */
  readonly coordinators: readonly CoordinatorEnd[]
  /** Readers of the whole log, each in another order and in other batches. */
  readonly replicas: readonly ReplicaEnd[]
  readonly hotViews: readonly HotEnd[]
  readonly past: readonly Remembered[]
  /** What made snapshots that were taken meanwhile unfit for use. */
  readonly refusedSnapshots: readonly string[]
  readonly replays: readonly Resumed[]
  readonly forks: readonly Parted[]
}

export interface CoordinatorEnd {
  readonly name: string
  readonly digest: string
  /** Of a replica of the same partitions. */
  readonly expected: string
  readonly proposals: readonly Named<ProposalReport>[]
  readonly locks: readonly Named<LockReport>[]
  readonly entries: readonly Named<EntryReport>[]
}

export interface Named<T> {
  readonly swarm: string
  readonly run: string | null
  readonly report: T
}

export interface ReplicaEnd {
  readonly digest: string
  /** Results it counted, in bytes, sorted. */
  readonly results: readonly string[]
}

export interface HotEnd {
  readonly name: string
  readonly digest: string
  /** `swarm/run/agent/instrument` -> sum of the quantities of the fills that took effect. */
  readonly quantities: ReadonlyMap<string, bigint>
}

/** Two histories with equal digests are equal byte for byte. */
export function digestHistory(history: History): string {
  const text = JSON.stringify(history, (_key, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...value]
    return typeof value === 'bigint' ? String(value) : value
  })
  return createHash('sha256').update(text).digest('hex')
}

/** Results in the log that admission lets through, in the order of each partition. */
export function resultsInLog({ known }: History): readonly KnownEvent[] {
  return [...known.values()].flat().filter(({ event }) => RESULT_KINDS.has(event.kind))
}

const RESULT_KINDS = new Set(['escalation', 'lock_result', 'memory_result', 'proposal_result'])

/** One name for what stands in a swarm of a run. */
export function scoped(
  of: { readonly swarm: string; readonly run: string | null },
  name: string,
): string {
  return `${of.swarm}/${of.run ?? ''}/${name}`
}
