import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createProposals, type Proposals } from '@waggle/coordinate'
import type { CoordinationView } from '@waggle/view-coordination'
import { createCoordinatorService } from '@waggle-services/coordinator'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

interface Swarm {
  readonly bus: MemoryBus
  readonly view: CoordinationView
  /** One that joined with this weight, or one that did not join. */
  agent(
    name: string,
    weight?: number,
    as?: { session: string; lastSeq: number },
  ): Promise<Proposals>
  stop(): Promise<void>
}

async function startSwarm(): Promise<Swarm> {
  const bus = await memoryBus()
  const coordination = createCoordinatorService({ ...bus, logger: silentLogger })
  await coordination.start()
  return {
    bus,
    view: coordination.view,
    agent: async (agent, weight, as = { session: `session-${agent}`, lastSeq: 0 }) => {
      const emitter = bus.emitter(agent, as)
      if (weight !== undefined)
        await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'voter', weight })
      await coordination.runner.caughtUp(5000)
      return createProposals({ ...bus, coordination, emitter, swarm: SWARM, run: null, agent })
    },
    stop: () => coordination.stop(),
  }
}

const QUESTION = { question: '?', lastsMs: 1000 }

describe('an agent with a question', () => {
  it('asks the members of the registry, with their weights, and gets the answer of the log', async () => {
    const swarm = await startSwarm()
    const a = await swarm.agent('a', 2)
    const b = await swarm.agent('b', 1.5)
    await swarm.agent('c', 1)
    const stranger = await swarm.agent('stranger')
    expect(await a.electorate()).toEqual([
      { agent: 'a', weight: 2 },
      { agent: 'b', weight: 1.5 },
      { agent: 'c', weight: 1 },
    ])
    const { position, event } = await a.propose({ ...QUESTION, proposal: 'p' })
    expect(event.quorum).toBe(0.67)
    const waiting = a.awaitResult('p', { after: [position] })
    await stranger.vote({ proposal: 'p', choice: 'reject' })
    await a.vote({ proposal: 'p', choice: 'approve' })
    await b.vote({ proposal: 'p', choice: 'approve', reasoning: 'so it is' })
    expect(await waiting).toMatchObject({
      status: 'APPROVED',
      winner: 'approve',
      turnout: 3.5 / 4.5,
      uncounted: [{ agent: 'stranger', choice: 'reject', reason: 'NOT_IN_ELECTORATE' }],
    })
    await swarm.stop()
  })

  it('gets a number: the median by weight', async () => {
    const swarm = await startSwarm()
    const [a, b, c] = [
      await swarm.agent('a', 1),
      await swarm.agent('b', 1),
      await swarm.agent('c', 1),
    ]
    await a.propose({ ...QUESTION, proposal: 'size', rule: 'MEDIAN' })
    for (const [agent, value] of [
      [a, 100],
      [b, 3],
      [c, 5],
    ] as const)
      await agent.vote({ proposal: 'size', value })
    expect(await c.awaitResult('size')).toMatchObject({
      status: 'APPROVED',
      value: 5,
      winner: null,
    })
    await swarm.stop()
  })

  it('is told of a veto, of a name that was taken, and of a vote under the session of another', async () => {
    const swarm = await startSwarm()
    const [a, b] = [await swarm.agent('a', 1), await swarm.agent('b', 1)]
    const thief = await swarm.agent('b', undefined, { session: 'session-a', lastSeq: 50 })
    await a.propose({ ...QUESTION, proposal: 'p', vetoers: ['b'] })
    await b.propose({ ...QUESTION, proposal: 'p', question: 'mine' })
    await thief.vote({ proposal: 'p', choice: 'approve' })
    await b.vote({ proposal: 'p', choice: 'veto' })
    expect(await a.awaitResult('p')).toMatchObject({
      question: '?',
      status: 'REJECTED',
      vetoedBy: 'b',
      uncounted: [
        { agent: 'b', choice: null, reason: 'NAME_TAKEN' },
        { agent: 'b', choice: 'approve', reason: 'FORGED' },
      ],
      uncountedTotal: 2,
    })
    await swarm.stop()
  })

  it('learns that time ran out although nobody says anything; what comes later is TOO_LATE', async () => {
    const swarm = await startSwarm()
    const a = await swarm.agent('a', 1)
    const b = await swarm.agent('b', 1)
    const { position } = await a.propose({ ...QUESTION, proposal: 'p' })
    const waiting = [a.awaitResult('p', { after: [position] }), b.awaitResult('p')]
    swarm.bus.clock.advance(1_000_001)
    for (const report of await Promise.all(waiting))
      expect(report).toMatchObject({ status: 'EXPIRED', turnout: 0 })
    const late = await b.vote({ proposal: 'p', choice: 'approve' })
    expect(await b.awaitResult('p', { after: [late.position] })).toMatchObject({
      status: 'EXPIRED',
      uncounted: [{ agent: 'b', reason: 'TOO_LATE' }],
    })
    await swarm.stop()
  })

  it('sees a vote on what nobody proposed, and is refused a question to nobody', async () => {
    const swarm = await startSwarm()
    const a = await swarm.agent('a')
    await expect(a.propose({ ...QUESTION, proposal: 'p' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
    const { position } = await a.vote({ proposal: 'p', choice: 'approve' })
    await expect(a.awaitResult('p', { after: [position], timeoutMs: 20 })).rejects.toMatchObject({
      code: 'VIEW_STALE',
    })
    expect(swarm.view.strayVotes({ swarm: SWARM, run: null })).toMatchObject([
      { proposal: 'p', agent: 'a', choice: 'approve', reason: 'NO_PROPOSAL' },
    ])
    await swarm.stop()
  })
})
