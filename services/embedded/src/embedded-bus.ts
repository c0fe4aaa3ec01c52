import { mkdirSync } from 'node:fs'
import { composeServices, systemRandom, type Clock, type Logger, type Service } from '@waggle/base'
import type { ClickHouseFacade } from '@waggle/clickhouse-http'
import { createCodec, type Codec } from '@waggle/codec'
import { holdData, mend, type DataHold, type ProjectionRunner } from '@waggle/consume'
import { createBusEmitter, type BusEmitterOptions, type Emitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createSwarmQuery, type SwarmQuery, type ViewSource } from '@waggle/query'
import { createLogRegistry } from '@waggle/registry'
import type { TrajectoryIndex } from '@waggle/replay'
import {
  createAnalyticsService,
  type AnalyticsService,
  type AnalyticsServiceOptions,
} from '@waggle-services/analytics'
import { traceBatches, tracedLog, tracedLogger } from '@waggle/telemetry'
import { createFileVault, createMemoryVault, type Vault } from '@waggle/vault'
import type { CoordinationView } from '@waggle/view-coordination'
import {
  createCoordinatorService,
  createWeigherService,
  type CoordinatorService,
} from '@waggle-services/coordinator'
import { createHotViewService, type HotViewService } from '@waggle-services/hot-view'
import type { DistillerService, MemoryViewService, PastViews } from '@waggle-services/memory-view'
import {
  analyticsPath,
  logPath,
  parseConfig,
  vaultPath,
  type EmbeddedConfig,
  type EmbeddedConfigInput,
} from './config.ts'
import { memoryParts } from './memory-parts.ts'
import { embeddedPast, statesOf } from './past-views.ts'
import { trajectoryPart } from './trajectory-part.ts'
import { keptViews } from './view-folders.ts'

/** The whole bus in one process: the log, and the three services that project it. */
export interface EmbeddedBus {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  /** Seals what is said about subjects, and opens it for readers of views. */
  readonly vault: Vault
  readonly hot: HotViewService
  readonly coordinator: CoordinatorService
  /** The coordinator’s view, under the name that a cluster’s bus has for it. */
  readonly coordination: ViewSource<CoordinationView>
  /** What agents remember. */
  readonly memory: MemoryViewService
  /** The ReasoningBank; undefined where the configuration leaves it off. */
  readonly bank: DistillerService | undefined
  /** Where events stand, for replay; undefined where the configuration leaves it off. */
  readonly trajectories: TrajectoryIndex | undefined
  /** Undefined where the configuration turns it off. */
  readonly analytics: AnalyticsService | undefined
  /** Where analysts reach ClickHouse's HTTP interface; undefined where there is none. */
  readonly analyticsUrl: string | undefined
  readonly runners: readonly ProjectionRunner[]
  emitter(options: BusEmitterOptions): Emitter
  /** `log`: the run's own, such as a fork's, which is folded from its start. */
  query(scope: { swarm: string; run: string | null; log?: EventLog }): SwarmQuery<PastViews>
  /** Resolves when every view has applied everything appended before the call. */
  caughtUp(timeoutMs: number): Promise<void>
  /** Digest by view. */
  digests(): Promise<Record<string, string>>
  /** Drops every view and projects the log again. */
  rebuild(): Promise<void>
  /** Drains and stops the services, then closes the log. */
  stop(): Promise<void>
}

export interface EmbeddedDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** Keys kept elsewhere, such as in a key management service; a folder of the data if left out. */
  readonly vault?: Vault
}

export async function openEmbeddedBus(
  input: EmbeddedConfigInput,
  deps: EmbeddedDeps,
): Promise<EmbeddedBus> {
  const config = parseConfig(input)
  const hold = holdOf(config)
  try {
    return await openHeld(config, deps, hold)
  } catch (error) {
    hold?.release()
    throw error
  }
}

/** A log in memory has no folder. */
function holdOf({ log, dataDir }: EmbeddedConfig): DataHold | undefined {
  if (log === 'memory') return undefined
  mkdirSync(dataDir, { recursive: true })
  const hold = holdData(dataDir, 'bus')
  for (const folders of Object.values(keptViews(dataDir))) mend(folders)
  return hold
}

async function openHeld(
  config: EmbeddedConfig,
  given: EmbeddedDeps,
  hold: DataHold | undefined,
): Promise<EmbeddedBus> {
  const deps = { ...given, logger: tracedLogger(given.logger) }
  const log = tracedLog(await openLog(config, deps), 'waggle')
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const vault = deps.vault ?? openVault(config)
  const states = statesOf(config, { log, logger: deps.logger })
  const past = embeddedPast(config, states, vault)
  const parts = { log, codec, around: traceBatches('waggle'), ...states, ...deps }
  const hot = createHotViewService(parts)
  const coordinator = createCoordinatorService({ ...parts, tickMs: config.tickMs })
  const weigher =
    config.weights === 'off' ? undefined : createWeigherService({ ...parts, tickMs: config.tickMs })
  const { memory, bank, eraser } = memoryParts(config, { ...parts, vault })
  const trajectories = await trajectoryPart(config, parts)
  const analytics = await analyticsOf(config, parts)
  const http = await analystHttp(config, deps)
  const projecting = [
    hot,
    coordinator,
    weigher,
    memory,
    bank,
    eraser,
    trajectories,
    analytics,
  ].filter((part) => part !== undefined)
  const services: Service[] = http === undefined ? projecting : [...projecting, http]
  const all = composeServices('embedded', services)
  await all.start()
  const runners = projecting.map(({ runner }) => runner)
  // Who opens a bus reads at once what the log had then.
  for (const { runner } of [hot, coordinator, memory]) await runner.caughtUp(STARTUP_TIMEOUT_MS)

  return {
    log,
    codec,
    clock: deps.clock,
    vault,
    hot,
    coordinator,
    coordination: coordinator,
    memory,
    bank,
    trajectories: trajectories?.index,
    analytics,
    analyticsUrl: http?.url,
    runners,
    emitter: (options) => createBusEmitter({ ...parts, vault, hot }, options),
    query: (scope) => createSwarmQuery({ log, codec, hot, vault, past: past(scope.log), ...scope }),
    caughtUp: async (timeoutMs) => {
      const views = analytics === undefined ? runners : [...runners, analytics.deadLetters]
      await Promise.all(views.map((view) => view.caughtUp(timeoutMs)))
    },
    digests: () => digestsOf(runners),
    rebuild: async () => {
      for (const runner of runners) await runner.rebuild()
      await analytics?.deadLetters.rebuild()
    },
    stop: async () => {
      await all.stop()
      await log.close()
      hold?.release()
    },
  }
}

async function digestsOf(runners: readonly ProjectionRunner[]): Promise<Record<string, string>> {
  const all = runners.map(async ({ name, projection }) => [name, await projection.digest()])
  return Object.fromEntries(await Promise.all(all)) as Record<string, string>
}

/** What is not kept needs no keys that are. */
function openVault(config: EmbeddedConfig): Vault {
  return config.log === 'memory'
    ? createMemoryVault(systemRandom())
    : createFileVault(vaultPath(config))
}

const STARTUP_TIMEOUT_MS = 600_000

async function analyticsOf(
  config: EmbeddedConfig,
  parts: Omit<AnalyticsServiceOptions, 'store' | 'restMs'>,
): Promise<AnalyticsService | undefined> {
  if (config.analytics === 'off') return undefined
  const { openChdbStore } = await import('@waggle/view-analytics/chdb')
  const store = await openChdbStore(analyticsPath(config))
  return createAnalyticsService({ ...parts, store, restMs: config.analyticsRestMs })
}

/** Analysts only: what writes to the store is its projection. */
async function analystHttp(
  config: EmbeddedConfig,
  { logger }: EmbeddedDeps,
): Promise<ClickHouseFacade | undefined> {
  const { analytics, analyticsHttp } = config
  if (analytics === 'off' || analyticsHttp === undefined) return undefined
  const { createClickHouseFacade } = await import('@waggle/clickhouse-http')
  return createClickHouseFacade({
    folder: analyticsPath(config),
    port: analyticsHttp.port,
    users: analyticsHttp.users.map(({ name, password, swarm }) => ({
      name,
      password,
      role: 'analyst' as const,
      ...(swarm === undefined ? {} : { swarm }),
    })),
    logger,
  })
}

/** Engines are loaded when chosen, so that a process without LMDB or chdb still runs the others. */
async function openLog(config: EmbeddedConfig, { clock }: EmbeddedDeps): Promise<EventLog> {
  const log = await openOwnLog(config, clock)
  if (config.archive === undefined) return log
  const { Archive, openArchivedLog, openLocalStore } = await import('@waggle/archive')
  return openArchivedLog(log, await Archive.open(openLocalStore(config.archive)))
}

async function openOwnLog(config: EmbeddedConfig, clock: Clock): Promise<EventLog> {
  if (config.log === 'memory') {
    const { createMemoryLog } = await import('@waggle/log/memory')
    return createMemoryLog({ topics: PARTITIONS, clock })
  }
  const { openLmdbLog } = await import('@waggle/log/lmdb')
  return openLmdbLog({ path: logPath(config), topics: PARTITIONS, clock })
}
