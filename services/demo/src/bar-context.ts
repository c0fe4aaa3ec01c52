import type { Emitter } from '@waggle/emit'
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
}

/** Names the line of action that begins with an agent's view of a day. */
export function forecastTrajectory(agent: AgentName, date: string): string {
  return `view-${agent}-${date}`
}
