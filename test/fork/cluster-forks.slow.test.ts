import { readFile } from 'node:fs/promises'
import { createClient } from '@clickhouse/client'
import { silentLogger, systemClock } from '@waggle/base'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { runWaggle } from '@waggle-services/cli'
import { openClusterBus } from '@waggle-services/cluster'
import { dumpLog, dumpRedis, dumpTables, dumpViews } from '../support/fork-audit.ts'
import { resolveInfra } from '../support/infra.ts'
import { describeForks, type ForkScene } from './forks.suite.ts'

/** The log stands still once the swarm does, so that it can be compared. */
const NO_TICKS = { WAGGLE_TICK_MS: '3600000' }

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, environment: NO_TICKS }),
])

if (cluster !== undefined)
  describeForks(
    'of a cluster: Kafka, Redis, ClickHouse over HTTP',
    async (): Promise<ForkScene> => {
      const bus = await openClusterBus(
        parseEnvironment(cluster.environment, () => ''),
        parseTopicsFile(await readFile('infra/kafka/topics.json', 'utf8')),
        { clock: systemClock(), logger: silentLogger },
      )
      const { clickHouse, redis } = cluster.servers
      const analyst = createClient({
        url: clickHouse.url,
        database: 'waggle',
        username: 'analyst',
        password: 'analyst-secret',
      })
      return {
        bus,
        dump: async () => ({
          log: await dumpLog(bus.log, bus.codec),
          tables: await dumpTables(bus.analytics),
          redis: await dumpRedis(redis.endpoint),
          views: await dumpViews(
            [bus.hot, bus.coordination, bus.memory].map(({ runner }) => runner.projection),
          ),
        }),
        ask: async (query) => (await analyst.query({ query, format: 'JSONEachRow' })).json(),
        waggle: async (...argv) => {
          let text = ''
          const write = (part: string): void => void (text += part)
          return { code: await runWaggle(argv, cluster.environment, { write }), text }
        },
        stop: async () => {
          await analyst.close()
          await bus.stop()
          await cluster.stop()
        },
      }
    },
  )
