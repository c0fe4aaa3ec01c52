import { createAgent, type Agent } from '@waggle/agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const SWARM = 'desk'
let gateway: OpenGateway
let ada: Agent

beforeAll(async () => {
  gateway = await openGateway({
    grants: [
      { name: 'bob', swarms: [SWARM], agents: ['bob'], verbs: ['read', 'remember'] },
      { name: 'both', swarms: [SWARM], agents: ['bob', 'ada'], verbs: ['read'] },
    ],
  })
  ada = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'ada' })
  for (const agent of [ada, createAgent({ bus: gateway.bus, swarm: SWARM, name: 'bob' })])
    await agent.join()
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)
const refusal = (status: number, code: string) => ({ problem: { status, code } })
const remember = (body: { agent: string; content: string } & Record<string, unknown>) =>
  call('remember', { swarm: SWARM, body })

describe('what is remembered', () => {
  test('is recalled by what it says, and as of before it is not', async () => {
    const content = 'volatility spiked before the auction'
    const { data, position } = await remember({ agent: 'ada', content, importance: 0.9 })
    const recall = (more = {}) =>
      call('recall', { swarm: SWARM, body: { text: 'volatility auction' }, ...more })
    const found = await recall({ after: position })
    expect(found.data[0]).toMatchObject({
      id: data.id,
      kind: 'experience',
      text: content,
      namespace: 'ada',
      source: 'ada',
      importance: 0.9,
      position,
      tier: 'hot',
    })
    expect(found.data[0]!.score).toBeGreaterThan(0)
    expect((await recall({ at: '' })).data).toEqual([])
    const then = await recall({ at: found.freshness.position })
    expect(then.data.map(({ id }) => id)).toEqual(found.data.map(({ id }) => id))
    expect((await recall({ as_of: '2001-01-01' })).data).toEqual([])
  })

  test('is recalled by an agent with a note in the log, where it asks for one', async () => {
    const ask = (token: string | undefined, body: object) =>
      gateway.clientOf(token).call('recall', {
        swarm: SWARM,
        body: { text: 'volatility auction', record: true, ...body },
      })
    const { data } = await ask('test-token', { agent: 'ada' })
    await gateway.bus.caughtUp(10_000)
    const standing = gateway.bus.memory.view.standing({ swarm: SWARM, run: null }, data[0]!.id)
    expect(standing).toMatchObject({ recalls: 1 })
    await expect(ask('test-token', {})).rejects.toMatchObject(refusal(400, 'INPUT_INVALID'))
    await expect(ask('both', { agent: 'bob' })).rejects.toMatchObject(refusal(403, 'SCOPE_MISSING'))
  })

  test('is listed newest first by namespace, kind and agent, and found by its id', async () => {
    await remember({ agent: 'ada', namespace: 'shared', content: 'first', type: 'lesson' })
    const { position } = await remember({
      agent: 'bob',
      namespace: 'shared',
      key: 'limits/SPX',
      content: '{"most":5}',
    })
    const list = (query: object) => call('memories', { swarm: SWARM, after: position, ...query })
    const { data } = await list({ namespace: 'shared' })
    expect(data.map(({ text }) => text)).toEqual(['{"most":5}', 'first'])
    expect(data[0]).toMatchObject({ id: 'document:note/limits/SPX', kind: 'document', version: 1 })
    expect((await list({ namespace: 'shared', kind: 'experience' })).data.length).toBe(1)
    expect((await list({ kind: 'document' })).data.length).toBe(1)
    expect((await list({ namespace: 'shared', agent: 'bob' })).data.length).toBe(1)
    expect((await list({ limit: 1 })).data.length).toBe(1)
    const byId = (id: string, namespace?: string) =>
      call('memory', { swarm: SWARM, id, ...(namespace === undefined ? {} : { namespace }) })
    for (const one of data) expect((await byId(one.id, 'shared')).data).toEqual(one)
    await expect(byId('document:note/none', 'shared')).rejects.toMatchObject(
      refusal(404, 'NOT_FOUND'),
    )
  })
})

describe('documents', () => {
  const put = (agent: string, content: string, expected?: number, more = {}) =>
    remember({
      agent,
      namespace: 'shared',
      key: 'plan',
      content,
      ...(expected === undefined ? {} : { expected_version: expected }),
      ...more,
    })

  test('lose to a newer version with both values, and win once they have seen it', async () => {
    const first = await put('ada', 'buy', 0)
    expect(first.data).toMatchObject({ id: 'document:note/plan', version: 1 })
    const second = await put('bob', 'sell', 1)
    expect(second.data.version).toBe(2)
    const lost = put('ada', 'hold', 1)
    await expect(lost).rejects.toMatchObject({
      problem: {
        status: 409,
        code: 'VERSION_CONFLICT',
        conflict: {
          present: { version: 2, content: 'sell', agent: 'bob', position: second.position },
          given: { expected_version: 1, content: 'hold', agent: 'ada' },
        },
      },
    })
    expect((await put('ada', 'hold', 2)).data.version).toBe(3)
    await expect(put('bob', 'new', 0)).rejects.toMatchObject(refusal(409, 'VERSION_CONFLICT'))
  })

  test('are written once under one request; of two at once one wins', async () => {
    const once = () => put('ada', 'again', 3, { request: 'w1' })
    const [a, b] = await Promise.all([once(), once()])
    expect(b).toEqual(a)
    expect(await once()).toEqual(a)
    // Another gateway, or this one after a restart, does not know the answer; the log knows the request.
    const other = await openGateway({ bus: gateway.bus })
    const body = { agent: 'ada', namespace: 'shared', key: 'plan', content: 'again', request: 'w1' }
    await expect(other.client.call('remember', { swarm: SWARM, body })).rejects.toMatchObject(
      refusal(409, 'SEQ_DUPLICATE'),
    )
    const race = await Promise.allSettled([put('ada', 'mine', 4), put('bob', 'his', 4)])
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('without a key have no version to expect', async () => {
    await expect(
      remember({ agent: 'ada', content: 'x', expected_version: 1 }),
    ).rejects.toMatchObject({ problem: { status: 400, field: 'expected_version' } })
  })
})

describe('a token bound to an agent', () => {
  test('reads what this agent may read, and nothing else', async () => {
    const { data, position } = await remember({ agent: 'ada', content: 'ada fears the vega' })
    const [bob, both] = [gateway.clientOf('bob'), gateway.clientOf('both')]
    const body = { text: 'who fears the vega' }
    const seen = await bob.call('recall', { swarm: SWARM, body, after: position })
    expect(seen.data.map(({ namespace }) => namespace)).not.toContain('ada')
    const all = await both.call('recall', { swarm: SWARM, body })
    expect(all.data.map(({ id }) => id)).toContain(data.id)
    const asBob = await both.call('recall', { swarm: SWARM, body: { ...body, agent: 'bob' } })
    expect(asBob.data.map(({ namespace }) => namespace)).not.toContain('ada')
    const list = await bob.call('memories', { swarm: SWARM, limit: 1000 })
    expect(new Set(list.data.map(({ namespace }) => namespace))).toEqual(new Set(['shared']))
    const memory = { swarm: SWARM, id: data.id }
    await expect(bob.call('memory', memory)).rejects.toMatchObject(refusal(404, 'NOT_FOUND'))
    await expect(both.call('memory', memory)).resolves.toBeDefined()
    await ada.grants.grant('bob', 'READ')
    await expect(bob.call('memory', memory)).resolves.toBeDefined()
  })

  test('cannot read or write as another, nor in a namespace that is not its agent’s', async () => {
    const bob = gateway.clientOf('bob')
    const denied = refusal(403, 'SCOPE_MISSING')
    const recall = bob.call('recall', { swarm: SWARM, body: { text: 'x', agent: 'ada' } })
    await expect(recall).rejects.toMatchObject(denied)
    await expect(bob.call('memories', { swarm: SWARM, as: 'ada' })).rejects.toMatchObject(denied)
    const as = (agent: string, namespace: string) =>
      bob.call('remember', { swarm: SWARM, body: { agent, namespace, content: 'x' } })
    await expect(as('ada', 'ada')).rejects.toMatchObject(denied)
    await expect(as('bob', 'ada')).rejects.toMatchObject(refusal(403, 'ACCESS_DENIED'))
    const foreign = bob.call('recall', { swarm: 'hive', body: { text: 'x' } })
    await expect(foreign).rejects.toMatchObject(denied)
  })
})
