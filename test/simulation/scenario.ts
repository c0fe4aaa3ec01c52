import type { LockMode } from '@waggle/event'
import type { CoordinationScope } from '@waggle/view-coordination'

/** Where the agents live: two swarms, and a run of one of them beside the live one. */
export const SCOPES: readonly CoordinationScope[] = [
  { swarm: 'hive', run: null },
  { swarm: 'nest', run: null },
  { swarm: 'hive', run: 'backtest' },
]

/** Resources with the modes they are asked for: a mutex, a lock of readers and writers, a semaphore. */
export const MODES: Readonly<Record<string, readonly LockMode[]>> = {
  gold: ['EXCLUSIVE'],
  silver: ['EXCLUSIVE', 'SHARED'],
  desk: ['EXCLUSIVE'],
}
export const RESOURCES = Object.keys(MODES)
/** 1 where nothing is said. */
export const PERMITS: Readonly<Record<string, number>> = { desk: 2 }

/** How each proposal is decided; `d` and a vetoer without a weight may veto. */
export const RULES = {
  move: { rule: 'OPTIONS', revote: 'LAST', vetoers: [] },
  stay: { rule: 'OPTIONS', revote: 'FIRST', vetoers: ['d', 'warden'] },
  split: { rule: 'MEDIAN', revote: 'LAST', vetoers: [] },
} as const
export type ProposalName = keyof typeof RULES
export const PROPOSALS = Object.keys(RULES) as ProposalName[]
export const VOTERS = ['a', 'b', 'c', 'd', 'e'].map((agent, at) => ({ agent, weight: at + 0.5 }))
export const QUORUM = 0.67

/** Entries of shared memory that agents count in. */
export const NAMESPACE = 'shared'
export const COUNTERS = ['trades', 'alarms'] as const
