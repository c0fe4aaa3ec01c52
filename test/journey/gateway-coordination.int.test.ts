import { createAgent, type Agent } from '@waggle/agent'
import { joinTokens } from '@waggle/api'
import { parsePosition, type Position } from '@waggle/event'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGatewayServer } from '@waggle-services/gateway'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

const SWARM = 'desk'
let gateway: OpenGateway
let ada: Agent
let bob: Agent

beforeAll(async () => {
  gateway = await openGateway({
    grants: [
      { name: 'ada', swarms: [SWARM], agents: ['ada'], verbs: ['read', 'vote', 'lock'] },
      { name: 'reader', swarms: [SWARM], verbs: ['read'] },
    ],
  })
  ada = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'ada' })
  bob = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'bob' })
  for (const agent of [ada, bob]) await agent.join()
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)
const refusal = (status: number, code: string) => ({ problem: { status, code } })
const text = ({ topic, partition, offset }: Position): string => `${topic}/${partition}@${offset}`
const vote = (proposal: string, agent: string, choice: string, more = {}) =>
  call('vote', { swarm: SWARM, proposal, body: { agent, choice, ...more } })

describe('votes', () => {
  test('are open, then decided; as of before they were neither', async () => {
    const { position: proposed } = await ada.propose({
      proposal: 'buy',
      question: 'Buy?',
      lastsMs: 60_000,
    })
    const first = await vote('buy', 'ada', 'approve', { reason: 'cheap' })
    const open = await call('proposals', { swarm: SWARM, after: first.position })
    expect(open.data).toMatchObject([
      { proposal: 'buy', proposer: 'ada', status: 'PENDING', turnout: 0.5, decided_at: null },
    ])
    const second = await vote('buy', 'bob', 'approve')
    const { data } = await call('proposal', {
      swarm: SWARM,
      proposal: 'buy',
      after: second.position,
    })
    expect(data).toMatchObject({ status: 'APPROVED', winner: 'approve', turnout: 1 })
    expect(data.decided_at).toBe(second.position)
    expect(data.votes).toEqual([
      { agent: 'ada', choice: 'approve', weight: 1, reason: 'cheap', position: first.position },
      { agent: 'bob', choice: 'approve', weight: 1, reason: '', position: second.position },
    ])
    expect(data.evidence).toEqual([text(proposed), first.position, second.position])

    const none = await call('proposals', { swarm: SWARM })
    expect(none.data).toEqual([])
    const decided = await call('proposals', { swarm: SWARM, status: 'decided' })
    expect(decided.data).toMatchObject([{ proposal: 'buy', status: 'APPROVED' }])
    const then = await call('proposals', { swarm: SWARM, status: 'all', at: text(proposed) })
    expect(then.data).toMatchObject([{ proposal: 'buy', status: 'PENDING', votes: [] }])
    expect(then.past).toMatchObject({ sealed: true })
    const before = await call('proposals', { swarm: SWARM, status: 'all', as_of: '2001-01-01' })
    expect(before.data).toEqual([])
  })

  test('are cast once under one request, and not at all where nobody asked', async () => {
    await ada.propose({ proposal: 'sell', question: 'Sell?', lastsMs: 60_000 })
    const first = await vote('sell', 'ada', 'reject', { request: 'r1' })
    const again = await vote('sell', 'ada', 'reject', { request: 'r1' })
    expect(again).toEqual({ ...first, data: { ...first.data, duplicate: true } })
    const { data } = await call('proposal', {
      swarm: SWARM,
      proposal: 'sell',
      after: again.position,
    })
    expect([data.votes.length, data.uncounted]).toEqual([1, []])
    await expect(vote('nothing', 'ada', 'approve')).rejects.toMatchObject(refusal(404, 'NOT_FOUND'))
  })

  test('are listed newest first, whatever partition they are in, and no more than asked for', async () => {
    const names = ['c1', 'c2', 'c3', 'c4']
    let after = ''
    for (const proposal of names) {
      await ada.propose({ proposal, question: '?', lastsMs: 60_000 })
      if (proposal === 'c4') continue
      for (const agent of ['ada', 'bob'])
        after = joinTokens(after, (await vote(proposal, agent, 'reject')).position)
    }
    const list = async (status: 'open' | 'decided' | 'all', limit: number) => {
      const { data } = await call('proposals', { swarm: SWARM, status, limit, after })
      return data.map(({ proposal }) => proposal)
    }
    expect(await list('decided', 2)).toEqual(['c3', 'c2'])
    expect(await list('all', 3)).toEqual(['c4', 'c3', 'c2'])
    expect(await list('open', 1)).toEqual(['c4'])
    expect(await list('decided', 100)).toEqual(['c3', 'c2', 'c1', 'buy'])
  })

  test('are counted again by anyone; a result that nothing brought about shows', async () => {
    const honest = await call('recount', { swarm: SWARM, proposal: 'buy' })
    expect(honest.data).toEqual({ proposal: 'buy', agrees: true, results: 1, differences: [] })
    const { position } = await bob.emitter.emit({
      kind: 'proposal_result',
      proposal: 'sell',
      status: 'APPROVED',
      winner: 'approve',
      tallies: [],
      turnout: 1,
      decided_offset: 1,
      evidence: [],
    })
    const { data } = await call('recount', { swarm: SWARM, proposal: 'sell' })
    expect(data).toMatchObject({ agrees: false, results: 1 })
    expect(data.differences[0]).toMatch(`EXTRA: APPROVED approve at ${text(position)}`)
    expect((await call('recount', { swarm: SWARM, proposal: 'buy' })).data.agrees).toBe(true)
  })
})

describe('locks', () => {
  const lock = (agent: string, op: 'ACQUIRE' | 'RENEW' | 'RELEASE', more = {}, resource = 'SPX') =>
    call('lock', { swarm: SWARM, resource, body: { agent, op, ...more } })

  test('are held by one; the fencing token is the offset of the grant', async () => {
    const held = await lock('ada', 'ACQUIRE', { request: 'a1', lease_ms: 60_000 })
    expect(held.data).toMatchObject({ status: 'GRANTED', request: 'a1' })
    expect(held.data.token).toBe(String(parsePosition(held.position)!.offset))
    const again = await lock('ada', 'ACQUIRE', { request: 'a1', lease_ms: 60_000 })
    expect(again.data).toEqual(held.data)
    await expect(lock('bob', 'ACQUIRE')).rejects.toMatchObject(refusal(409, 'LOCK_UNAVAILABLE'))

    const waiting = lock('bob', 'ACQUIRE', { request: 'b1', wait_ms: 60_000, lease_ms: 60_000 })
    await expect.poll(waitersOf).toEqual(['bob'])
    const released = await lock('ada', 'RELEASE', { request: 'a1', token: held.data.token })
    const next = await waiting
    expect(next.data).toMatchObject({ status: 'GRANTED', request: 'b1' })
    expect(next.position).toBe(released.position)
    expect(BigInt(next.data.token!)).toBeGreaterThan(BigInt(held.data.token!))

    const stale = { request: 'a1', token: held.data.token }
    await expect(lock('ada', 'RENEW', stale)).rejects.toMatchObject(refusal(409, 'FENCED'))
    await expect(
      lock('bob', 'RENEW', { request: 'b1', token: held.data.token }),
    ).rejects.toMatchObject(refusal(409, 'FENCED'))
    const renewed = await lock('bob', 'RENEW', { request: 'b1', lease_ms: 90_000 })
    expect(renewed.data.lease_until).toBeGreaterThan(next.data.lease_until!)
    const locks = await call('locks', { swarm: SWARM, after: renewed.position })
    expect(locks.data).toMatchObject([
      { resource: 'SPX', holders: [{ agent: 'bob', token: next.data.token }], waiters: [] },
    ])
    await lock('bob', 'RELEASE', { request: 'b1' })
    await lock('bob', 'RELEASE', { request: 'b1' })
    expect((await call('locks', { swarm: SWARM })).data).toEqual([])
  })

  test('have a history with their tokens, as of then too, that anyone can count again', async () => {
    const { position: after } = await lock('ada', 'ACQUIRE', {}, 'other')
    const { data } = await call('lockHistory', { swarm: SWARM, resource: 'SPX', after })
    const steps = data.map(({ agent, status }) => `${agent} ${status}`)
    expect(steps.slice(0, 3)).toEqual(['ada GRANTED', 'ada GRANTED', 'bob REFUSED'])
    expect(steps).toContain('bob QUEUED')
    expect(steps).toContain('bob RENEWED')
    const granted = data.findLast(({ status }) => status === 'GRANTED')!
    const then = await call('lockHistory', {
      swarm: SWARM,
      resource: 'SPX',
      as_of: String(granted.at),
    })
    expect(then.data.at(-1)).toEqual(granted)
    expect(then.past).toBeDefined()
    const two = await call('lockHistory', { swarm: SWARM, resource: 'SPX', limit: 2 })
    expect(two.data).toEqual(data.slice(-2))
    const recount = await call('recountLock', { swarm: SWARM, resource: 'SPX' })
    expect(recount.data).toMatchObject({ agrees: true, results: data.length })
  })

  test('are not waited for by a caller who went away', async () => {
    await lock('ada', 'ACQUIRE', { request: 'a2', lease_ms: 60_000 })
    const lost = new AbortController()
    const server = createGatewayServer(gateway.app, { port: 0 })
    await server.start()
    const ask = (signal: AbortSignal) =>
      fetch(`${server.url}/v1/swarms/${SWARM}/locks/SPX`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ agent: 'bob', op: 'ACQUIRE', request: 'b2', wait_ms: 60_000 }),
      })
    const asked = ask(lost.signal).catch(() => 'gone')
    await expect.poll(waitersOf).toEqual(['bob'])
    lost.abort()
    await expect.poll(waitersOf).toEqual([])
    expect(await asked).toBe('gone')
    await server.stop()
    await lock('ada', 'RELEASE', { request: 'a2' })
    expect((await lock('bob', 'ACQUIRE', { request: 'b2' })).data.status).toBe('GRANTED')
  })

  const waitersOf = async (): Promise<string[]> => {
    const { data } = await call('locks', { swarm: SWARM })
    const spx = data.find(({ resource }) => resource === 'SPX')
    return (spx?.waiters ?? []).map(({ agent }) => agent)
  }
})

test('signals are shown to whom they are for, with what was done about them', async () => {
  const { event, position } = await ada.signal({
    domain: 'volatility',
    severity: 'HIGH',
    confidence: 0.9,
    message: 'VIX over 40',
    targets: ['bob'],
    recommended_action: 'hedge',
    ttl_ms: 60_000,
  })
  const acked = await bob.signals.acknowledge(event, 'PROCESSING')
  const { data } = await call('signals', {
    swarm: SWARM,
    target: 'bob',
    after: text(acked.position),
  })
  expect(data).toMatchObject([
    {
      id: event.id,
      content: 'VIX over 40',
      position: text(position),
      acknowledgments: [{ agent: 'bob', status: 'PROCESSING' }],
    },
  ])
  expect((await call('signals', { swarm: SWARM, target: 'ada' })).data).toEqual([])
  expect((await call('signals', { swarm: SWARM, domain: 'trend' })).data).toEqual([])
})

test('a token votes and locks only as its agents, in its swarm, with its verbs', async () => {
  const [bound, reader] = [gateway.clientOf('ada'), gateway.clientOf('reader')]
  const body = { agent: 'bob', choice: 'approve' }
  const acquire = { agent: 'bob', op: 'ACQUIRE' as const }
  const denied = refusal(403, 'SCOPE_MISSING')
  await expect(bound.call('vote', { swarm: SWARM, proposal: 'sell', body })).rejects.toMatchObject(
    denied,
  )
  await expect(
    bound.call('lock', { swarm: SWARM, resource: 'x', body: acquire }),
  ).rejects.toMatchObject(denied)
  await expect(reader.call('vote', { swarm: SWARM, proposal: 'sell', body })).rejects.toMatchObject(
    denied,
  )
  await expect(bound.call('locks', { swarm: 'hive' })).rejects.toMatchObject(denied)
})
