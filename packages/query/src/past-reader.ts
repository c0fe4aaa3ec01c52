import type { Codec } from '@waggle/codec'
import { EVENT_TOPICS, partitionName, type Position } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import {
  coordinationAsOf,
  cutOf,
  hotAsOf,
  rebuildTrajectory,
  type AsOf,
  type AsOfOptions,
  type PastView,
  type Trajectory,
  type TrajectoryOptions,
} from '@waggle/replay'
import type { Vault } from '@waggle/vault'

/** Views that can be asked about the past, by name. */
export type PastSources = Readonly<Record<string, PastSource<unknown>>>
export type PastSource<View> = (options: AsOfOptions) => Promise<PastView<View>>

/** Those that every bus has. */
export const CORE_PAST = { hot: hotAsOf, coordination: coordinationAsOf } as const
export type CorePast = typeof CORE_PAST

/** An answer from the past; `sealed` says that nothing appended from now on can change it. */
export interface PastAnswer<T> {
  readonly value: T
  readonly asOf: AsOf
  readonly sealed: boolean
  /** Behind the last record that the answer may rest on, by partition: asked as of these it is the same. */
  readonly positions: readonly Position[]
}

/** Reads of every view as it stood. A view is folded from the log once, at its first read. */
export interface PastReader<Past extends PastSources> {
  readonly asOf: AsOf
  read<Name extends keyof Past, T>(
    name: Name,
    read: (view: ViewOf<Past[Name]>) => T | Promise<T>,
  ): Promise<PastAnswer<T>>
  /** Everything of one trajectory, or of one agent, that the swarm had learned, in the order in which it did. */
  trajectory(of: TrajectoryOptions['of']): Promise<PastAnswer<Trajectory>>
}

type ViewOf<Source> = Source extends PastSource<infer View> ? View : never

export interface PastReaderOptions<Past extends PastSources> {
  readonly log: EventLog
  readonly codec: Codec
  readonly swarm: string
  readonly run: string | null
  readonly past: Past
  readonly vault?: Vault | undefined
}

/** Reads views as of one moment; each is folded once. */
export function createPastReader<Past extends PastSources>(
  options: PastReaderOptions<Past>,
  asOf: AsOf,
): PastReader<Past> {
  const { log, codec, run, past } = options
  const views = new Map<keyof Past, Promise<PastView<unknown>>>()
  return {
    asOf,
    read: async (name, read) => {
      let folded = views.get(name)
      if (folded === undefined) views.set(name, (folded = past[name]!({ log, codec, run, asOf })))
      const { view, sealed, positions } = await folded
      const value = await read(view as ViewOf<Past[typeof name]>)
      return { value, asOf, sealed, positions }
    },
    trajectory: (of) => pastTrajectory(options, of, asOf),
  }
}

/** The cut is found while reading, in every partition whose clock of the run is past the time. */
async function pastTrajectory(
  { log, codec, swarm, run, vault }: PastReaderOptions<PastSources>,
  of: TrajectoryOptions['of'],
  asOf: AsOf,
): Promise<PastAnswer<Trajectory>> {
  const { at, ends } = cutOf(asOf, await log.ends(partitionsOf(log, EVENT_TOPICS)))
  const cuts = new Map<string, Position>()
  const value = await rebuildTrajectory({
    log,
    codec,
    swarm,
    run,
    of,
    asOf: at,
    ends,
    ...(vault === undefined ? {} : { vault }),
    onCut: (position) => void cuts.set(partitionName(position), position),
  })
  const sealed = at === Infinity || ends.every((end) => cuts.has(partitionName(end)))
  const positions = ends.map((end) => cuts.get(partitionName(end)) ?? end)
  return { value, asOf, sealed, positions }
}
