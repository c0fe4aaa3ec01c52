import { microsOf, type Micros } from '@waggle/base'
import type { Emitted, Emitter } from '@waggle/emit'
import type { Position } from '@waggle/event'
import type { RecalledMemory } from '@waggle/memory'
import type { AgentName } from './agents/roster.ts'

/** What the swarm needs of a bus; its swarm, run and clock are bound in. */
export interface SwarmBus {
  emitter(agent: AgentName, lastSeq: number): Emitter
  /** How a proposal stands once these positions are applied. */
  proposalStatus(proposal: string, after: readonly Position[]): Promise<string>
  /** The token of a lock request, or null while it waits. */
  lockToken(
    resource: string,
    agent: string,
    request: string,
    after: readonly Position[],
  ): Promise<bigint | null>
  /** What an agent remembers like this, now, once these positions are applied; best first. */
  recall(question: SwarmQuestion, after: readonly Position[]): Promise<SwarmRecall>
  /** The conductor's newest state, as it was written. */
  conductorState(): Promise<string | undefined>
}

export interface SwarmQuestion {
  readonly agent: AgentName
  readonly namespace: string
  readonly text: string
  readonly limit: number
}

export interface SwarmRecall {
  readonly memories: readonly RecalledMemory[]
  /** The market's time it was asked at: nothing learned later is in it. */
  readonly asOf: Micros
}

/** The clock of the simulated market: every event of a bar comes 10 µs after the one before it. */
export interface MarketClock {
  now(): Micros
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  openBar(date: string): void
}

/** A daily bar is known at 21:00 UTC, the close of New York in winter; never earlier. */
export function closeOf(date: string): Micros {
  return microsOf(`${date}T21:00:00Z`)
}

/** Leaves room for the coordinator's answers, which count as known one microsecond after their cause. */
const STEP: Micros = 10

export function createMarketClock(): MarketClock {
  let now = 0
  return {
    now: () => (now += STEP),
    sleep: async () => {},
    openBar: (date) => void (now = closeOf(date)),
  }
}

export function positionsOf(emitted: readonly Emitted[]): Position[] {
  return emitted.map(({ position }) => position)
}
