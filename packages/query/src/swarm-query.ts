import type { Codec } from '@waggle/codec'
import type { EventLog } from '@waggle/log'
import { rebuildTrajectory, type AsOf, type Trajectory } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import type { HotView } from '@waggle/view-hot'
import {
  CORE_PAST,
  createPastReader,
  type CorePast,
  type PastReader,
  type PastSources,
} from './past-reader.ts'
import { readView, type Answer, type ReadOptions, type ViewSource } from './read-view.ts'

/** Reads over the views of one swarm's run, and over the log where the question is about the past. */
export interface SwarmQuery<Past extends PastSources = CorePast> {
  /** What the swarm knows now. */
  hot<T>(read: (view: HotView) => T, options?: ReadOptions): Promise<Answer<T>>
  /** What it knew then: decided by when things counted as known, or by positions, not by when they happened. */
  asOf(asOf: AsOf): PastReader<Past>
  /** Everything of one trajectory, or of one agent, in the order the swarm learned it. */
  trajectory(of: { readonly trajectory: string } | { readonly agent: string }): Promise<Trajectory>
}

export interface SwarmQueryOptions<Past extends PastSources> {
  readonly log: EventLog
  readonly codec: Codec
  readonly hot: ViewSource<HotView>
  readonly swarm: string
  readonly run: string | null
  /** Views that can be asked about the past; those that every bus has if left out. */
  readonly past?: Past
  /** Opens what is said about subjects in trajectories; views give it as it stands in the log. */
  readonly vault?: Vault | undefined
}

/** Questions to the views of a swarm. */
export function createSwarmQuery<Past extends PastSources = CorePast>(
  options: SwarmQueryOptions<Past>,
): SwarmQuery<Past> {
  const { log, codec, hot, swarm, run, vault } = options
  const past = options.past ?? (CORE_PAST as unknown as Past)
  return {
    hot: (read, options) => readView(hot, read, options),
    asOf: (asOf) => createPastReader({ ...options, past }, asOf),
    trajectory: (of) =>
      rebuildTrajectory({ log, codec, swarm, run, of, ...(vault === undefined ? {} : { vault }) }),
  }
}
