import { join } from 'node:path'
import { composeServices, systemRandom, WaggleError } from '@waggle/base'
import { keptCertificate } from '@waggle/certify'
import type { KafkaLog } from '@waggle/log/kafka'
import { createMemoryIndexStore, type IndexStore } from '@waggle/replay'
import type { EngineDeps, ServiceBasics, ServiceConfig, TopicsFile, Worker } from '@waggle/service'
import { openClusterBus, type ClusterBus, type ClusterDeps } from '@waggle-services/cluster'
import { createHttpDoor } from './analyst/http-door.ts'
import { createGatewayApp } from './app.ts'
import { projectionsElsewhere, registryElsewhere, subjectsElsewhere } from './cluster-parts.ts'
import type { GatewayOptions } from './gateway-parts.ts'
import { createGatewayServer } from './server.ts'
import { createTrafficCounts } from './traffic-counts.ts'
import { openTokenFile } from './token-file.ts'

export interface ClusterGateway {
  readonly log: KafkaLog
  readonly bus: ClusterBus
  readonly topics: TopicsFile
}

/** What a gateway has of a cluster, begun from what it put away in WAGGLE_SNAPSHOT_DIR; from the log without it. */
export async function openGatewayBus(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: EngineDeps & Pick<ClusterDeps, 'engines'>,
): Promise<ClusterGateway> {
  const trajectoryStore = await openIndexStore(config)
  const bus = await openClusterBus(config, topics, { ...deps, bank: true, trajectoryStore })
  return { log: bus.log, bus, topics }
}

async function openIndexStore({ WAGGLE_SNAPSHOT_DIR: folder }: ServiceConfig): Promise<IndexStore> {
  if (folder === undefined) return createMemoryIndexStore()
  const { openLmdbIndexStore } = await import('@waggle/replay/lmdb')
  return openLmdbIndexStore(join(folder, 'trajectory-index'))
}

/** Read at every question, so that a new certificate counts at once. */
function certificateIn({
  WAGGLE_CERTIFICATE_DIR: folder,
}: ServiceConfig): GatewayOptions['certified'] {
  return folder === undefined ? undefined : () => keptCertificate(folder)
}

/** The gateway of a cluster: views in this process by tailing Kafka, analysts through ClickHouse. */
export async function buildGateway(
  context: ClusterGateway & ServiceBasics,
  version: string,
): Promise<Worker> {
  const { bus, topics, config, clock, logger } = context
  const path = config.WAGGLE_GATEWAY_TOKENS
  if (path === undefined)
    throw new WaggleError('CONFIG_INVALID', 'WAGGLE_GATEWAY_TOKENS: the gateway needs its tokens')
  const registry = registryElsewhere(config)
  const traffic = createTrafficCounts()
  const app = createGatewayApp({
    bus,
    traffic,
    grants: openTokenFile({ path, clock, logger }),
    clock,
    random: systemRandom(),
    logger,
    analyst: createHttpDoor({
      url: config.WAGGLE_CLICKHOUSE_URL,
      database: config.WAGGLE_CLICKHOUSE_DATABASE,
      username: config.WAGGLE_CLICKHOUSE_USERNAME,
      password: config.WAGGLE_CLICKHOUSE_PASSWORD,
    }),
    otherProjections: () => projectionsElsewhere(config),
    registry,
    subjects: subjectsElsewhere(registry),
    logStatus: () => bus.log.status(),
    certified: certificateIn(config),
    topics,
    origins: config.WAGGLE_GATEWAY_ORIGINS,
    hosts: config.WAGGLE_GATEWAY_HOSTS,
    dashboard: config.WAGGLE_GATEWAY_DASHBOARD,
    version,
    embedded: false,
  })
  const server = createGatewayServer(app, {
    port: config.WAGGLE_GATEWAY_PORT,
    host: config.WAGGLE_GATEWAY_HOST,
  })
  const stop = (): Promise<void> => bus.stop()
  const own = composeServices('gateway', [{ name: 'bus', start: async () => {}, stop }, server])
  return {
    start: async () => {
      await own.start()
      logger.info({ url: server.url }, 'the gateway listens')
    },
    stop: () => own.stop(),
    traffic: () => traffic.read(),
    status: () => Promise.all(bus.runners.map((runner) => runner.status())),
  }
}
