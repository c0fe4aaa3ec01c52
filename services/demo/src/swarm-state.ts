import type { Decimal } from '@waggle/base'
import type { AgentName } from './agents/roster.ts'
import type { Regime } from './agents/sentiment-analyzer.ts'

/** A forecast whose horizon has not passed. */
export interface OpenForecast {
  readonly decision: string
  readonly agent: AgentName
  readonly trajectory: string
  readonly direction: 1 | -1
  readonly confidence: number
  readonly from: number
  /** Index of the bar that ends the horizon. */
  readonly dueAt: number
  /** Set for the first forecast of a situation: of this one a lesson is kept. */
  readonly lesson: { readonly situation: string; readonly days: number } | null
}

/** An approved change of exposure, to be carried out at the next open. */
export interface PendingOrder {
  readonly decision: string
  readonly trajectory: string
  readonly exposure: number
  readonly request: string
  /** The situation it was decided in, and what it changes, in words. */
  readonly situation: string
}

/** A change of exposure that was carried out; the next one closes it. */
export interface OpenTrade {
  readonly decision: string
  readonly fill: string
  readonly trajectory: string
  readonly situation: string
  readonly from: number
  readonly to: number
  readonly price: number
  /** Index of the bar it was filled at. */
  readonly filledAt: number
}

/** What an agent recalled when its situation last changed: it has it in mind until the next change. */
export interface InMind {
  readonly setup: string
  /** Index of the bar it recalled at. */
  readonly since: number
  /** Ids of the recall and of the memories it gave. */
  readonly inputs: readonly string[]
  /** What they come to, in words. */
  readonly note: string
}

/**
 * All that the swarm must remember from bar to bar. The conductor writes it into the log behind everything
 * else of a bar: so the newest of its states marks the last complete bar, and a run that was killed goes on
 * from there, emitting the events of the broken bar again under the same sequence numbers with the same
 * bytes, which the log answers with their first positions.
 */
export interface SwarmState {
  /** Fingerprint of the bars, so that a run is not resumed on others. */
  readonly input: string
  /** Index of the last complete bar; -1 before the first. */
  bar: number
  /** Last sequence number of each agent. */
  seqs: Partial<Record<AgentName, number>>
  /** Decimals as text of 10^-9 units. */
  cash: string
  units: string
  peakEquity: number
  exposure: number
  proposals: number
  regime: Regime | null
  open: OpenForecast[]
  order: PendingOrder | null
  trade: OpenTrade | null
  inMind: Partial<Record<AgentName, InMind>>
}

export const START_CASH: Decimal = 100_000n * 1_000_000_000n

export function freshState(input: string): SwarmState {
  return {
    input,
    bar: -1,
    seqs: {},
    cash: String(START_CASH),
    units: '0',
    peakEquity: Number(START_CASH) / 1e9,
    exposure: 0,
    proposals: 0,
    regime: null,
    open: [],
    order: null,
    trade: null,
    inMind: {},
  }
}
