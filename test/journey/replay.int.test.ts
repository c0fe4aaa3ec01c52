import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { positionText } from '@waggle/event'
import { createSwarmQuery } from '@waggle/query'
import { rebuildTrajectory, replay } from '@waggle/replay'
import { createHotProjection } from '@waggle/view-hot'
import { memoryBus, SWARM } from '../support/memory-bus.ts'

const SIGNAL = { kind: 'signal', domain: 'trend', severity: 'LOW', confidence: 0.7 } as const

describe('replay', () => {
  it('orders events by (known_from, topic, partition, offset), with any batch size', async () => {
    const step = fc.record({
      agent: fc.constantFrom('a', 'b', 'c', 'd'),
      advance: fc.constantFrom(0, 0, 1, 50),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (steps, batchRecords) => {
          const bus = await memoryBus()
          const emitters = new Map(['a', 'b', 'c', 'd'].map((agent) => [agent, bus.emitter(agent)]))
          for (const { agent, advance } of steps) {
            bus.clock.advance(advance)
            await emitters.get(agent)!.emit({ ...SIGNAL })
          }
          const order: string[] = []
          for await (const { knownFrom, position } of replay({ ...bus, run: null, batchRecords })) {
            order.push(
              `${knownFrom} ${position.topic} ${position.partition} ${String(position.offset).padStart(5, '0')}`,
            )
          }
          expect(order).toHaveLength(steps.length)
          expect(order).toEqual([...order].sort())
        },
      ),
      { numRuns: 40 },
    )
  })

  it('rebuilds a trajectory: observation -> decision with its prediction -> outcome -> verdict', async () => {
    const bus = await memoryBus()
    const hunter = bus.emitter('hunter')
    const judge = bus.emitter('judge')
    const trajectory = 'trade-1'
    const later = (): void => bus.clock.advance(1000)
    const seen = await hunter.emit({
      kind: 'observation',
      domain: 'trend',
      source: 'sma',
      content: 'up',
      trajectory,
    })
    later()
    const other = await judge.emit({
      kind: 'observation',
      domain: 'vol',
      source: 'atr',
      content: 'calm',
      trajectory: 'else',
    })
    later()
    const decision = await hunter.emit({
      kind: 'decision',
      action: 'LONG',
      context: '{}',
      reasoning: 'trend is up',
      confidence: 0.8,
      predicted_value: 0.02,
      inputs: [seen.event.id, other.event.id],
      cause: seen.event.id,
      trajectory,
    })
    later()
    const outcome = await judge.emit({
      kind: 'outcome',
      decision: decision.event.id,
      value: 0.03,
      success: true,
      cause: decision.event.id,
      trajectory,
    })
    later()
    await judge.emit({
      kind: 'verdict',
      decision: decision.event.id,
      outcome: outcome.event.id,
      judged: 'hunter',
      label: 'CORRECT',
      score: 0.04,
      rule: 'brier/v1',
      cause: outcome.event.id,
      trajectory,
    })
    const { events, decisions } = await rebuildTrajectory({
      ...bus,
      swarm: SWARM,
      run: null,
      of: { trajectory },
    })
    expect(events.map(({ event }) => event.kind)).toEqual([
      'observation',
      'decision',
      'outcome',
      'verdict',
    ])
    expect(decisions).toHaveLength(1)
    expect(decisions[0]?.evidence.map(({ id }) => id)).toEqual([seen.event.id])
    expect(decisions[0]?.outcome?.value).toBe(0.03)
    expect(decisions[0]?.verdict?.label).toBe('CORRECT')
    const ofAgent = await rebuildTrajectory({
      ...bus,
      swarm: SWARM,
      run: null,
      of: { agent: 'judge' },
    })
    expect(ofAgent.events).toHaveLength(3)
  })
})

describe('reading one’s own writes', () => {
  it('waits for the position or says that the view is stale', async () => {
    const bus = await memoryBus()
    const projection = createHotProjection()
    const runner = createRunner({ ...bus, projection, logger: silentLogger })
    const query = createSwarmQuery({
      ...bus,
      hot: { view: projection.view, runner },
      swarm: SWARM,
      run: null,
    })
    const scope = { swarm: SWARM, run: null }
    const { position } = await bus.emitter('a').emit({ ...SIGNAL })
    const read = (timeoutMs: number): Promise<unknown> =>
      query.hot((view) => view.activeSignals(scope).length, { after: [position], timeoutMs })
    await expect(read(20)).rejects.toMatchObject({ code: 'VIEW_STALE' })
    const waiting = read(5000)
    await runner.start()
    const answer = (await waiting) as { value: number; freshness: { applied: Map<string, bigint> } }
    expect(answer.value).toBe(1)
    expect(answer.freshness.applied.get(positionText(position).split('@')[0]!)).toBe(
      position.offset + 1n,
    )
    await runner.stop()
  })
})
