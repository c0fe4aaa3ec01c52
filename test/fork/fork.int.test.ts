import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmitter, type Emitted } from '@waggle/emit'
import { partitionName } from '@waggle/event'
import { fork, lineageOf, type ForkBus, type ForkPoint } from '@waggle/fork'
import {
  joinAll,
  propose,
  recordsOf,
  smallSwarm,
  SWARM,
  voters,
  type SmallSwarm,
} from './small-swarm.ts'

let bus: SmallSwarm
beforeEach(async () => {
  bus = await smallSwarm()
  await joinAll(bus)
})
afterEach(() => bus.stop())

const scopeOf = (run: string | null) => ({ swarm: SWARM, run })

describe('a fork', () => {
  it('counts votes of its own on a proposal it began with; its parent and the live views keep theirs', async () => {
    const proposed = await propose(bus, 'p')
    const ann = await bus
      .emitter('ann')
      .emit({ kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 })
    bus.clock.advance(1000)
    const ben = await bus
      .emitter('ben')
      .emit({ kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 })
    await bus.emitter('cid').emit({ kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 })
    await bus.settle()
    expect(bus.coordination.proposal(scopeOf(null), 'p')?.status).toBe('APPROVED')
    const before = await recordsOf(bus)

    const forked = await fork({
      bus,
      swarm: SWARM,
      parent: null,
      run: 'fork:no',
      from: { before: ben.position },
    })
    const there = await bus.open(forked)
    await there.caughtUp(10_000)
    expect(there.coordination.view.proposal(scopeOf('fork:no'), 'p')?.status).toBe('PENDING')
    for (const agent of ['ben', 'cid'])
      await there
        .emitter({ agent, session: `session-${agent}` })
        .emit({ kind: 'vote', proposal: 'p', choice: 'reject', confidence: 1 })
    await there.caughtUp(10_000)
    await bus.settle()

    const report = there.coordination.view.proposal(scopeOf('fork:no'), 'p')
    expect(report?.status).toBe('REJECTED')
    const past = there.query().asOf(bus.clock.now())
    const read = await past.read('coordination', (view) => view.proposal(scopeOf('fork:no'), 'p'))
    expect(read.value).toEqual(report)
    expect(report?.evidence.slice(0, 2)).toEqual([proposed.position.offset, ann.position.offset])
    expect(bus.coordination.proposal(scopeOf(null), 'p')?.status).toBe('APPROVED')
    expect(bus.coordination.proposal(scopeOf('fork:no'), 'p')).toBeUndefined()
    const after = await recordsOf(bus)
    for (const record of before.keys()) expect(after.has(record)).toBe(true)
    const runs = [...after].filter(([record]) => !before.has(record)).map(([, run]) => run)
    expect(new Set(runs)).toEqual(new Set(['fork:no']))
    // Its fork event, two votes, one result.
    expect(runs).toHaveLength(4)
  })

  it('has the results it began with, and says anew one that was decided before the cut and said behind it', async () => {
    const proposed = await propose(bus, 'p')
    for (const agent of voters)
      await bus
        .emitter(agent)
        .emit({ kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 })
    await bus.settle()
    bus.clock.advance(1000)
    const saidBy = async (run: string, from: ForkPoint): Promise<(string | null)[]> => {
      const there = await bus.open(await fork({ bus, swarm: SWARM, parent: null, run, from }))
      await there.caughtUp(10_000)
      expect(there.coordination.view.proposal(scopeOf(run), 'p')?.status).toBe('APPROVED')
      return [...(await recordsOf(bus))]
        .filter(([, of]) => of === run)
        .map(([text]) => text.split('/')[0]!)
    }
    expect(await saidBy('fork:whole', { at: bus.clock.now() })).toEqual(['waggle.forks.v1'])
    const agents = { topic: 'waggle.agents.v1', partition: 0, offset: 3n }
    const positions = [agents, { ...proposed.position, offset: proposed.position.offset + 4n }]
    expect(new Set(await saidBy('fork:part', { positions }))).toEqual(
      new Set(['waggle.forks.v1', 'waggle.proposal-results.v1']),
    )
  })

  it('of a fork begins with what that one had, its own events with it, and no more', async () => {
    const first = await fork({
      bus,
      swarm: SWARM,
      parent: null,
      run: 'fork:one',
      from: { at: bus.clock.now() },
    })
    const one = await bus.open(first)
    await one.caughtUp(10_000)
    const say = (at: ForkBus, value: string): Promise<Emitted> =>
      at
        .emitter({ agent: 'ann', session: value })
        .emit({ kind: 'agent_state', type: 'CURRENT', version: 1, state: value })
    bus.clock.advance(10)
    await say(one, 'of one')
    const cut = bus.clock.now()
    bus.clock.advance(10)
    const two = await bus.open(
      await fork({ bus, swarm: SWARM, parent: 'fork:one', run: 'fork:two', from: { at: cut } }),
    )
    await say(one, 'later')
    for (const opened of [one, two]) await opened.caughtUp(10_000)
    const stateOf = ({ hot, run }: ForkBus): string | undefined =>
      hot.view.agentState(scopeOf(run), 'ann')?.event.state
    expect([stateOf(one), stateOf(two)]).toEqual(['later', 'of one'])
    expect(
      two.hot.view
        .agents(scopeOf('fork:two'))
        .map(({ event }) => event.agent)
        .sort(),
    ).toEqual([...voters])
    expect((await lineageOf(bus, SWARM, 'fork:two')).ancestors.map(({ run }) => run)).toEqual([
      'fork:two',
      'fork:one',
      null,
    ])

    // Whoever opens it again from the log alone finds the same.
    const again = await bus.open({ ...two, lineage: await lineageOf(bus, SWARM, 'fork:two') })
    await again.caughtUp(10_000)
    expect(await again.digests()).toEqual(await two.digests())
  })

  it('takes no record of another run, and is not moved once made', async () => {
    const from = { at: bus.clock.now() }
    const made = await bus.open(
      await fork({ bus, swarm: SWARM, parent: null, run: 'fork:x', from }),
    )
    const foreign = createEmitter({
      ...bus,
      log: made.log,
      swarm: SWARM,
      agent: 'ann',
      session: 's',
    })
    const draft = { kind: 'agent', op: 'HEARTBEAT', role: '' } as const
    const before = await recordsOf(bus)
    await expect(foreign.emit(draft)).rejects.toMatchObject({
      code: 'RUN_ISOLATED',
      input: `${SWARM}/live`,
    })
    expect(await recordsOf(bus)).toEqual(before)
    const other = { bus, swarm: SWARM, parent: null, run: 'fork:x', from: { at: from.at + 1 } }
    await expect(fork(other)).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'run' })
    expect((await fork({ ...other, from })).cut).toEqual(made.cut)
    await expect(fork({ ...other, run: 'x' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(lineageOf(bus, SWARM, 'fork:none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const beyond = { positions: [{ topic: 'waggle.agents.v1', partition: 0, offset: 99n }] }
    await expect(fork({ ...other, run: 'fork:y', from: beyond })).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      input: 'waggle.agents.v1/0@99',
    })
  })

  it('begins with nothing that the run did not know then, though another swarm moved its clock', async () => {
    const now = bus.clock.now()
    const minute = 60_000_000
    const said = (swarm: string, known_at: number) =>
      createEmitter({ ...bus, swarm, agent: 'dan', session: `dan-${swarm}` }).emit({
        kind: 'agent',
        op: 'JOINED',
        role: 'late',
        occurred_at: now,
        known_at,
      })
    await said('another', now + 2 * minute)
    const late = await said(SWARM, now)
    const forkAt = async (run: string, at: number) =>
      (await fork({ bus, swarm: SWARM, parent: null, run, from: { at } })).cut
    const name = partitionName(late.position)
    const early = await forkAt('fork:early', now + minute)
    expect(early.get(name)).toBeLessThanOrEqual(late.position.offset)
    const later = await forkAt('fork:later', now + 2 * minute)
    expect(later.get(name)).toBeGreaterThan(late.position.offset)
  })
})
