import type { Emitter } from '@waggle/emit'
import type { Position } from '@waggle/event'
import type { SwarmMinds } from './agents/minds.ts'
import type { AgentName } from './agents/roster.ts'
import type { DailyBar } from './bars-csv.ts'
import type { Features } from './indicators.ts'
import type { SwarmBus } from './swarm-bus.ts'

export type Emitters = Record<AgentName, Emitter>

export interface BarContext {
  readonly bus: SwarmBus
  readonly emitters: Emitters
  readonly minds: SwarmMinds
  readonly symbol: string
  readonly bars: readonly DailyBar[]
  readonly index: number
  readonly features: Features
  /** Where each agent's newest lesson stands: what it recalls next has it. */
  readonly learned: Partial<Record<AgentName, Position>>
}

/** Names the line of action that begins with an agent's view of a day. */
export function forecastTrajectory(agent: AgentName, date: string): string {
  return `view-${agent}-${date}`
}
