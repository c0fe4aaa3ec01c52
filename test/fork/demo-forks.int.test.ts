import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAdmitted, type KnownEvent } from '@waggle/consume'
import { DEAD_LETTER_TOPIC, EVENT_TOPICS } from '@waggle/event'
import { causePath, compareRuns } from '@waggle/fork'
import { partitionsOf } from '@waggle/log'
import { replay } from '@waggle/replay'
import { closeOf, MINDS } from '@waggle-services/demo'
import { DEMO, forkedDemo, type ForkedDemo } from './forked-demo.ts'
import { runDigests } from './run-digests.ts'

let demo: ForkedDemo
beforeAll(async () => void (demo = await forkedDemo()), 120_000)
afterAll(() => demo.stop())

const DAY = '2000-10-31'

describe('forks of the demo swarm', () => {
  it('without a change is the same run, step by step and to the microsecond', async () => {
    await demo.fork({ run: 'fork:null', day: DAY })
    const compared = await compareRuns({
      ...demo.bus,
      swarm: DEMO.swarm,
      a: DEMO.run,
      b: 'fork:null',
      clocks: true,
    })
    expect(compared.divergences.map(({ name, fields }) => ({ name, fields }))).toEqual([])
    expect(compared.same).toBeGreaterThan(300)
    expect(compared.b.steps).toHaveLength(compared.same)
    const [a, b] = await Promise.all([digestsOf(DEMO.run), digestsOf('fork:null')])
    expect(Object.keys(a)).toEqual(['hot-view', 'coordination', 'memory'])
    expect(b).toEqual(a)
  })

  it('flips one vote: that vote is the first to differ, its cause is the proposal, and the parent stays', async () => {
    const vote = await tightVote()
    const before = await demo.bus.digests()
    const set = { choice: 'reject' }
    await demo.fork({
      run: 'fork:vote',
      day: DAY,
      change: { is: 'edit', event: vote.event.id, set },
    })
    const compared = await compareRuns({
      ...demo.bus,
      swarm: DEMO.swarm,
      a: DEMO.run,
      b: 'fork:vote',
    })
    expect(compared.first).toMatchObject({ agent: vote.event.agent, fields: ['choice'] })
    expect(compared.first?.a?.position).toEqual(vote.position)
    expect(compared.first?.b?.event).toMatchObject({
      kind: 'vote',
      choice: 'reject',
      run: 'fork:vote',
    })
    expect(causePath(compared.b, compared.first!.b!).map(({ event }) => event.kind)).toEqual([
      'proposal',
      'vote',
    ])
    // Whoever only looks at the market says the same in both.
    expect([...compared.firstByAgent.keys()]).not.toContain('market-feed')
    expect(await digestsOf('fork:vote')).not.toEqual(await digestsOf('fork:null'))
    const market = compared.divergences.filter(({ name }) =>
      /(observation|signal|outcome|verdict)/.test(name),
    )
    expect(market).toEqual([])
    const after = await demo.bus.digests()
    expect(after['coordination']).toBe(before['coordination'])
  })

  it('weighs an agent otherwise: the electorate is the first to differ', async () => {
    const minds = { ...MINDS, weights: { ...MINDS.weights, 'risk-manager': 9 } }
    await demo.fork({
      run: 'fork:weight',
      day: DAY,
      change: { is: 'agent', agent: 'risk-manager' },
      minds,
    })
    const { first } = await compareRuns({
      ...demo.bus,
      swarm: DEMO.swarm,
      a: DEMO.run,
      b: 'fork:weight',
    })
    expect(first).toMatchObject({ agent: 'portfolio-optimizer', fields: ['electorate'] })
  })

  it('replaces an agent: what differs follows from its first vote', async () => {
    const no = () => ({ choice: 'reject', confidence: 1, reasoning: 'never' }) as const
    const minds = { ...MINDS, ballots: { ...MINDS.ballots, 'risk-manager': no } }
    await demo.fork({
      run: 'fork:agent',
      day: DAY,
      change: { is: 'agent', agent: 'risk-manager' },
      minds,
    })
    const compared = await compareRuns({
      ...demo.bus,
      swarm: DEMO.swarm,
      a: DEMO.run,
      b: 'fork:agent',
    })
    expect(compared.first).toMatchObject({ agent: 'risk-manager' })
    expect(compared.first?.b?.event).toMatchObject({ kind: 'vote', choice: 'reject' })
    const forecasts = compared.divergences.filter(({ name }) => name.includes('view-'))
    expect(forecasts).toEqual([])
  })

  it('writes nothing outside its run', async () => {
    const audit = new Map<string | null, number>()
    const { log, codec } = demo.bus
    for (const end of await log.ends(partitionsOf(log, EVENT_TOPICS))) {
      for await (const batch of readAdmitted({ log, codec }, end))
        for (const { envelope } of batch)
          audit.set(envelope.run, (audit.get(envelope.run) ?? 0) + 1)
    }
    const whole = await compareRuns({ ...demo.bus, swarm: DEMO.swarm, a: DEMO.run, b: 'other' })
    expect(audit.get(DEMO.run)).toBe(whole.a.steps.length)
    expect(new Set(audit.keys())).toEqual(
      new Set([DEMO.run, 'fork:agent', 'fork:null', 'fork:vote', 'fork:weight']),
    )
    expect((await log.ends([{ topic: DEAD_LETTER_TOPIC, partition: 0 }]))[0]?.offset).toBe(0n)
    const runs = demo.bus.coordination.view
    expect(runs.proposal({ ...DEMO, run: 'fork:vote' }, 'rebalance-1')).toBeUndefined()
  })
})

/** Digests of all views of a run, names mapped, against the run without a change. */
async function digestsOf(run: string): Promise<Record<string, string>> {
  const { log, codec } = demo.bus
  const other = run === DEMO.run ? 'fork:null' : DEMO.run
  return runDigests({ log, codec }, DEMO.swarm, run, other)
}

/** An approval behind the fork point that one more rejection turns. */
async function tightVote(): Promise<KnownEvent> {
  const votes: KnownEvent[] = []
  for await (const known of replay({ ...demo.bus, ...DEMO })) {
    const { event } = known
    if (event.kind === 'vote' && event.known_at > closeOf(DAY) + 3_600_000_000) votes.push(known)
  }
  return votes.find(
    ({ event }) =>
      event.kind === 'vote' && event.agent === 'risk-manager' && event.choice === 'approve',
  )!
}
