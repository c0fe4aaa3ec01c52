import type { Clock } from '@waggle/base'
import { createEmitter, type Emitter, type EmitterOptions, type Seal } from './emitter.ts'

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

/** What a bus is made of, as far as emitters need it. */
export interface BusEmitterParts extends Pick<
  EmitterOptions,
  'log' | 'codec' | 'clock' | 'headers'
> {
  /** Undefined where there are no keys: events with a subject are then refused. */
  readonly vault: { readonly seal: Seal } | undefined
  /** Knows who is a member. */
  readonly hot: { readonly view: Members }
}

export interface Members {
  isMember(scope: { readonly swarm: string; readonly run: string | null }, agent: string): boolean
}

/** An emitter on a bus; who is no member of the swarm in its run may only join. */
export function createBusEmitter(
  { vault, hot, ...parts }: BusEmitterParts,
  { run = null, clock = parts.clock, ...options }: BusEmitterOptions,
): Emitter {
  return createEmitter({
    ...parts,
    clock,
    run,
    ...(vault === undefined ? {} : { seal: vault.seal }),
    ...options,
    isMember: (swarm, agent) => hot.view.isMember({ swarm, run }, agent),
  })
}
