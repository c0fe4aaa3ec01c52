import type { Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { EventLog } from '@waggle/log'
import { hotAsOf, rebuildTrajectory, type Trajectory } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import type { HotView } from '@waggle/view-hot'
import { readView, type Answer, type ReadOptions, type ViewSource } from './read-view.ts'

/** An answer from the past; `sealed` says that nothing appended from now on can change it. */
export interface PastAnswer<T> {
  readonly value: T
  readonly asOf: Micros
  readonly sealed: boolean
}

/** Reads over the views of one swarm's run, and over the log where the question is about the past. */
export interface SwarmQuery {
  /** What the swarm knows now. */
  hot<T>(read: (view: HotView) => T, options?: ReadOptions): Promise<Answer<T>>
  /** What it knew at a time: decided by when things counted as known, not by when they happened. */
  hotAsOf<T>(asOf: Micros, read: (view: HotView) => T): Promise<PastAnswer<T>>
  /** Everything of one trajectory, or of one agent, in the order the swarm learned it. */
  trajectory(
    of: { readonly trajectory: string } | { readonly agent: string },
    asOf?: Micros,
  ): Promise<Trajectory>
}

export interface SwarmQueryOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly hot: ViewSource<HotView>
  readonly swarm: string
  readonly run: string | null
  /** Opens what is said about subjects in trajectories; views give it as it stands in the log. */
  readonly vault?: Vault | undefined
}

export function createSwarmQuery(options: SwarmQueryOptions): SwarmQuery {
  const { log, codec, hot, swarm, run, vault } = options
  return {
    hot: (read, options) => readView(hot, read, options),
    hotAsOf: async (asOf, read) => {
      const { view, sealed } = await hotAsOf({ log, codec, run, asOf })
      return { value: read(view), asOf, sealed }
    },
    trajectory: (of, asOf) =>
      rebuildTrajectory({
        log,
        codec,
        swarm,
        run,
        of,
        ...(asOf === undefined ? {} : { asOf }),
        ...(vault === undefined ? {} : { vault }),
      }),
  }
}
