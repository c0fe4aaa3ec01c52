/** Projects a log into chdb in small batches until its test kills it. */
import { createCodec } from '@waggle/codec'
import { silentLogger, systemClock } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createAnalyticsProjection } from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'

const [, , folder = '', batchRecords = '10'] = process.argv
const clock = systemClock()
const log = await openLmdbLog({ path: `${folder}/log`, topics: PARTITIONS, clock })
const codec = createCodec(createLogRegistry({ log }))
await codec.register()
const projection = createAnalyticsProjection(await openChdbStore(`${folder}/clickhouse`))
const runner = createRunner({
  log,
  codec,
  clock,
  projection,
  logger: silentLogger,
  batchRecords: Number(batchRecords),
})
await runner.start()
process.stdout.write('started\n')
await runner.caughtUp(120_000)
process.stdout.write('done\n')
await runner.stop()
