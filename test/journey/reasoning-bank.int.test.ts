import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, silentLogger, type Service } from '@waggle/base'
import { createRunner, readAdmitted } from '@waggle/consume'
import { sealRun } from '@waggle/emit'
import { eventId, PARTITIONS, type Pattern } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { bankAsOf, createBankProjection } from '@waggle/reasoning-bank'
import { createLexicalEmbedder } from '@waggle/recall'
import { createDistillerService } from '@waggle-services/memory-view'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SCOPE = { swarm: SWARM, run: null }
const MINUTE = 60_000_000
const CAUGHT_UP_MS = 30_000

describe('the ReasoningBank on a log', () => {
  let bus: MemoryBus
  const services: Service[] = []

  beforeEach(async () => {
    bus = await memoryBus()
  })
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop()
    await bus.log.close()
  })

  /** Going long pays where the trend is high, and costs elsewhere. */
  const trade = async (from: number, to: number, edge = 0.02): Promise<void> => {
    const random = seededRandom(7 + from)
    const [hunter, judge] = [
      bus.emitter('hunter', { session: `h${from}` }),
      bus.emitter('judge', { session: `j${from}` }),
    ]
    for (let n = from; n < to; n++) {
      bus.clock.set(START + n * MINUTE)
      const trend = random.next()
      const value = (trend > 2 / 3 ? edge : -edge / 2) + (random.next() - 0.5) * 0.02
      const features = { trend, noise: random.next() }
      const content = `trend of ${trend > 0.5 ? 'rising' : 'falling'} prices`
      const seen = await hunter.emit({
        kind: 'observation',
        domain: 'market',
        source: 'x',
        content,
        features,
      })
      const decided = await hunter.emit({
        kind: 'decision',
        action: 'LONG',
        context: '',
        reasoning: '',
        confidence: 0.6,
        predicted_value: 0.01,
        inputs: [seen.event.id],
        horizon_at: bus.clock.now() + MINUTE / 2,
      })
      bus.clock.set(START + n * MINUTE + MINUTE / 2)
      const outcome = { decision: decided.event.id, value, success: value > 0 }
      await judge.emit({ kind: 'outcome', ...outcome })
    }
    await seal()
  }

  const seal = async (): Promise<void> => sealRun({ ...bus, ...SCOPE, at: bus.clock.now() + 1 })

  const start = async (): Promise<ReturnType<typeof createDistillerService>> => {
    const service = createDistillerService({
      ...bus,
      logger: silentLogger,
      embedder: createLexicalEmbedder(),
    })
    services.push(service)
    await service.start()
    await service.runner.caughtUp(CAUGHT_UP_MS)
    return service
  }

  const said = async (): Promise<Pattern[]> => {
    const found: Pattern[] = []
    for (const end of await bus.log.ends(partitionsOf(bus.log, ['waggle.patterns.v1']))) {
      for await (const batch of readAdmitted(bus, end)) {
        for (const { record, writer } of batch) {
          const event = writer.decode(record.value)
          if (event.kind === 'pattern') found.push(event)
        }
      }
    }
    return found.sort((a, b) => a.seq - b.seq)
  }

  it('says in the log what is promoted, once, whoever says it; rebuilt and as-of answers are equal', async () => {
    const first = await start()
    await trade(0, 400)
    await first.runner.caughtUp(CAUGHT_UP_MS)
    const patterns = await said()
    const promoted = patterns.filter(({ status }) => status === 'PROMOTED')
    expect(promoted.map(({ situation }) => situation)).toContain('trend=high')
    expect(promoted[0]!.mean_return).toBeGreaterThan(0.005)
    expect(patterns.map(({ seq }) => seq)).toEqual(patterns.map((_, index) => index + 1))
    // A second distiller and a rebuilt one find everything said.
    const second = await start()
    await first.runner.rebuild()
    await first.runner.caughtUp(CAUGHT_UP_MS)
    expect(await said()).toEqual(patterns)
    expect(await second.runner.projection.digest()).toBe(await first.runner.projection.digest())

    const asOf = START + 200 * MINUTE
    const past = await bankAsOf({ ...bus, run: null, asOf })
    expect(past.sealed).toBe(true)
    const then = first.view.patterns(SCOPE, { asOf })
    expect(then.length).toBeGreaterThan(3)
    expect(past.view.patterns(SCOPE)).toEqual(then)
    expect(past.view.calibration(SCOPE)).toEqual(first.view.calibration(SCOPE, undefined, asOf))
  })

  it('tells what worked in states like this one, with its evidence, and what was demoted since', async () => {
    const { view, runner } = await start()
    await trade(0, 400)
    await runner.caughtUp(CAUGHT_UP_MS)
    const high = await view.whatWorked(SCOPE, { features: { trend: 0.95 }, limit: 3 })
    expect(high.worked[0]).toMatchObject({
      situation: 'trend=high',
      status: 'PROMOTED',
      action: 'LONG',
    })
    const [evidence] = high.worked[0]!.evidence
    const [record] = await bus.log.read(evidence!.outcomePosition!, 1)
    expect(record!.offset).toBe(evidence!.outcomePosition!.offset)
    const low = await view.whatWorked(SCOPE, { features: { trend: 0.05 }, limit: 5 })
    expect(low.worked.map(({ situation }) => situation)).not.toContain('trend=high')
    expect(low.failed.map(({ situation }) => situation)).toContain('trend=low')
    const words = await view.whatWorked(SCOPE, { text: 'trend is high and rising', limit: 5 })
    expect(words.worked.length).toBeGreaterThan(0)
    expect(view.explain(SCOPE, eventId('x', 1, 0))).toBeUndefined()

    await trade(400, 800, -0.02)
    await runner.caughtUp(CAUGHT_UP_MS)
    const { id } = high.worked[0]!
    expect(view.explain(SCOPE, id)?.status).not.toBe('PROMOTED')
    expect(
      (await said()).filter(({ pattern }) => pattern === id).map(({ status }) => status),
    ).toContain('DEMOTED')
    expect(view.explain(SCOPE, id, START + 400 * MINUTE)?.status).toBe('PROMOTED')
  })

  it('forgets what a distrusted agent judged', async () => {
    const { view, runner } = await start()
    await trade(0, 400)
    const warden = bus.emitter('warden')
    await warden.emit({ kind: 'quarantine', quarantined: 'judge', since: START, reason: 'lies' })
    bus.clock.advance(MINUTE)
    await seal()
    await runner.caughtUp(CAUGHT_UP_MS)
    expect(view.patterns(SCOPE, { status: 'PROMOTED' })).toEqual([])
    expect(view.calibration(SCOPE).count).toBe(0)
    const last = (await said()).at(-1)
    expect(last).toMatchObject({ status: 'DEMOTED', reason: 'drawn again without judge' })
  })

  it('counts lessons of a swarm that falls silent once ticks have passed them', async () => {
    const projection = createBankProjection()
    const runner = createRunner({ ...bus, logger: silentLogger, projection })
    services.push(runner)
    await runner.start()
    const agent = bus.emitter('a')
    const horizon_at = bus.clock.now()
    const { event } = await agent.emit({
      kind: 'decision',
      action: 'X',
      context: '',
      reasoning: '',
      confidence: 0.5,
      horizon_at,
    })
    bus.clock.advance(MINUTE)
    await agent.emit({ kind: 'outcome', decision: event.id, value: 1, success: true })
    await runner.caughtUp(CAUGHT_UP_MS)
    expect(projection.view.calibration(SCOPE).count).toBe(0)
    const partitions = projection.due(bus.clock.now() + 1)
    expect(partitions.length).toBeGreaterThan(0)
    expect(partitions.every(({ topic }) => PARTITIONS[topic] !== undefined)).toBe(true)
    await sealRun({ ...bus, ...SCOPE, at: bus.clock.now() + 1, partitions })
    await runner.caughtUp(CAUGHT_UP_MS)
    expect(projection.view.calibration(SCOPE).count).toBe(1)
    expect(projection.due(bus.clock.now() + 1)).toEqual([])
  })
})
