import type { Clock } from '@waggle/base'
import { createEmitter, type Emitter, type EmitterOptions } from './emitter.ts'

/** What an author says of the emitter that a bus is asked for. */
export interface BusEmitterOptions {
  readonly swarm: string
  readonly agent: string
  readonly session: string
  readonly run?: string | null
  readonly lastSeq?: number
  /** The producer's clock; the bus's own if left out. A backtest gives its own. */
  readonly clock?: Clock
}

export interface BusEmitterParts extends Pick<
  EmitterOptions,
  'log' | 'codec' | 'clock' | 'seal' | 'headers'
> {
  /** The directory of members, such as the hot view. */
  readonly members: () => {
    isMember(scope: { readonly swarm: string; readonly run: string | null }, agent: string): boolean
  }
}

/** An emitter on what a bus is made of; who is no member of the swarm in its run may only join. */
export function createBusEmitter(
  { members, ...parts }: BusEmitterParts,
  { run = null, clock = parts.clock, ...options }: BusEmitterOptions,
): Emitter {
  return createEmitter({
    ...parts,
    clock,
    run,
    ...options,
    isMember: (swarm, agent) => members().isMember({ swarm, run }, agent),
  })
}
