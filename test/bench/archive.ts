import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Archive, openArchivedLog, openLocalStore, runArchive, trimArchived } from '@waggle/archive'
import { manualClock, seededRandom, silentLogger } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { createEmitter, type AnyDraft } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { blockReadsOf, partitionsOf, type EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createTrajectoryProjection, replayKnown, type ReplaySource } from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import { interleaved, line, show, verify } from './measure.ts'

const EVENTS = 400_000
const ROUNDS = 3
const DAY = 86_400_000_000

/** Votes and decisions of ten agents over some days: archived, read from the archive and from the log. */
export async function benchArchive(events = EVENTS): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = manualClock(Date.UTC(2026, 0, 1) * 1000)
  const path = join(folder, 'log')
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  for (let at = 0; at < events; at += 1000) {
    clock.advance(Math.round((4 * DAY) / (events / 1000)))
    const emitter = createEmitter({
      log,
      codec,
      clock,
      swarm: 'bench',
      agent: `agent-${(at / 1000) % 10}`,
      session: `session-${at}`,
    })
    await emitter.emitAll(Array.from({ length: 1000 }, (_, i) => draft(at + i)))
  }
  clock.advance(2 * DAY)
  const store = openLmdbIndexStore(join(folder, 'index'))
  const projection = createTrajectoryProjection({ store, log })
  const runner = createRunner({ log, codec, clock, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(600_000)
  await runner.stop()

  const archive = await Archive.open(openLocalStore(join(folder, 'archive')))
  const start = performance.now()
  const { segments } = await runArchive({ log, codec, archive, before: clock.now() })
  const seconds = (performance.now() - start) / 1000
  const raw = segments.reduce((sum, { valueBytes }) => sum + valueBytes, 0)
  const stored = segments.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0)
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0)
  verify(rows >= events, `all is archived, got ${rows}`)

  // Two of everything: one log keeps its records, the other lets go of them and reads the archive.
  const restored = await openLmdbLog({ path: join(folder, 'empty'), topics: PARTITIONS, clock })
  const joined = openArchivedLog({ ...restored, ends: log.ends, retention: all(log) }, archive)
  const judgments = projection.index
  const samples = await interleaved(ROUNDS, [
    { name: 'blocks of the archive', run: () => blocks(joined, rows) },
    { name: 'blocks of LMDB', run: () => blocks(log, rows) },
    { name: 'replay with admission, archive', run: () => replayed({ log: joined, codec }, events) },
    { name: 'replay with admission, LMDB', run: () => replayed({ log, codec }, events) },
    {
      name: 'replay judged before, archive',
      run: () => replayed({ log: joined, codec, judgments }, events),
    },
    { name: 'replay judged before, LMDB', run: () => replayed({ log, codec, judgments }, events) },
    {
      name: 'the same decoded, archive',
      run: () => replayed({ log: joined, codec, judgments }, events, true),
    },
  ])
  const lines = [
    `archive: ${show(events)} events, ${segments.length} segments, local disk, zstd`,
    `  files ${show(stored)} of ${show(raw)} bytes of values: ${((stored / raw) * 100).toFixed(1)} %`,
    `  archived, read back and fsynced: ${show(rows / seconds)} records/s`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    `  peak RSS ${show(process.resourceUsage().maxRSS / 1024)} MB`,
  ]
  const trimStart = performance.now()
  await trimArchived(log, archive)
  lines.push(
    `  compared again and trimmed: ${show((rows / (performance.now() - trimStart)) * 1000)} records/s`,
  )
  await restored.close()
  await log.close()
  rmSync(folder, { recursive: true })
  return lines
}

const random = seededRandom(7)
const WORDS =
  'the price rose after volume fell while spread widened and momentum turned into support near resistance'.split(
    ' ',
  )

function draft(i: number): AnyDraft {
  if (i % 4 > 0) {
    const proposal = `p${i % 40}`
    return {
      kind: 'vote',
      proposal,
      choice: i % 3 > 0 ? 'approve' : 'reject',
      confidence: random.next(),
    }
  }
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[Math.floor(random.next() * WORDS.length)]).join(' ')
  return {
    kind: 'decision',
    action: 'BUY',
    instrument: 'SPX',
    context: words(8),
    reasoning: words(20),
    confidence: random.next(),
    trajectory: `t-${i % 1000}`,
  }
}

/** Starts as after everything was trimmed. */
function all(log: EventLog): NonNullable<EventLog['retention']> {
  return { ...log.retention!, starts: log.ends }
}

async function blocks(log: EventLog, rows: number): Promise<number> {
  const start = performance.now()
  let count = 0
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics)))) {
    for (let next = 0; next < end.offset;) {
      const block = await blockReadsOf(log).readBlock({ ...end, offset: BigInt(next) }, 4096)
      count += block.count
      next = block.offsets[block.count - 1]! + 1
    }
  }
  verify(count === rows, `every record is read, got ${count} of ${rows}`)
  return (count / (performance.now() - start)) * 1000
}

async function replayed(source: ReplaySource, events: number, decoded = false): Promise<number> {
  const start = performance.now()
  let count = 0
  for await (const batch of replayKnown({ ...source, run: null }))
    count += decoded ? batch.events().length : batch.length
  verify(count === events, `every event is replayed, got ${count}`)
  return (count / (performance.now() - start)) * 1000
}
