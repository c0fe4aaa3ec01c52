/** Asks memory about its past, by states that it puts away on the way; killed by its test while it does. */
import { manualClock, silentLogger, type Clock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { memoryAsOf } from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { inMemoryRegistry, START, SWARM } from '../support/memory-bus.ts'
import { textOf } from '../support/past-answers.ts'

export const openLog = (path: string, clock: Clock = manualClock(START)): Promise<EventLog> =>
  openLmdbLog({ path, topics: PARTITIONS, clock })

/** What was remembered at each of the times; states are put away where `everyRecords` is given. */
export async function askPast(
  log: EventLog,
  times: readonly number[],
  kept: { readonly snapshots?: Snapshots; readonly everyRecords?: number },
): Promise<string[]> {
  const codec = createCodec(inMemoryRegistry())
  await codec.register()
  const openIndex = () => createRecallIndex({ embedder: createLexicalEmbedder() })
  const scope = { swarm: SWARM, run: null }
  const said: string[] = []
  for (const asOf of times) {
    const options = { log, codec, run: null, asOf, batchRecords: 8, openIndex, ...kept }
    const { view, positions, sealed } = await memoryAsOf(options)
    const found = await view.recall(scope, { text: 'gold rose', limit: 20, exact: true })
    const all = await view.episodes(scope, { limit: 1000 })
    said.push(textOf([sealed, positions, all, found]))
  }
  return said
}

const [, script = '', path = '', folder = '', ...times] = process.argv
if (script.endsWith('past-asker.ts')) {
  const log = await openLog(path)
  const snapshots = createFileSnapshots({ folder, log, logger: silentLogger })
  await askPast(log, times.map(Number), { snapshots, everyRecords: 40 })
  await log.close()
}
