import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import type { AnyDraft } from '@waggle/emit'
import {
  compareRuns,
  fork,
  openFork,
  replayFork,
  type Change,
  type ComparedRuns,
  type ForkAgent,
  type ForkBus,
  type ReplayedFork,
} from '@waggle/fork'
import { joinAll, smallSwarm, SWARM, type SmallSwarm } from './small-swarm.ts'

let bus: SmallSwarm
let seen: string[]
beforeEach(async () => {
  bus = await smallSwarm()
  await joinAll(bus)
  seen = await live()
})
afterEach(() => bus.stop())

const observation = (domain: string, value: number): AnyDraft => ({
  kind: 'observation',
  domain,
  source: 'feed',
  content: `${value}`,
  features: { value },
})
const decision = (trajectory: string, action: string): AnyDraft => ({
  kind: 'decision',
  action,
  context: '',
  confidence: 0.5,
  reasoning: `because of ${trajectory}`,
  trajectory,
})

/** Ann decides on what she sees, ben says what came of it; cid talks to himself. */
const ann =
  (limit: number): ForkAgent =>
  ({ event }) =>
    event.kind === 'observation' && event.domain !== 'weather'
      ? [decision(event.domain, (event.features['value'] ?? 0) > limit ? 'BUY' : 'SELL')]
      : []
const ben: ForkAgent = ({ event }) =>
  event.kind === 'decision'
    ? [
        {
          kind: 'outcome',
          decision: event.id,
          value: 0,
          success: event.action === 'BUY',
          details: '',
          trajectory: event.trajectory,
        },
      ]
    : []

/** Ten steps as the agents above would say them, each a few microseconds after what it answers to. Ids of what was seen. */
async function live(): Promise<string[]> {
  const ids: string[] = []
  const as = {
    feed: bus.emitter('cid', { session: 'feed' }),
    ann: bus.emitter('ann'),
    ben: bus.emitter('ben'),
    cid: bus.emitter('cid'),
  }
  for (let step = 0; step < 10; step++) {
    bus.clock.advance(1000)
    const { event } = await as.feed.emit(observation(`d${step}`, step) as never)
    ids.push(event.id)
    bus.clock.advance(7)
    await as.cid.emitAll([
      { ...observation('weather', step), cause: ids.at(-2) ?? null, trajectory: `w${step}` },
    ])
    bus.clock.advance(5)
    const heard = {
      event,
      position: { topic: '', partition: 0, offset: 0n },
      knownFrom: 0,
      late: false,
    } as never
    const [said] = await as.ann.emitAll(
      (await ann(4)(heard, undefined as never)).map((draft) => ({ cause: event.id, ...draft })),
    )
    bus.clock.advance(3)
    await as.ben.emitAll(
      (await ben(said as never, undefined as never)).map((draft) => ({
        cause: said!.event.id,
        ...draft,
      })),
    )
  }
  await bus.settle()
  return ids
}

async function replayed(
  run: string,
  agents: Readonly<Record<string, ForkAgent>>,
  change: Change = { is: 'nothing' },
): Promise<{ result: ReplayedFork; compared: ComparedRuns; there: ForkBus }> {
  const from = { at: bus.clock.now() - 7000 }
  const forked = await fork({ bus, swarm: SWARM, parent: null, run, from, change })
  const there = await openFork(forked, { ...bus, logger: silentLogger })
  try {
    const result = await replayFork(there, { log: bus.log, codec: bus.codec, agents })
    const compared = await compareRuns({ ...bus, swarm: SWARM, a: null, b: run })
    return { result, compared, there }
  } finally {
    await there.stop()
  }
}

describe('a fork replayed', () => {
  it('without a change is the same run, whether agents think again or are taken over', async () => {
    const taken = await replayed('fork:taken', {})
    expect(taken.compared.divergences).toEqual([])
    expect(taken.result).toMatchObject({ said: 0, carried: taken.compared.same, stale: [] })
    const thought = await replayed('fork:thought', { ann: ann(4), ben })
    expect(thought.compared.divergences).toEqual([])
    expect(thought.result.said).toBeGreaterThan(10)
    expect(thought.result.carried + thought.result.said).toBe(thought.compared.same)
    const exact = await compareRuns({
      ...bus,
      swarm: SWARM,
      a: null,
      b: 'fork:thought',
      clocks: true,
    })
    expect(exact.divergences).toEqual([])
  })

  it('with another agent differs in what that one says and in what follows from it, and in nothing else', async () => {
    const { compared, result } = await replayed('fork:ann', { ann: ann(7), ben })
    expect(result.stale).toEqual([])
    expect(compared.first).toMatchObject({ agent: 'ann', fields: ['action'] })
    const turned = compared.divergences.filter(({ agent }) => agent === 'ann')
    const ids = new Set(turned.map(({ b }) => b?.event.id))
    expect(turned.map(({ b }) => b?.event.kind === 'decision' && b.event.action)).toEqual(
      turned.map(() => 'SELL'),
    )
    for (const { agent, b } of compared.divergences) {
      if (agent === 'ann') continue
      expect(agent).toBe('ben')
      expect(ids).toContain(b?.event.cause)
    }
    // And everything that follows from it does.
    expect(compared.divergences).toHaveLength(2 * turned.length)
    expect(turned.length).toBeGreaterThan(0)
  })

  it('drops an event: agents that think again say nothing to it, and what others made of it is left out', async () => {
    const dropped = seen[6]!
    const change = { is: 'drop', event: dropped } as const
    const thought = await replayed('fork:drop', { ann: ann(4), ben }, change)
    expect(thought.compared.divergences.map(({ name, b }) => [name.split(' ')[1], b])).toEqual([
      ['observation', undefined],
      ['decision', undefined],
      ['outcome', undefined],
      ['observation', undefined],
    ])
    // Cid's remark on it is nobody's to make up.
    expect(thought.result.stale.map(({ event }) => event.cause)).toEqual([dropped])
    const taken = await replayed('fork:drop-taken', {}, change)
    expect(taken.result.stale.map(({ event }) => event.kind)).toEqual([
      'decision',
      'outcome',
      'observation',
    ])
  })

  it('edits an event, and says what the change says', async () => {
    const edit = { is: 'edit', event: seen[6]!, set: { features: { value: 0 } } } as const
    const { compared } = await replayed('fork:edit', { ann: ann(4), ben }, edit)
    expect(
      compared.divergences.map(({ name, fields }) => [name.split(' ')[1], ...fields]),
    ).toContainEqual(['decision', 'action'])
    expect(compared.first?.fields).toEqual(['features'])
    const draft = {
      kind: 'agent',
      op: 'WEIGHTED',
      role: '',
      weight: 3,
      subject_agent: 'ben',
      rule: 'by hand',
    } as const
    const said = await replayed('fork:say', {}, { is: 'say', agent: 'ann', draft })
    expect(said.compared.divergences.map(({ a, b }) => [a, b?.event.kind])).toEqual([
      [undefined, 'agent'],
    ])
  })
})
