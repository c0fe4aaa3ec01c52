import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAgent,
  defineAgent,
  firstCarry,
  runCycle,
  type Agent,
  type AgentProgram,
  type CycleResult,
} from '@waggle/agent'
import { systemClock } from '@waggle/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'

const SWARM = 'desk'
const clock = systemClock()

describe('an agent that perceives, thinks and acts', () => {
  let folder: string
  let bus: OpenAgentBus
  const open = () => openAgentBus({ log: 'lmdb', dataDir: folder, clock })
  const enter = async (name: string): Promise<Agent> => {
    const agent = createAgent({ bus, swarm: SWARM, name, kind: 'market-hunter' })
    await agent.join()
    return agent
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-cycle-'))
    bus = await open()
  })
  afterAll(async () => {
    await bus.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Sees a trend, goes with it, and learns from what came. */
  const trader: AgentProgram<{ readonly seen: number }> = {
    kind: 'market-hunter',
    initial: { seen: 0 },
    perceive: ({ state }) => ({
      observations: [{ domain: 'trend', source: 'test', content: `trend up, bar ${state.seen}` }],
    }),
    think: ({ state, recalled }) => ({
      state: { seen: state.seen + 1 },
      decision: {
        action: 'LONG',
        context: { recalled: recalled.map(({ id }) => id) },
        reasoning: 'trend',
        confidence: 0.6,
        memories: recalled,
      },
    }),
    judge: () => ({ value: 0.01, success: true }),
    reflect: (_turn, { outcome }) => ({
      type: 'lesson',
      content: `going with the trend up gave ${outcome.event.value}`,
    }),
  }

  it('recalls in the next cycle what it learned from the outcome of this one', async () => {
    const agent = await enter('learner')
    const first = await runCycle(agent, trader, firstCarry({ seen: 0 }))
    expect(first).toMatchObject({ status: 'DECIDED', outcomes: [], carry: { state: { seen: 1 } } })
    const second = await runCycle(agent, trader, first.carry)
    const [outcome] = second.outcomes
    expect(outcome!.event.decision).toBe(first.decision!.event.id)
    expect(outcome!.event.trajectory).toBe(first.decision!.event.trajectory)
    expect(second.decision!.event.trajectory).not.toBe(first.decision!.event.trajectory)
    const { memories } = await agent.recall({ text: 'trend up', kinds: ['experience'] })
    const lesson = memories.find(({ event }) => event.kind === 'experience')!
    expect(lesson.evidence.map(({ id }) => id)).toEqual([
      first.decision!.event.id,
      outcome!.event.id,
    ])
    expect(second.decision!.event.inputs).toContain(lesson.id)
    await agent.leave()
  })

  it('survives what its parts throw, and remembers it', async () => {
    const agent = await enter('fragile')
    const broken = { ...trader, think: () => Promise.reject(new Error('model is down')) }
    const result = await runCycle(agent, broken, firstCarry({ seen: 0 }))
    expect(result).toMatchObject({ status: 'FAILED', carry: { cycles: 1, state: { seen: 0 } } })
    expect(result.failure).toMatchObject({ step: 'think', error: { message: 'model is down' } })
    const { memories } = await agent.recall({ text: 'incident model is down' })
    expect(memories[0]!.event).toMatchObject({ type: 'incident', tags: ['incident', 'think'] })
    const next = await runCycle(agent, trader, result.carry)
    expect(next.status).toBe('DECIDED')
    await agent.leave()
  })

  it('goes on from its checkpoint in another life', async () => {
    const program = defineAgent(trader)
    const agent = await enter('phoenix')
    const stop = new AbortController()
    const seen: CycleResult<{ readonly seen: number }>[] = []
    const ran = await program.run(agent, {
      signal: stop.signal,
      onCycle: (result) => seen.push(result) === 3 && stop.abort(),
    })
    expect(ran).toMatchObject({ cycles: 3, failed: 0, ended: 'STOPPED' })
    // Nothing is said to the agent: its log is closed under it.
    await bus.stop()
    expect(await program.run(agent, { cycles: 5 })).toMatchObject({
      ended: 'LOG_CLOSED',
      cycles: 1,
    })

    bus = await open()
    const reborn = await enter('phoenix')
    const went = await program.run(reborn, { cycles: 2 })
    expect(went).toMatchObject({ cycles: 2, ended: 'CYCLES', carry: { cycles: 5 } })
    expect(went.carry.state).toEqual({ seen: 5 })
    expect(went.carry.pending).toHaveLength(1)
    await reborn.leave()
  })

  it('carries a decision out once, whoever tries again', async () => {
    const agent = await enter('actor')
    const decision = await agent.decide({
      action: 'BUY',
      context: 'SPX',
      reasoning: 'limit',
      confidence: 1,
    })
    let effects = 0
    const action = {
      lock: { resource: 'book/SPX' },
      run: () => ({ order: ++effects }),
      fills: () => [
        { instrument: 'SPX', quantity: 1_000_000_000n, price: 5_000_000_000n, fee: 0n },
      ],
    }
    const first = await agent.act(decision, action)
    expect(first).toMatchObject({ status: 'DONE', result: { order: 1 }, again: false })
    const fill = first.status === 'DONE' ? first.fills[0]!.event : undefined
    expect(fill).toMatchObject({ decision: decision.event.id, lock_resource: 'book/SPX' })
    const twin = createAgent({ bus, swarm: SWARM, name: 'actor' })
    await bus.memory.runner.caughtUp(5000)
    const again = await twin.act(decision, action)
    expect(again).toMatchObject({ status: 'DONE', result: { order: 1 }, again: true })
    expect(effects).toBe(1)

    // The first of two that begin at once runs; the other one does not know how it ends.
    const other = await agent.decide({
      action: 'SELL',
      context: 'SPX',
      reasoning: 'limit',
      confidence: 1,
    })
    const both = await Promise.all([agent.act(other, action), twin.act(other, action)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['DONE', 'IN_DOUBT'])
    expect(effects).toBe(2)

    const failing = { name: 'fails', run: () => Promise.reject(new Error('rejected by venue')) }
    await expect(agent.act(other, failing)).rejects.toThrow('rejected by venue')
    const retried = await agent.act(other, { ...action, name: 'fails' })
    expect(retried.status).toBe('DONE')
    await agent.leave()
  })
})
