import { composeServices, type Clock, type Logger } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  createRunner,
  type Projection,
  type ProjectionRunner,
  type RunnerOptions,
} from '@waggle/consume'
import { cloudEventHeaders, createEmitter, type Emitter } from '@waggle/emit'
import type { KafkaLog } from '@waggle/log/kafka'
import type { MemoryView } from '@waggle/memory'
import type { EventLog } from '@waggle/log'
import { createSwarmQuery, type SwarmQuery, type ViewSource } from '@waggle/query'
import { createTrajectoryProjection, type IndexStore, type TrajectoryIndex } from '@waggle/replay'
import { openEngines, type EngineDeps, type ServiceConfig, type TopicsFile } from '@waggle/service'
import { traceBatches, tracedLog, tracedLogger } from '@waggle/telemetry'
import { createFileVault, type Vault } from '@waggle/vault'
import { clickHouseOptions } from '@waggle-services/analytics'
import type { PastViews } from '@waggle-services/memory-view'
import { createAnalyticsView, type AnalyticsView } from '@waggle/view-analytics'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import { createCoordinationProjection, type CoordinationView } from '@waggle/view-coordination'
import { createHotProjection, type HotView } from '@waggle/view-hot'
import { createFallbackHotReader, type HotReader } from '@waggle/view-hot/redis'
import { memoryOf } from './cluster-memory.ts'
import { openHotStore } from './open-hot-store.ts'
import { allCaughtUp } from './services-caught-up.ts'

/** What an agent or a tool has of a cluster; the views it shows are kept by services elsewhere. */
export interface ClusterBus {
  readonly log: KafkaLog
  readonly codec: Codec
  readonly clock: Clock
  /** Seals and opens what is said about subjects; undefined without WAGGLE_VAULT_DIR, and such events are refused. */
  readonly vault: Vault | undefined
  /** The hot view in this process, by tailing the log: reads of memory, and the fallback of `reader`. */
  readonly hot: ViewSource<HotView>
  /** The hot view in Redis, or this process's own while Redis does not serve; answers say which. */
  readonly reader: HotReader
  /** Locks and consensus counted here, from the log, as the coordinator counts them. */
  readonly coordination: ViewSource<CoordinationView>
  /** What agents remember, kept here from the log; keys of subjects are needed to read what is sealed. */
  readonly memory: ViewSource<MemoryView>
  /** Where events stand, for replay; undefined without a store for it. */
  readonly trajectories: TrajectoryIndex | undefined
  readonly analytics: AnalyticsView
  /** What is projected in this process. */
  readonly runners: readonly ProjectionRunner[]
  emitter(options: ClusterEmitterOptions): Emitter
  /** Questions about the past are answered from the log, and from WAGGLE_SNAPSHOT_DIR where it is set. */
  /** `log`: the run's own, such as a fork's, which is folded from its start. */
  query(scope: { swarm: string; run: string | null; log?: EventLog }): SwarmQuery<PastViews>
  /** Resolves when this process and every service named in WAGGLE_SERVICE_URLS have applied all there is. */
  caughtUp(timeoutMs: number): Promise<void>
  /** Digest by view, of the stores that the services keep. */
  digests(): Promise<Record<string, string>>
  stop(): Promise<void>
}

export interface ClusterEmitterOptions {
  readonly swarm: string
  readonly agent: string
  readonly session: string
  readonly run?: string | null
  readonly lastSeq?: number
  readonly clock?: Clock
}

export interface ClusterDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** Keys kept elsewhere than in WAGGLE_VAULT_DIR, such as in a key management service. */
  readonly vault?: Vault
  /** Where this process keeps a trajectory index of its own, such as a folder; without it there is none. */
  readonly trajectoryStore?: IndexStore
  /** Told what the start waits for; undefined once it no longer does. */
  readonly onWaiting?: EngineDeps['onWaiting']
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

const STARTUP_TIMEOUT_MS = 600_000

export async function openClusterBus(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: ClusterDeps,
): Promise<ClusterBus> {
  const { clock } = deps
  const logger = tracedLogger(deps.logger)
  const { signal = new AbortController().signal, onWaiting = () => {} } = deps
  const engines = await openEngines(config, topics, { ...deps, signal, onWaiting })
  const { codec } = engines
  const log = tracedLog(engines.log, 'kafka')
  const parts = { log, codec, clock, logger, around: traceBatches('kafka') }
  const vault = deps.vault ?? vaultOf(config)
  const hot = inProcess(parts, createHotProjection())
  const coordination = inProcess(parts, createCoordinationProjection(onlyCount))
  const { memory, past, services } = memoryOf(config, parts, vault)
  const redis = await openHotStore(config, parts)
  const store = openHttpStore(clickHouseOptions(config))
  const analytics = createAnalyticsView(store)
  const trajectories = trajectoriesOf(parts, deps.trajectoryStore)
  const tailing = [hot.runner, coordination.runner, ...trajectories.map(({ runner }) => runner)]
  const tails = composeServices('cluster', [...tailing, ...services])
  await tails.start()
  await hot.runner.caughtUp(STARTUP_TIMEOUT_MS)

  return {
    log,
    codec,
    clock,
    vault,
    hot,
    coordination,
    memory,
    trajectories: trajectories[0]?.view,
    analytics,
    runners: [...tailing, memory.runner],
    reader: createFallbackHotReader({
      primary: redis.view,
      fallback: { view: hot.view, freshness: () => hot.runner.progress.freshness },
      clock,
    }),
    emitter: ({ run = null, clock: producer = clock, ...options }) =>
      createEmitter({
        log,
        codec,
        clock: producer,
        run,
        headers: cloudEventHeaders,
        ...(vault === undefined ? {} : { seal: vault.seal }),
        ...options,
        isMember: (swarm, agent) => hot.view.isMember({ swarm, run }, agent),
      }),
    query: (scope) => createSwarmQuery({ log, codec, hot, vault, past: past(scope.log), ...scope }),
    caughtUp: async (timeoutMs) => {
      for (const runner of [...tailing, memory.runner]) await runner.caughtUp(timeoutMs)
      await allCaughtUp(config.WAGGLE_SERVICE_URLS, { clock, timeoutMs })
    },
    digests: async () => ({
      'hot-view': await redis.projection.digest(),
      coordination: await coordination.runner.projection.digest(),
      analytics: await analytics.digest(),
    }),
    stop: async () => {
      await tails.stop()
      redis.close()
      await store.close()
      await log.close()
    },
  }
}

/** The folder of keys that all agents and the memory view share. */
function vaultOf({ WAGGLE_VAULT_DIR: folder }: ServiceConfig): Vault | undefined {
  return folder === undefined ? undefined : createFileVault(folder)
}

/** A view kept by this process itself. */
function inProcess<V>(
  parts: Omit<RunnerOptions, 'projection'>,
  projection: Projection & { readonly view: V },
): ViewSource<V> {
  return { view: projection.view, runner: createRunner({ ...parts, projection }) }
}

/** One, or none where there is no store for it. */
function trajectoriesOf(
  parts: Omit<RunnerOptions, 'projection'>,
  store: IndexStore | undefined,
): ViewSource<TrajectoryIndex>[] {
  if (store === undefined) return []
  const projection = createTrajectoryProjection({ store, log: parts.log })
  return [inProcess(parts, { ...projection, view: projection.index })]
}

/** Counting is anyone's right; telling the log is the coordinator's. */
const onlyCount = { publish: async () => {}, lookAgain: () => {} }
