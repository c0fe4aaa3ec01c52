/** Writes 20 years of daily bars of the S&P 500 into the log of a folder, as a feed would have written them live. */
import { join } from 'node:path'
import { systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createEmitter, sealRun } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { parseDemoArguments, readBars } from '@waggle-services/demo'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('record-bars.ts FOLDER')

const clock = systemClock()
const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
const codec = createCodec(createLogRegistry({ log }))
await codec.register()

const scope = { swarm: 'desk', run: null }
const feed = createEmitter({ log, codec, clock, ...scope, agent: 'feed', session: 'sp500' })
// The file comes with the demo: date, open, high, low, close, volume.
const drafts = readBars(parseDemoArguments([]).bars).bars.map((bar) => ({
  kind: 'bar' as const,
  instrument: 'SPX',
  interval: 'P1D',
  open: bar.open,
  high: bar.high,
  low: bar.low,
  close: bar.close,
  volume: bar.volume,
  // A bar is known at its close, never earlier.
  known_at: Date.parse(`${bar.date}T21:00:00Z`) * 1000,
}))
for (let at = 0; at < drafts.length; at += 1000) await feed.emitAll(drafts.slice(at, at + 1000))
await sealRun({ log, codec, ...scope, at: drafts.at(-1)!.known_at + 1 })
await log.close()
process.stdout.write(`${drafts.length} bars\n`)
