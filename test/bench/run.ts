/** `npm run bench [append|replay|analytics|hot …]`: figures side by side, with the machine they were taken on. */
import { benchAnalytics } from './analytics.ts'
import { benchAppend } from './append.ts'
import { benchArchive } from './archive.ts'
import { benchBacktest } from './backtest.ts'
import { benchCertify } from './certify.ts'
import { benchConsensus } from './consensus.ts'
import { benchFork } from './fork.ts'
import { benchHotRedis } from './hot-redis.ts'
import { benchHot } from './hot.ts'
import { benchClickHouseHttp } from './clickhouse-http.ts'
import { benchKafkaClickHouse } from './kafka-clickhouse.ts'
import { benchKafkaConsume } from './kafka-consume.ts'
import { benchKafkaLatency } from './kafka-latency.ts'
import { benchKafkaProduce } from './kafka-produce.ts'
import { benchLocks } from './locks.ts'
import { machineLine } from './measure.ts'
import { benchMemory } from './memory.ts'
import { benchMemorySnapshots } from './memory-snapshots.ts'
import { benchMessages } from './messages.ts'
import { benchOlderWriters } from './older-writers.ts'
import { benchRecall } from './recall.ts'
import { benchReasoningBank } from './reasoning-bank.ts'
import { benchReplay } from './replay.ts'
import { benchReplayKafka } from './replay-kafka.ts'
import { benchSharedMemory } from './shared-memory.ts'
import { benchSnapshots } from './snapshots.ts'
import { benchTrajectory } from './trajectory.ts'
import { benchVault } from './vault.ts'

const benches = {
  append: benchAppend,
  replay: benchReplay,
  'replay-kafka': benchReplayKafka,
  archive: () => benchArchive(),
  backtest: benchBacktest,
  certify: benchCertify,
  trajectory: benchTrajectory,
  snapshots: benchSnapshots,
  'memory-snapshots': benchMemorySnapshots,
  analytics: benchAnalytics,
  'clickhouse-http': benchClickHouseHttp,
  fork: benchFork,
  hot: benchHot,
  memory: benchMemory,
  messages: benchMessages,
  'hot-redis': benchHotRedis,
  consensus: benchConsensus,
  'shared-memory': benchSharedMemory,
  locks: benchLocks,
  'reasoning-bank': benchReasoningBank,
  recall: benchRecall,
  vault: benchVault,
  'older-writers': benchOlderWriters,
  'kafka-produce': benchKafkaProduce,
  'kafka-consume': benchKafkaConsume,
  'kafka-clickhouse': benchKafkaClickHouse,
  'kafka-latency': benchKafkaLatency,
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`No bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}

console.log(machineLine())
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n${(await bench()).join('\n')}`)
}
