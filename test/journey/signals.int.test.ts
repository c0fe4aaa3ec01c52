import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, silentLogger, type ManualClock } from '@waggle/base'
import { coordinate, CRITICAL_ESCALATES_MS, type CoordinatedAgent } from '@waggle/coordinate'
import { sealRun } from '@waggle/emit'
import { replay } from '@waggle/replay'
import { recount, type SignalReport } from '@waggle/view-coordination'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SWARM = 's'
const SCOPE = { swarm: SWARM, run: null }
const START = Date.UTC(2020, 0, 1) * 1000
const ALARM = { domain: 'risk', severity: 'CRITICAL', confidence: 0.9 } as const

describe.each(['memory', 'lmdb'] as const)('signals on the embedded bus with %s', (log) => {
  let folder: string
  let bus: EmbeddedBus
  let clock: ManualClock
  const open = (): Promise<EmbeddedBus> =>
    openEmbeddedBus(
      { dataDir: folder, log, analytics: 'off', tickMs: 0 },
      { clock, logger: silentLogger },
    )
  const agent = async (name: string): Promise<CoordinatedAgent> => {
    const own = coordinate(bus).agent({ swarm: SWARM, agent: name, session: `${name}/1` })
    await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    return own
  }
  /** Nobody says anything, but time goes on: a tick to every partition. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms * 1000)
    await sealRun({ log: bus.log, codec: bus.codec, ...SCOPE, at: clock.now() })
    await bus.caughtUp(5000)
  }
  const escalations = async (): Promise<object[]> => {
    const found = []
    const topics = ['waggle.escalations.v1']
    for await (const { event } of replay({ ...bus, topics, run: null })) found.push(event)
    return found
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waggle-signals-'))
    clock = manualClock(START)
    bus = await open()
  })
  afterEach(async () => {
    await bus.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('reach the inbox of whom they are for, most severe first, with what was done about them', async () => {
    const [a, b, c] = [await agent('a'), await agent('b'), await agent('c')]
    const low = { ...ALARM, severity: 'LOW' } as const
    await a.signals.send({ ...low, message: 'all of risk' })
    const named = await a.signals.send({ ...ALARM, domain: 'ops', targets: ['b'] })
    const after = [named.position]
    const inbox = async (of: CoordinatedAgent): Promise<readonly SignalReport[]> =>
      (await of.signals.inbox(['risk'], {}, { after })).value
    expect((await inbox(b)).map(({ signal }) => signal.severity)).toEqual(['CRITICAL', 'LOW'])
    expect((await inbox(c)).map(({ signal }) => signal.message)).toEqual(['all of risk'])
    expect(await inbox(a)).toEqual([])
    const done = await b.signals.acknowledge(named.event, 'PROCESSING', 'on it')
    const answer = await a.signals.active({ severity: 'HIGH' }, { after: [done.position] })
    expect(answer.value).toMatchObject([
      {
        acknowledged: true,
        silent: [],
        statuses: [{ agent: 'b', status: 'PROCESSING', note: 'on it' }],
      },
    ])
  })

  it('a critical one that nobody acknowledges escalates once, as an event that anyone can recount', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const heard = await a.signals.send({ ...ALARM, targets: ['b'] })
    const silent = await a.signals.send({ ...ALARM, targets: ['b', 'c'], escalate_to: ['boss'] })
    await a.signals.send({ ...ALARM, escalate_after_ms: null })
    await b.signals.acknowledge(heard.event, 'RECEIVED')
    await b.signals.acknowledge(silent.event, 'RECEIVED')
    await pass(CRITICAL_ESCALATES_MS)
    expect(await escalations()).toEqual([])
    await pass(1)
    await pass(CRITICAL_ESCALATES_MS)
    const written = await escalations()
    expect(written).toMatchObject([
      {
        signal: silent.event.id,
        signal_agent: 'a',
        severity: 'CRITICAL',
        targets: ['boss'],
        silent: ['c'],
        signal_offset: Number(silent.position.offset),
      },
    ])
    expect(await recount(bus.log, bus.codec, silent.position)).toEqual(written)
    const digests = await bus.digests()
    await bus.rebuild()
    expect(await bus.digests()).toEqual(digests)
    expect(await escalations()).toEqual(written)
  })

  it('repeats under one dedupe_key are one signal here, and each is there in the hot view', async () => {
    const a = await agent('a')
    const key = { ...ALARM, dedupe_key: 'breach' }
    await a.signals.send(key)
    const { position } = await a.signals.send(key)
    const { value } = await a.signals.active({}, { after: [position] })
    expect(value).toMatchObject([{ repeats: 1 }])
    const hot = await bus
      .query(SCOPE)
      .hot((view) => view.activeSignals(SCOPE), { after: [position] })
    expect(hot.value).toHaveLength(2)
    await pass(24 * 3_600_000)
    expect((await a.signals.active()).value).toEqual([])
  })

  it('can be watched: what is active, what changes, what ends', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const first = await a.signals.send({ ...ALARM, message: 'first' })
    const abort = new AbortController()
    const seen: string[] = []
    for await (const { change, report } of a.signals.watch({ severity: 'HIGH' }, abort.signal)) {
      seen.push(`${change} ${report.signal.message}`)
      if (seen.length === 1) await a.signals.send({ ...ALARM, message: 'second', ttl_ms: 1000 })
      if (seen.length === 2) await b.signals.acknowledge(first.event, 'DONE')
      if (seen.length === 3) await pass(2000)
      if (seen.length === 4) abort.abort()
    }
    expect(seen).toEqual(['ACTIVE first', 'ACTIVE second', 'CHANGED first', 'ENDED second'])
  })
})
