import { composeServices, type Clock, type Logger } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { ProjectionRunner } from '@waggle/consume'
import {
  cloudEventHeaders,
  createBusEmitter,
  type BusEmitterOptions,
  type Emitter,
} from '@waggle/emit'
import type { KafkaLog } from '@waggle/log/kafka'
import type { MemoryView } from '@waggle/memory'
import type { EventLog } from '@waggle/log'
import { createSwarmQuery, type SwarmQuery, type ViewSource } from '@waggle/query'
import type { IndexStore, TrajectoryIndex } from '@waggle/replay'
import { openEngines, type EngineDeps, type ServiceConfig, type TopicsFile } from '@waggle/service'
import { traceBatches, tracedLog, tracedLogger } from '@waggle/telemetry'
import { createFileVault, type Vault } from '@waggle/vault'
import { clickHouseOptions } from '@waggle-services/analytics'
import { createBankReader, type BankReader, type PastViews } from '@waggle-services/memory-view'
import { createAnalyticsView, type AnalyticsView } from '@waggle/view-analytics'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import { createCoordinationProjection, type CoordinationView } from '@waggle/view-coordination'
import { createHotProjection, type HotView } from '@waggle/view-hot'
import { createFallbackHotReader, type HotReader } from '@waggle/view-hot/redis'
import { memoryOf } from './cluster-memory.ts'
import { keptStates } from './kept-states.ts'
import { keptView } from './kept-view.ts'
import { openHotStore } from './open-hot-store.ts'
import { allCaughtUp } from './services-caught-up.ts'
import { trajectoryPart } from './trajectory-part.ts'

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
  /** What outcomes taught, kept here from the log; undefined where it is not asked for. */
  readonly bank: BankReader | undefined
  /** Where events stand, for replay; undefined without a store for it. */
  readonly trajectories: TrajectoryIndex | undefined
  readonly analytics: AnalyticsView
  /** What is projected in this process. */
  readonly runners: readonly ProjectionRunner[]
  emitter(options: BusEmitterOptions): Emitter
  /**
   * Questions about the past are answered from the log, and from WAGGLE_SNAPSHOT_DIR where it is set. `log`: the run's own,
   * such as a fork's, which is folded from its start.
   */
  query(scope: { swarm: string; run: string | null; log?: EventLog }): SwarmQuery<PastViews>
  /** Resolves when this process and every service named in WAGGLE_SERVICE_URLS have applied all there is. */
  caughtUp(timeoutMs: number): Promise<void>
  /** Digest by view, of the stores that the services keep. */
  digests(): Promise<Record<string, string>>
  stop(): Promise<void>
}

export interface ClusterDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** Keys kept elsewhere than in WAGGLE_VAULT_DIR, such as in a key management service. */
  readonly vault?: Vault
  /** Where this process keeps a trajectory index of its own, until `stop`; without it there is none. */
  readonly trajectoryStore?: IndexStore
  /** Whether this process keeps a ReasoningBank of its own; false if left out, for few agents read it. */
  readonly bank?: boolean
  /** How the log and the registry are reached; as every service does if left out. */
  readonly engines?: typeof openEngines
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
  const open = deps.engines ?? openEngines
  const engines = await open(config, topics, { ...deps, signal, onWaiting })
  const { codec } = engines
  const log = tracedLog(engines.log, 'kafka')
  const parts = { log, codec, clock, logger, around: traceBatches('kafka') }
  const vault = deps.vault ?? vaultOf(config)
  const kept = keptStates(config, parts, vault)
  const hot = keptView(parts, createHotProjection(), kept?.views)
  const coordination = keptView(parts, createCoordinationProjection(onlyCount), kept?.views)
  const bank =
    deps.bank === true ? createBankReader({ ...parts, snapshots: kept?.views }) : undefined
  const { trajectoryStore: indexStore } = deps
  const trajectories = indexStore === undefined ? undefined : trajectoryPart(parts, indexStore)
  const { memory, past, services } = memoryOf(parts, kept, vault)
  const redis = await openHotStore(config, parts)
  const store = openHttpStore(clickHouseOptions(config))
  const analytics = createAnalyticsView(store)
  const tailing = [hot, coordination, bank, trajectories].filter((part) => part !== undefined)
  const runners = [...tailing, memory].map(({ runner }) => runner)
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
    bank,
    trajectories: trajectories?.view,
    analytics,
    runners,
    reader: createFallbackHotReader({
      primary: redis.view,
      fallback: { view: hot.view, freshness: () => hot.runner.progress.freshness },
      clock,
    }),
    emitter: (options) =>
      createBusEmitter({ ...parts, vault, hot, headers: cloudEventHeaders }, options),
    query: (scope) => createSwarmQuery({ log, codec, hot, vault, past: past(scope.log), ...scope }),
    caughtUp: async (timeoutMs) => {
      for (const runner of runners) await runner.caughtUp(timeoutMs)
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

/** Counting is anyone's right; telling the log is the coordinator's. */
const onlyCount = { publish: async () => {}, lookAgain: () => {} }
