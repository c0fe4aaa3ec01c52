import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Logger } from '@waggle/base'
import { parseEnvironment, parseTopicsFile, type Environment } from '@waggle/service'
import { openClusterBus, rebuiltDigests, type ClusterBus } from '@waggle-services/cluster'
import type { DemoHost } from './demo-host.ts'

export interface ClusterHostOptions {
  /** WAGGLE_ variables of the cluster; without brokers among them one is started for the demo. */
  readonly environment: Environment
  readonly clock: Clock
  readonly logger: Logger
  readonly say: (line: string) => void
}

const REBUILD_MS = 600_000

/** The demo on a cluster: the same swarm, the views kept by services. */
export async function openClusterHost(options: ClusterHostOptions): Promise<DemoHost> {
  const { clock, logger } = options
  const cluster = await clusterOf(options)
  try {
    const readFile = (path: string): string => readFileSync(path, 'utf8')
    const config = parseEnvironment(cluster.environment, readFile)
    const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
    const bus = await openClusterBus(config, topics, { clock, logger })
    return hostOf(bus, options, cluster.stop)
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

interface Cluster {
  readonly environment: Environment
  stop(): Promise<void>
}

async function clusterOf({ environment, say }: ClusterHostOptions): Promise<Cluster> {
  if (environment['WAGGLE_KAFKA_BROKERS'] !== undefined) {
    return { environment, stop: async () => {} }
  }
  say('WAGGLE_KAFKA_BROKERS is not set: starting a cluster for the demo')
  const { startDevCluster } = await import('@waggle-infra/native/dev-cluster')
  return startDevCluster({ onReady: (part) => say(`ready: ${part}`) })
}

function hostOf(
  bus: ClusterBus,
  { clock, logger }: ClusterHostOptions,
  stopCluster: () => Promise<void>,
): DemoHost {
  return {
    log: bus.log,
    codec: bus.codec,
    coordination: bus.coordination,
    memory: bus.memory,
    emitter: (needs) => bus.emitter(needs),
    query: (scope) => bus.query(scope),
    stateOf: async (scope, agent) => {
      const { value } = await bus.reader.agentState(scope, agent, 'CHECKPOINT')
      return value?.event.state
    },
    caughtUp: (timeoutMs) => bus.caughtUp(timeoutMs),
    compareRebuilt: async () => {
      const live = await bus.digests()
      const folder = mkdtempSync(join(tmpdir(), 'waggle-rebuilt-'))
      const { openChdbStore } = await import('@waggle/view-analytics/chdb')
      const store = await openChdbStore(folder)
      try {
        const { log, codec } = bus
        const parts = { log, codec, clock, logger, store, timeoutMs: REBUILD_MS }
        return { live, rebuilt: await rebuiltDigests(parts) }
      } finally {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    stop: async () => {
      await bus.stop()
      await stopCluster()
    },
  }
}
