import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { manualClock, seededRandom, silentLogger, systemClock, type Random } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { createEmitter, sealRun, type AnyDraft } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import {
  createMemoryProjection,
  type Memory,
  type MemoryProjection,
  type MemoryProjectionOptions,
  type MemoryView,
} from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { inMemoryRegistry, START } from '../support/memory-bus.ts'
import { quantile, show, verify } from './measure.ts'

const EVENTS = 1_000_000
const BATCH = 1000
const SWARM = 'bench'
const SCOPE = { swarm: SWARM, run: null }
const LOOKUPS = 1_000_000
const REMEMBERED = 2000
const QUESTIONS = 500

/** What a million events cost in memory and time, and how fast memories are written, found and recalled. */
export async function benchMemory(): Promise<string[]> {
  return [...(await benchObservations()), ...(await benchRebuild()), ...(await benchRemember())]
}

type Say = (random: Random, index: number) => AnyDraft

const WORDS =
  'bought sold yield spread rally crash earnings merger index bond oil gold bank chip'.split(' ')

function sentence(random: Random, index: number): string {
  const words = Array.from({ length: 12 }, () => WORDS[Math.floor(random.next() * WORDS.length)]!)
  return `${words.join(' ')} of company ${index % 5000} in case ${index}`
}

const observe: Say = (random, index) => ({
  kind: 'observation',
  domain: 'trend',
  source: 'feed',
  instrument: `I${index % 500}`,
  content: sentence(random, index),
  features: { rsi: random.next(), macd: random.next() },
})

/** 40% signals, 30% observations, 20% decisions, 8% experiences, 2% facts. */
export const mixed: Say = (random, index) => {
  const share = random.next()
  const content = sentence(random, index)
  if (share < 0.4) {
    const [severity, confidence, ttl_ms] = ['LOW', 0.5, 60_000] as const
    return { kind: 'signal', domain: 'risk', severity, confidence, ttl_ms, message: content }
  }
  if (share < 0.7) return observe(random, index)
  if (share < 0.9)
    return { kind: 'decision', action: 'LONG', context: '{}', reasoning: content, confidence: 0.5 }
  if (share < 0.98) {
    const importance = random.next()
    return { kind: 'experience', namespace: 'shared', type: 'trade', content, importance }
  }
  const [entity, attribute] = [`company ${index % 5000}`, 'rating']
  return { kind: 'fact', namespace: 'shared', entity, attribute, value: content }
}

/** A million events over a day of the log, in a durable log. */
export async function filledLog(say: Say, events = EVENTS) {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = manualClock(START)
  const log = await openLmdbLog({ path: folder, topics: PARTITIONS, clock })
  const codec = createCodec(inMemoryRegistry())
  await codec.register()
  const random = seededRandom(7)
  const emitters = Array.from({ length: 10 }, (_, index) => {
    const agent = `agent-${index}`
    return createEmitter({ log, codec, clock, swarm: SWARM, agent, session: agent })
  })
  for (let done = 0; done < events; done += BATCH) {
    clock.advance((86_400_000_000 * BATCH) / events)
    const drafts = Array.from({ length: BATCH }, (_, index) => say(random, done + index))
    await emitters[(done / BATCH) % emitters.length]!.emitAll(drafts)
  }
  await sealRun({ log, codec, swarm: SWARM, run: null, at: clock.now() })
  return { log, codec, clock, folder }
}

type Filled = Awaited<ReturnType<typeof filledLog>>

/** Reads the whole log with the product's own runner; seconds, and megabytes of resident memory it added. */
async function rebuilt({ log, codec, clock }: Filled, options: MemoryProjectionOptions) {
  const before = await residentMegabytes()
  const projection = createMemoryProjection(options)
  const runner = createRunner({
    log,
    codec,
    clock: systemClock(),
    logger: silentLogger,
    projection,
  })
  const start = performance.now()
  const cpu = process.cpuUsage()
  await runner.start()
  await runner.caughtUp(600_000)
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const seconds = `${show(wall)} s (${show((user + system) / 1e6)} s of CPU)`
  await runner.stop()
  const megabytes = (await residentMegabytes()) - before
  verify(projection.view.storage(SCOPE) !== undefined && clock.now() > 0, 'something is remembered')
  return { projection, seconds, megabytes }
}

async function benchObservations(): Promise<string[]> {
  const filled = await filledLog(observe)
  const { projection, seconds, megabytes } = await rebuilt(filled, {})
  const figures = projection.view.storage(SCOPE)!
  const tiers = Object.entries(figures.tiers).map(
    ([tier, { memories, storedBytes, compression }]) =>
      `${tier} ${memories.toLocaleString('en')} (${show(storedBytes / 1e6)} MB${compression === null ? '' : `, ${show(compression)} x`})`,
  )
  const lines = await lookupLines(projection, filled.clock.now())
  await closed(filled)
  return [
    `memory of ${EVENTS.toLocaleString('en')} observations of ${Math.round(rawBytesOf(figures) / EVENTS)} bytes over a day`,
    `  resident memory added                           ${show(megabytes)} MB; rows ${show(figures.rowBytes / 1e6)} MB, slabs ${show(figures.slabBytes / 1e6)} MB, ${figures.decoded.toLocaleString('en')} decoded`,
    `  tiers                                           ${tiers.join(', ')}`,
    `  rebuild from LMDB                               ${seconds}`,
    ...lines,
  ]
}

function rawBytesOf({ tiers }: { tiers: Record<string, { rawBytes: number }> }): number {
  return Object.values(tiers).reduce((sum, { rawBytes }) => sum + rawBytes, 0)
}

async function benchRebuild(): Promise<string[]> {
  const filled = await filledLog(mixed)
  const plain = await rebuilt(filled, {})
  const embedder = createLexicalEmbedder()
  const openIndex = () => createRecallIndex({ embedder })
  const indexed = await rebuilt(filled, { openIndex })
  verify(
    (await plain.projection.digest()) === (await indexed.projection.digest()),
    'both rebuilds remember the same',
  )
  const { view } = indexed.projection
  const settling = performance.now()
  indexed.projection.settle(EVENTS)
  const settled = (performance.now() - settling) / 1000
  const random = seededRandom(11)
  const latencies: number[] = []
  for (let asked = 0; asked < QUESTIONS; asked++) {
    const text = sentence(random, asked)
    const start = performance.now()
    const found = await view.recall(SCOPE, { text, agent: 'agent-1', limit: 10 })
    latencies.push(performance.now() - start)
    verify(found.length > 0, 'every question has an answer')
  }
  const quarantined = await quarantineLine(filled, indexed.projection)
  await closed(filled)
  return [
    `rebuild of memory from ${EVENTS.toLocaleString('en')} events: 40% signals, 30% observations, 20% decisions, 8% experiences, 2% facts`,
    `  without an index of texts                       ${plain.seconds}, ${show(plain.megabytes)} MB resident`,
    `  with experiences and facts in a recall index    ${indexed.seconds}, ${show(indexed.megabytes)} MB resident; moving them into the graph after it ${show(settled)} s`,
    `  recall of 10 among them, through rights and trust  p50 ${show(quantile(latencies, 0.5))} ms, p95 ${show(quantile(latencies, 0.95))} ms`,
    quarantined,
  ]
}

/** One of ten agents is distrusted from the start: nothing is rebuilt, reads leave it out. */
async function quarantineLine(filled: Filled, projection: MemoryProjection): Promise<string> {
  const { log, codec, clock } = filled
  const { view } = projection
  const agent = 'warden'
  const warden = createEmitter({ log, codec, clock, swarm: SWARM, agent, session: agent })
  const runner = createRunner({
    log,
    codec,
    clock: systemClock(),
    logger: silentLogger,
    projection,
  })
  await runner.start()
  const start = performance.now()
  const said = { quarantined: 'agent-1', since: START, reason: 'bench' }
  const { position } = await warden.emit({ kind: 'quarantine', ...said })
  await runner.progress.waitFor([position], 60_000)
  const left = await view.recall(SCOPE, { text: sentence(seededRandom(1), 1), limit: 1000 })
  const took = performance.now() - start
  await runner.stop()
  verify(
    left.length > 0 && left.every(({ source }) => source !== 'agent-1'),
    'nothing of it is left',
  )
  return `  quarantine of one of ten agents: emitted, applied, and out of an answer of 1,000 in ${show(took)} ms; no rebuild needed`
}

/** By id: of the newest, which are held decoded, and of the oldest, which are packed. */
async function lookupLines({ view }: MemoryProjection, clock: number): Promise<string[]> {
  const minutes = (from: number, to: number) => ({
    from: clock - from * 60e6,
    to: clock - to * 60e6,
  })
  const newest = await view.episodes(SCOPE, { ...minutes(10, 0), limit: 5000 })
  const oldest = await view.episodes(SCOPE, { ...minutes(1400, 1390), limit: 5000 })
  return [
    `  lookup by id, decoded                           ${lookups(view, newest)}`,
    `  lookup by id, packed                            ${lookups(view, oldest)}`,
  ]
}

function lookups(view: MemoryView, memories: readonly Memory[]): string {
  const ids = memories.map(({ id }) => id)
  verify(ids.length > 1000, 'there are memories to look up')
  const blocks: number[] = []
  let found = 0
  for (let done = 0; done < LOOKUPS; done += BATCH) {
    const start = performance.now()
    for (let i = 0; i < BATCH; i++)
      if (view.episode(SCOPE, ids[(done + i * 7) % ids.length]!) !== undefined) found++
    blocks.push(((performance.now() - start) * 1e6) / BATCH)
  }
  verify(found === LOOKUPS, 'every lookup finds its memory')
  return `p50 ${show(quantile(blocks, 0.5))} ns, p99 ${show(quantile(blocks, 0.99))} ns (blocks of ${BATCH})`
}

async function benchRemember(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  const emitter = bus.emitter({ swarm: SWARM, agent: 'ann', session: 'ann' })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  const random = seededRandom(3)
  const [durable, visible, recalled]: [number[], number[], number[]] = [[], [], []]
  for (let count = 0; count < REMEMBERED; count++) {
    const content = sentence(random, count)
    const start = performance.now()
    const { event, position } = await emitter.emit({
      kind: 'experience',
      namespace: 'ann',
      type: 'trade',
      content,
    })
    durable.push(performance.now() - start)
    await bus.memory.runner.progress.waitFor([position], 5000)
    visible.push(performance.now() - start)
    verify(bus.memory.view.episode(SCOPE, event.id) !== undefined, 'what was said is remembered')
    const asked = performance.now()
    const [best] = await bus.memory.view.recall(SCOPE, { text: content, agent: 'ann', limit: 10 })
    recalled.push(performance.now() - asked)
    verify(best?.id === event.id, 'what was said is recalled first')
  }
  await bus.stop()
  rmSync(folder, { recursive: true })
  const row = (values: readonly number[]): string =>
    `p50 ${show(quantile(values, 0.5))} ms, p95 ${show(quantile(values, 0.95))} ms, p99 ${show(quantile(values, 0.99))} ms`
  return [
    `${REMEMBERED} experiences remembered one after the other, embedded bus, LMDB, fsynced`,
    `  remember, durable                               ${row(durable)}`,
    `  remember -> found by id                         ${row(visible)}`,
    `  recall of 10 among up to ${REMEMBERED}                    ${row(recalled)}`,
  ]
}

export async function closed({ log, folder }: Filled): Promise<void> {
  await log.close()
  rmSync(folder, { recursive: true })
}

/** After a collection, so that garbage does not count. */
async function residentMegabytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().rss / 1e6
}
