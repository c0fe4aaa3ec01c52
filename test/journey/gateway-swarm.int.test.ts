import { fork } from '@waggle/fork'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

let gateway: OpenGateway

const emit = (draft: { kind: string; agent: string; [field: string]: unknown }, run?: string) =>
  gateway.client.call('emit', { swarm: 'desk', body: draft, ...(run === undefined ? {} : { run }) })

const decide = (agent: string, action: string, more: object = {}) =>
  emit({ kind: 'decision', agent, action, context: '', reasoning: '', confidence: 0.6, ...more })

/** One after the other is known later: the clock of the bus goes on by microseconds. */
const ids: Record<string, string> = {}

beforeAll(async () => {
  gateway = await openGateway({
    grants: [
      { name: 'desk-only', swarms: ['desk'], verbs: ['read'] },
      { name: 'bob-only', swarms: ['desk'], agents: ['bob'], verbs: ['read'] },
      { name: 'operator', swarms: ['desk'], verbs: ['read', 'operate'] },
    ],
  })
  for (const agent of ['ada', 'bob'])
    await emit({ kind: 'agent', agent, op: 'JOINED', role: 'market-hunter', weight: 1 })
  const { data: seen } = await emit({
    kind: 'observation',
    agent: 'ada',
    domain: 'trend',
    source: 'feed',
    content: 'break-out on low volume',
    trajectory: 'line-1',
  })
  ids['seen'] = seen[0]!.id
  await emit({
    kind: 'experience',
    agent: 'ada',
    namespace: 'ada',
    type: 'lesson',
    content: 'low volume break-outs held',
    importance: 0.8,
  })
  await emit({
    kind: 'agent_state',
    agent: 'ada',
    type: 'CHECKPOINT',
    version: 1,
    state: '{"a":1}',
  })
  const { data: decided } = await decide('ada', 'LONG', {
    cause: ids['seen'],
    inputs: [ids['seen']],
    trajectory: 'line-1',
  })
  ids['decided'] = decided[0]!.id
  const { data: gained } = await emit({
    kind: 'outcome',
    agent: 'ada',
    decision: ids['decided'],
    value: 0.01,
    success: true,
    cause: ids['decided'],
    trajectory: 'line-1',
  })
  ids['gained'] = gained[0]!.id
  await emit({
    kind: 'signal',
    agent: 'bob',
    domain: 'trend',
    severity: 'HIGH',
    recommended_action: 'WAIT',
    confidence: 0.5,
    ttl_ms: 3_600_000,
    message: 'volume dries up',
  })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

describe('what an agent has before it', () => {
  test('is its state, decisions, signals and what it recalls of what it saw', async () => {
    const { data } = await gateway.client.call('agentContext', { swarm: 'desk', agent: 'ada' })
    expect(data.agent).toMatchObject({ agent: 'ada', role: 'market-hunter' })
    expect(data.state).toMatchObject({ version: 1, state: { a: 1 } })
    expect(data.decisions.map(({ event }) => event['action'])).toEqual(['LONG'])
    expect(data.signals.map(({ event }) => event['message'])).toEqual(['volume dries up'])
    expect(data.memories.map(({ text }) => text)).toContain('low volume break-outs held')
    const memories = data.window.find(({ block }) => block === 'memories')
    expect(memories).toMatchObject({ items: data.memories.length })
    expect(memories!.tokens).toBeGreaterThan(0)
  })

  test('as of before it decided it is what it was then, whatever came since', async () => {
    const { data: event } = await gateway.client.call('event', {
      swarm: 'desk',
      id: ids['decided']!,
    })
    const as_of = String(event.known_from - 1)
    const then = { swarm: 'desk', agent: 'ada', as_of }
    const before = await gateway.client.call('agentContext', then)
    expect(before.data.decisions).toEqual([])
    expect(before.data.state).toMatchObject({ state: { a: 1 } })
    await decide('ada', 'FLAT')
    const again = await gateway.client.call('agentContext', then)
    expect(again.data).toEqual(before.data)
  })

  test('has the newest turns of the conversation it had last, as of a time those of then', async () => {
    const say = async (conversation: string, role: string, content: string, tokens = 0) => {
      const turn = { conversation, role, content, tokens, namespace: 'ada' }
      const { data } = await emit({ kind: 'turn', agent: 'ada', ...turn })
      return data[0]!
    }
    const ask = async (more: object) => {
      const { data } = await gateway.client.call('agentContext', {
        swarm: 'desk',
        agent: 'ada',
        ...more,
      })
      const block = data.window.find((one) => one.block === 'turns')
      return { block, said: data.turns.map(({ role, text }) => `${role} ${text}`) }
    }
    expect(await ask({})).toEqual({ said: [], block: { block: 'turns', tokens: 0, items: 0 } })
    await say('morning', 'USER', 'what holds?')
    const answer = await say('morning', 'ASSISTANT', 'low volume', 3)
    const last = await say('noon', 'USER', 'and now?')
    const { data: at } = await gateway.client.call('event', {
      swarm: 'desk',
      id: answer.id,
      after: last.position,
    })
    const morning = ['USER what holds?', 'ASSISTANT low volume']
    const then = await ask({ as_of: String(at.known_from) })
    // Three estimated of eleven letters, and three that were counted.
    expect(then).toEqual({ said: morning, block: { block: 'turns', tokens: 6, items: 2 } })
    expect((await ask({ after: last.position })).said).toEqual(['USER and now?'])
    const bounded = await ask({ as_of: String(at.known_from), limit: 1 })
    expect(bounded.said).toEqual(['ASSISTANT low volume'])
  })

  test('without an observation it recalls by what it decided last', async () => {
    const kept = { namespace: 'cleo', type: 'lesson', importance: 0.8 }
    await emit({ kind: 'agent', agent: 'cleo', op: 'JOINED', role: 'executor', weight: 1 })
    await emit({ kind: 'experience', agent: 'cleo', ...kept, content: 'thin books slip' })
    const ask = { swarm: 'desk', agent: 'cleo' }
    const none = await gateway.client.call('agentContext', ask)
    expect(none.data.memories).toEqual([])
    const { data: said } = await decide('cleo', 'SELL', { reasoning: 'the books are thin' })
    const { data } = await gateway.client.call('agentContext', { ...ask, after: said[0]!.position })
    expect(data.memories.map(({ text }) => text)).toEqual(['thin books slip'])
  })

  test('is for tokens that may speak as it', async () => {
    await expect(
      gateway.clientOf('bob-only').call('agentContext', { swarm: 'desk', agent: 'ada' }),
    ).rejects.toMatchObject({ problem: { code: 'SCOPE_MISSING' } })
  })
})

test('swarms that have nothing but a backtest are found with it', async () => {
  await gateway.client.call('emit', {
    swarm: 'only-past',
    run: 'backtest-1',
    body: { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'hunter', weight: 1 },
  })
  await gateway.bus.caughtUp(10_000)
  expect((await gateway.client.call('whoami', {})).data.visible).toContain('only-past')
  expect((await gateway.client.call('swarms', {})).data).toContainEqual(
    expect.objectContaining({ swarm: 'only-past', run: 'backtest-1' }),
  )
  const desk = await gateway.clientOf('desk-only').call('swarms', {})
  expect(new Set(desk.data.map(({ swarm }) => swarm))).toEqual(new Set(['desk']))
})

test('bars are the newest before a time, or the first from one', async () => {
  const bar = (day: number, close: string) =>
    emit({
      kind: 'bar',
      agent: 'bob',
      instrument: 'SPX',
      interval: 'P1D',
      occurred_at: `2020-01-0${day}T00:00:00Z`,
      open: '100',
      high: '110',
      low: '90',
      close,
      volume: '1000',
    })
  for (const day of [1, 2, 3]) await bar(day, String(100 + day))
  await bar(2, '102.5')
  const closes = async (query: object): Promise<string[]> => {
    const { data } = await gateway.client.call('bars', {
      swarm: 'desk',
      instrument: 'SPX',
      ...query,
    })
    return data.map(({ close }) => close)
  }
  expect(await closes({})).toEqual(['101', '102.5', '103'])
  expect(await closes({ limit: 2 })).toEqual(['102.5', '103'])
  expect(await closes({ limit: 2, from: '2020-01-01T00:00:00Z' })).toEqual(['101', '102.5'])
  expect(await closes({ to: '2020-01-01T00:00:00Z' })).toEqual([])
})

test('a read of the log includes what was written, or says that it does not', async () => {
  const { position } = await decide('bob', 'HOLD')
  const ask = { swarm: 'desk', agent: 'bob', after: position }
  const { data } = await gateway.client.call('decisions', ask)
  expect(data[0]!.event['action']).toBe('HOLD')
  const [partition, offset] = position.split('@') as [string, string]
  const later = `${partition}@${Number(offset) + 1}`
  await expect(
    gateway.client.call('decisions', { ...ask, after: later, timeout_ms: 20 }),
  ).rejects.toMatchObject({ problem: { code: 'VIEW_STALE', status: 503, retriable: true } })
  const waiting = gateway.client.call('decisions', { ...ask, after: later })
  await decide('bob', 'LATER')
  expect((await waiting).data[0]!.event['action']).toBe('LATER')
})

test('what is held comes with what it cost, and what was gained', async () => {
  const fill = (quantity: string, price: string) =>
    emit({
      kind: 'fill',
      agent: 'ada',
      decision: ids['decided'],
      instrument: 'SPX',
      quantity,
      price,
      fee: '1',
    })
  await fill('10', '100')
  const { position } = await fill('10', '120')
  const { position: sold } = await fill('-5', '130')
  const ask = { swarm: 'desk', after: sold }
  const { data } = await gateway.client.call('holdings', ask)
  expect(data).toEqual([
    { agent: 'ada', instrument: 'SPX', quantity: '15', average_price: '110', realised: '97' },
  ])
  const then = await gateway.client.call('holdings', { swarm: 'desk', at: position })
  expect(then.data).toMatchObject([{ quantity: '20', average_price: '110', realised: '-2' }])
  const context = await gateway.client.call('agentContext', { ...ask, agent: 'ada' })
  expect(context.data.holdings).toEqual(data)
})

test('a fork is read with what it began with, and named with the run it leaves', async () => {
  const { data: event } = await gateway.client.call('event', { swarm: 'desk', id: ids['gained']! })
  const { bus } = gateway
  await fork({ bus, swarm: 'desk', parent: null, run: 'fork:calm', from: { at: event.known_from } })
  await bus.caughtUp(10_000)
  const ask = { swarm: 'desk', run: 'fork:calm' }
  const { data: decisions } = await gateway.client.call('decisions', ask)
  expect(decisions.map((one) => one.event['action'])).toEqual(['LONG'])
  const { data: line } = await gateway.client.call('trajectory', { ...ask, trajectory: 'line-1' })
  expect(line.events.map((one) => one.event.kind)).toEqual(['observation', 'decision', 'outcome'])
  const { data: swarm } = await gateway.client.call('swarm', { swarm: 'desk' })
  expect(swarm.runs).toContainEqual({ run: 'fork:calm', parent: 'live', name: 'calm' })
  await expect(
    gateway.client.call('decisions', { swarm: 'desk', run: 'fork:nobody' }),
  ).rejects.toMatchObject({ problem: { code: 'NOT_FOUND' } })
})

describe('causes and trajectories', () => {
  test('a line of action comes with its depth, page by page, by its token', async () => {
    const ask = { swarm: 'desk', trajectory: 'line-1', limit: 2 }
    const first = await gateway.client.call('trajectory', ask)
    expect(first.data.events.map(({ event, depth }) => [event.kind, depth])).toEqual([
      ['observation', 0],
      ['decision', 1],
    ])
    const rest = await gateway.client.call('trajectory', { ...ask, resume: first.data.next! })
    expect(rest.data.events.map(({ event, depth }) => [event.kind, depth])).toEqual([
      ['outcome', 2],
    ])
    expect(rest.data.next).toBeNull()
  })

  test('what led to an event, what it rested on, and what it led to', async () => {
    const { data } = await gateway.client.call('causation', {
      swarm: 'desk',
      id: ids['decided']!,
    })
    expect(data.causes.map(({ event }) => event.id)).toEqual([ids['seen']])
    expect(data.inputs.map(({ event }) => event.id)).toEqual([ids['seen']])
    expect(data.effects.map(({ event }) => event.id)).toEqual([ids['gained']])
    const byPosition = await gateway.client.call('event', {
      swarm: 'desk',
      id: data.event.position,
    })
    expect(byPosition.data).toEqual(data.event)
  })

  test('what another swarm said is not found', async () => {
    await expect(
      gateway.client.call('event', { swarm: 'hive', id: ids['decided']! }),
    ).rejects.toMatchObject({ problem: { code: 'NOT_FOUND', status: 404 } })
  })

  test('numbers that a producer left out are told', async () => {
    for (const seq of [1, 2, 5])
      await emit({
        kind: 'observation',
        agent: 'bob',
        session: 'holed',
        seq,
        domain: 'd',
        source: 's',
        content: String(seq),
      })
    const { data } = await gateway.client.call('trajectory', { swarm: 'desk', agent: 'bob' })
    expect(data.gaps).toEqual([{ session: 'holed', from: 3, to: 4 }])
  })
})

test('two runs are compared, and parted where they differ', async () => {
  for (const [run, action] of [
    ['a', 'LONG'],
    ['b', 'FLAT'],
  ] as const) {
    const at = { occurred_at: 1e15, known_at: 1e15 }
    await emit({ kind: 'agent', agent: 'ada', op: 'JOINED', role: 'hunter', weight: 1, ...at }, run)
    await gateway.bus.caughtUp(10_000)
    const more = { context: '', reasoning: '', confidence: 0.6, ...at }
    await emit({ kind: 'decision', agent: 'ada', action, ...more }, run)
  }
  const { data } = await gateway.client.call('diff', { swarm: 'desk', a: 'a', b: 'b' })
  expect(data.same).toBe(false)
  expect(data.counts).toEqual({ same: 1, only_a: 0, only_b: 0, changed: 1 })
  expect(data.first).toMatchObject({ a: { action: 'LONG' }, b: { action: 'FLAT' } })
})
