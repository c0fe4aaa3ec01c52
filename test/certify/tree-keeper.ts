/** A process that keeps the trees of a log, a few records at a time; killed by its test at a random time. */
import { systemClock } from '@waggle/base'
import { openFileTiles, openLogTrees } from '@waggle/certify'
import { openLmdbLog } from '@waggle/log/lmdb'

const [, , path = '', folder = '', step = '1'] = process.argv
const topics = { t: 2 }
const log = await openLmdbLog({ path, topics, clock: systemClock() })
const trees = await openLogTrees(openFileTiles(folder))
for (;;) {
  const ends = await log.ends([0, 1].map((partition) => ({ topic: 't', partition })))
  const next = ends.map((end) => {
    const at = trees.partitions.get(`t/${end.partition}`)?.nextOffset ?? 0n
    const until = at + BigInt(step)
    return { ...end, offset: until < end.offset ? until : end.offset }
  })
  await trees.advance(log, { ends: next, batchRecords: 3 })
}
