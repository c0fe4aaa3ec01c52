import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner, judgeBatch, emptyAdmission, knownEventOf } from '@waggle/consume'
import type { KnownEvent } from '@waggle/consume'
import { partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import {
  createHotProjection,
  createHotView,
  digestHot,
  foldHot,
  HOT_TOPICS,
} from '@waggle/view-hot'
import type { HotState } from '@waggle/view-hot'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SCOPE = { swarm: SWARM, run: null }
const DECISION = {
  kind: 'decision',
  action: 'LONG',
  context: '{}',
  reasoning: 'r',
  confidence: 0.6,
} as const
const SIGNAL = { kind: 'signal', domain: 'trend', severity: 'LOW', confidence: 0.7 } as const
const FILL = {
  kind: 'fill',
  decision: '0191f000-0000-7000-8000-000000000000',
  instrument: 'SPX',
} as const

async function hotView(bus: MemoryBus): Promise<ReturnType<typeof createHotProjection>> {
  const projection = createHotProjection()
  const runner = createRunner({ ...bus, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(5000)
  await runner.stop()
  return projection
}

/** Every admitted event of the hot topics, by partition. */
async function eventsByPartition(bus: MemoryBus): Promise<KnownEvent[][]> {
  const lists: KnownEvent[][] = []
  for (const at of partitionsOf(bus.log, HOT_TOPICS)) {
    const records = await bus.log.read({ ...at, offset: 0n }, 10_000)
    const judged = await judgeBatch(bus.codec, emptyAdmission(), { ...at, records })
    lists.push(judged.admitted.map(knownEventOf))
  }
  return lists.filter((list) => list.length > 0)
}

describe('hot view', () => {
  it('answers with the latest state of an agent, by type', async () => {
    const bus = await memoryBus()
    const hunter = bus.emitter('hunter')
    await hunter.emit({ kind: 'agent_state', type: 'CURRENT', version: 1, state: '{"a":1}' })
    await hunter.emit({ kind: 'agent_state', type: 'CHECKPOINT', version: 2, state: '{"a":2}' })
    await hunter.emit({ kind: 'agent_state', type: 'CURRENT', version: 3, state: '{"a":3}' })
    const { view } = await hotView(bus)
    expect(view.agentState(SCOPE, 'hunter')?.event.state).toBe('{"a":3}')
    expect(view.agentState(SCOPE, 'hunter', 'CHECKPOINT')?.event.version).toBe(2)
    expect(view.agentState({ swarm: 'other', run: null }, 'hunter')).toBeUndefined()
    expect(view.agentState({ swarm: SWARM, run: 'fork' }, 'hunter')).toBeUndefined()
  })

  it('shows signals by target and domain until they expire', async () => {
    const bus = await memoryBus()
    const hunter = bus.emitter('hunter')
    await hunter.emit({ ...SIGNAL, ttl_ms: 1000, message: 'for all' })
    await hunter.emit({ ...SIGNAL, ttl_ms: 9000, targets: ['risk'], domain: 'risk' })
    const { view } = await hotView(bus)
    const count = (filter: object): number => view.activeSignals(SCOPE, filter).length
    expect(count({ target: 'risk' })).toBe(2)
    expect(count({ target: 'hunter' })).toBe(1)
    expect(count({ domain: 'risk' })).toBe(1)
    expect(count({ at: START + 999_999 })).toBe(2)
    expect(count({ at: START + 1_000_000 })).toBe(1)
    bus.clock.advance(20_000_000)
    await hunter.emit({ ...DECISION })
    expect((await hotView(bus)).view.activeSignals(SCOPE)).toEqual([])
  })

  it('sums fills into holdings and fences off a stale token', async () => {
    const bus = await memoryBus()
    const fast = bus.emitter('fast')
    const slow = bus.emitter('slow')
    const guarded = {
      ...FILL,
      lock_resource: 'book',
      quantity: 2_000_000_000n,
      fee: 1n,
      price: 10_000_000_000n,
    }
    await slow.emit({ ...guarded, fencing_token: 4 })
    await fast.emit({ ...guarded, fencing_token: 7, quantity: -500_000_000n })
    await slow.emit({ ...guarded, fencing_token: 4 })
    const { view } = await hotView(bus)
    expect(view.holding(SCOPE, 'slow', 'SPX')).toMatchObject({ quantity: 2_000_000_000n, fills: 1 })
    expect(view.holding(SCOPE, 'slow', 'SPX')?.cash).toBe(-20_000_000_001n)
    expect(view.holding(SCOPE, 'fast', 'SPX')?.cash).toBe(4_999_999_999n)
  })

  it('replaces a bar by its correction and keeps the newest decisions first', async () => {
    const bus = await memoryBus()
    const feed = bus.emitter('feed')
    const bar = {
      kind: 'bar',
      instrument: 'SPX',
      interval: 'P1D',
      open: 1n,
      high: 2n,
      low: 1n,
      volume: 5n,
    } as const
    for (const [day, close] of [
      [1, 1n],
      [2, 1n],
      [1, 2n],
    ] as const) {
      bus.clock.advance(1)
      await feed.emit({ ...bar, close, occurred_at: START - day * 86_400_000_000 })
      await feed.emit({ ...DECISION, action: `D${day}` })
    }
    const { view } = await hotView(bus)
    const bars = view.lastBars(SCOPE, 'SPX', 10)
    expect(bars.map(({ event }) => event.close)).toEqual([1n, 2n])
    expect(view.recentDecisions(SCOPE, 2).map(({ event }) => event.action)).toEqual(['D1', 'D2'])
  })

  it('is the same whatever the order in which the partitions were read', async () => {
    const action = fc.record({
      agent: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      what: fc.constantFrom('signal', 'decision', 'fill', 'state'),
      advanceMs: fc.nat(5000),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 5, maxLength: 40 }),
        fc.infiniteStream(fc.nat(100)),
        async (actions, choices) => {
          const bus = await memoryBus()
          const emitters = new Map(
            ['a', 'b', 'c', 'd', 'e'].map((agent) => [agent, bus.emitter(agent)]),
          )
          for (const [index, { agent, what, advanceMs }] of actions.entries()) {
            bus.clock.advance(advanceMs * 1000)
            const emitter = emitters.get(agent)!
            if (what === 'signal') await emitter.emit({ ...SIGNAL, ttl_ms: 4000 })
            else if (what === 'decision') await emitter.emit({ ...DECISION })
            else if (what === 'fill')
              await emitter.emit({
                ...FILL,
                quantity: BigInt(index),
                price: 1_000_000_000n,
                fee: 0n,
              })
            else
              await emitter.emit({
                kind: 'agent_state',
                type: 'CURRENT',
                version: index,
                state: '{}',
              })
          }
          const straight: HotState = new Map()
          const lists = await eventsByPartition(bus)
          for (const event of lists.flat()) foldHot(straight, event)
          const shuffled: HotState = new Map()
          const queues = lists.map((list) => [...list])
          for (const choice of choices) {
            const open = queues.filter((queue) => queue.length > 0)
            if (open.length === 0) break
            foldHot(shuffled, open[choice % open.length]!.shift()!)
          }
          expect(digestHot(shuffled)).toBe(digestHot(straight))
          expect(createHotView(shuffled).recentDecisions(SCOPE, 50)).toEqual(
            createHotView(straight).recentDecisions(SCOPE, 50),
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  it('applies a batch once, however often and however cut it is given', async () => {
    const bus = await memoryBus()
    const agent = bus.emitter('a')
    for (let i = 0; i < 10; i++)
      await agent.emit({ ...FILL, quantity: 1n, price: 1_000_000_000n, fee: 0n })
    const projection = createHotProjection()
    const at = partitionsOf(bus.log, ['waggle.fills.v1'])
    for (const [from, to] of [
      [0, 6],
      [0, 6],
      [3, 10],
      [0, 10],
    ] as const) {
      for (const partition of at) {
        const records = (await bus.log.read({ ...partition, offset: 0n }, 100)).slice(0, to)
        if (records.length === 0) continue
        const judged = await judgeBatch(bus.codec, emptyAdmission(), { ...partition, records })
        const events = judged.admitted.slice(from)
        await projection.apply({
          ...partition,
          firstOffset: BigInt(from),
          nextOffset: BigInt(to),
          events,
          admission: judged.admission,
        })
      }
    }
    expect(projection.view.holding(SCOPE, 'a', 'SPX')?.fills).toBe(10)
    expect((await projection.checkpoints()).map(partitionName)).toHaveLength(1)
  })
})
