import type { Clock, Logger } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type Projection, type ProjectionRunner } from '@waggle/consume'
import { createEmitter, type Emitter } from '@waggle/emit'
import { derivedId } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createSwarmQuery, type SwarmQuery, type ViewSource } from '@waggle/query'
import type { Vault } from '@waggle/vault'
import { createCoordinationProjection, type CoordinationView } from '@waggle/view-coordination'
import { createHotProjection, type HotView } from '@waggle/view-hot'
import { alterByChange } from './alter-by-change.ts'
import type { ForkedRun } from './fork.ts'
import { createForkPublisher } from './publish-fork-results.ts'
import { createRunLog } from './run-log.ts'

export interface ForkDeps {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  readonly vault?: Vault
}

/** A fork as its agents have it: a bus on which its beginning has always been its own. */
export interface ForkBus extends ForkedRun {
  /** The fork as a log of its own; nothing can be appended to it that is not of its run. */
  readonly log: EventLog
  readonly codec: Codec
  readonly hot: ViewSource<HotView>
  readonly coordination: ViewSource<CoordinationView>
  /** Sessions are those of the parent under the fork's name, so that numbers go on and nothing is taken for a repeat. */
  emitter(options: ForkEmitterOptions): Emitter
  query(): SwarmQuery
  /** Feeds any other view of the fork; stopped with it. */
  project<P extends Projection>(projection: P): Promise<{ projection: P; runner: ProjectionRunner }>
  caughtUp(timeoutMs: number): Promise<void>
  digests(): Promise<Record<string, string>>
  stop(): Promise<void>
}

export interface ForkEmitterOptions {
  readonly agent: string
  readonly session: string
  readonly lastSeq?: number
  readonly clock?: Clock
}

/**
 * Starts the views of a fork, and makes its change. Views are made of the log, so a fork made long ago opens the same.
 */
export async function openFork(forked: ForkedRun, deps: ForkDeps): Promise<ForkBus> {
  const { codec, clock, logger, vault } = deps
  const { swarm, run, lineage } = forked
  const alter = await alterByChange(forked, deps)
  const log = createRunLog({ log: deps.log, lineage, ...(alter === undefined ? {} : { alter }) })
  const runners: ProjectionRunner[] = []
  const project = async <P extends Projection>(
    projection: P,
  ): Promise<{ projection: P; runner: ProjectionRunner }> => {
    const runner = createRunner({ log, codec, clock, logger, projection })
    runners.push(runner)
    await runner.start()
    return { projection, runner }
  }
  const hot = await project(createHotProjection())
  const counted = (of: string | null): boolean => of === run
  const coordination = await project(
    createCoordinationProjection(createForkPublisher(log, codec, run), counted),
  )
  const hotSource = { view: hot.projection.view, runner: hot.runner }
  const bus: ForkBus = {
    ...forked,
    log,
    codec,
    hot: hotSource,
    coordination: { view: coordination.projection.view, runner: coordination.runner },
    emitter: ({ session, clock: own = clock, ...options }) =>
      createEmitter({
        log,
        codec,
        swarm,
        run,
        clock: own,
        session: forkSession(run, session),
        ...options,
        ...(vault === undefined ? {} : { seal: vault.seal }),
        isMember: (of, agent) => hotSource.view.isMember({ swarm: of, run }, agent),
      }),
    query: () => createSwarmQuery({ log, codec, hot: hotSource, swarm, run, vault }),
    project,
    caughtUp: async (timeoutMs) => {
      // Results of what is counted come into the log behind it: so twice.
      for (const _ of [1, 2]) await Promise.all(runners.map((runner) => runner.caughtUp(timeoutMs)))
    },
    digests: async () =>
      Object.fromEntries(
        await Promise.all(
          runners.map(async ({ name, projection }) => [name, await projection.digest()] as const),
        ),
      ),
    stop: async () => {
      for (const runner of runners) await runner.stop()
    },
  }
  await sayChange(bus)
  return bus
}

/** What the change says, it says first: under a session of its own, so that it is said once. */
async function sayChange({ change, at, hot, emitter }: ForkBus): Promise<void> {
  if (change.is !== 'say') return
  await hot.runner.caughtUp(CATCH_UP_MS)
  const times = at === undefined ? {} : { occurred_at: at + 1, known_at: at + 1 }
  const { agent, draft } = change
  await emitter({ agent, session: 'change' }).emitAll([{ ...times, ...draft }])
}

const CATCH_UP_MS = 600_000
const SESSION_MAX = 128

export function forkSession(run: string, session: string): string {
  const name = `${run}/${session}`
  return name.length > SESSION_MAX ? derivedId(name) : name
}
