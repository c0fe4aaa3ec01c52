import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { dumpLog, dumpTables, dumpViews } from '../support/fork-audit.ts'
import { describeForks, type ForkScene } from './forks.suite.ts'

/** Theirs are all runs: what they hold of the live one is looked at elsewhere. */
const OF_ALL_RUNS = new Set(['analytics', 'trajectories'])

describeForks('of an embedded swarm, on LMDB and chdb', async (): Promise<ForkScene> => {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-forks-'))
  const bus = await openEmbeddedBus(
    {
      dataDir: folder,
      tickMs: 0,
      analyticsRestMs: 0,
      analyticsHttp: { users: [{ name: 'analyst', password: 'secret', swarm: 'hive' }] },
    },
    { clock: systemClock(), logger: silentLogger },
  )
  const projections = bus.runners.map(({ projection }) => projection)
  const analyst = createClient({
    url: bus.analyticsUrl!,
    username: 'analyst',
    password: 'secret',
  })
  return {
    bus,
    dump: async () => ({
      log: await dumpLog(bus.log, bus.codec),
      tables: await dumpTables(bus.analytics!.view),
      views: await dumpViews(projections.filter(({ name }) => !OF_ALL_RUNS.has(name))),
    }),
    ask: async (query) => (await analyst.query({ query, format: 'JSONEachRow' })).json(),
    stop: async () => {
      await analyst.close()
      await bus.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
