import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, callTool, openMcp, type OpenMcp } from '../support/mcp.ts'

let mcp: OpenMcp
beforeAll(async () => {
  mcp = await openMcp({
    grants: [
      { name: 'reader', swarms: ['desk'], agents: ['eye'], verbs: ['read'] },
      { name: 'other', swarms: ['*'], verbs: ['read'] },
    ],
  })
})
afterAll(() => mcp.stop())

test('remembered by one agent, recalled by another, and not as of before', async () => {
  const ada = await mcp.connect('swarm=desk&agent=ada&namespace=shared')
  const note = { content: 'Oil rises when the strait is closed', importance: 0.9 }
  const { id, position } = await ask(ada, 'remember', note)
  expect(position).toMatch(/^waggle\.\w+\.v1\/\d+@\d+$/)
  const recalled = await ask<{ memories: { id: string }[] }>(ada, 'recall', { text: 'oil strait' })
  expect(recalled.memories.map((memory) => memory.id)).toContain(id)
  const bob = await mcp.connect('swarm=desk&agent=bob')
  const seen = await ask<{ memories: { text: string }[] }>(bob, 'recall', { text: 'oil strait' })
  expect(seen.memories[0]!.text).toBe(note.content)
  const before = await ask(bob, 'recall', { text: 'oil strait', as_of: '2001-01-01' })
  expect(before).toMatchObject({ memories: [] })
})

test('a document in versions: who comes second gets both values', async () => {
  const ada = await mcp.connect('swarm=desk&agent=ada')
  const plan = { key: 'plan', type: 'plan' }
  const first = await ask(ada, 'remember', { ...plan, content: 'buy', expected_version: 0 })
  expect(first['version']).toBe(1)
  const second = await callTool(ada, 'remember', { ...plan, content: 'sell', expected_version: 0 })
  expect(second.isError).toBe(true)
  const [words, facts] = second.content as { text: string }[]
  expect(words!.text).toMatch(/^VERSION_CONFLICT: /)
  expect(JSON.parse(facts!.text)).toMatchObject({
    code: 'VERSION_CONFLICT',
    conflict: { present: { content: 'buy', version: 1 }, given: { content: 'sell' } },
  })
})

test('a decision, a signal, a vote and a lock are events of the swarm', async () => {
  const ada = await mcp.connect('swarm=desk&agent=ada')
  const { client } = mcp.gateway
  const decision = { action: 'LONG', reasoning: 'trend', confidence: 0.7, trajectory: 'line/1' }
  const decided = await ask(ada, 'decide', decision)
  const after = String(decided['position'])
  const event = await client.call('event', { swarm: 'desk', id: String(decided['id']), after })
  expect(event.data.event).toMatchObject({ kind: 'decision', agent: 'ada', action: 'LONG' })

  const sent = await ask(ada, 'signal', { domain: 'oil', severity: 'HIGH', message: 'rising' })
  const signals = await client.call('signals', { swarm: 'desk', after: String(sent['position']) })
  expect(signals.data).toMatchObject([{ agent: 'ada', domain: 'oil', content: 'rising' }])

  const proposal = {
    kind: 'proposal',
    agent: 'ada',
    proposal: 'hedge',
    question: 'Hedge?',
    options: ['yes', 'no'],
    electorate: [{ agent: 'ada', weight: 1 }],
    deadline_at: 4e15,
  }
  await client.call('emit', { swarm: 'desk', body: proposal })
  const vote = await ask(ada, 'vote', { proposal: 'hedge', choice: 'yes', reason: 'risk' })
  const counted = await client.call('proposal', {
    swarm: 'desk',
    proposal: 'hedge',
    after: String(vote['position']),
  })
  expect(counted.data.votes).toMatchObject([{ agent: 'ada', choice: 'yes' }])

  const held = await ask(ada, 'claim_lock', { resource: 'book', lease_ms: 60_000 })
  expect(held).toMatchObject({ status: 'GRANTED' })
  const bob = await mcp.connect('swarm=desk&agent=bob')
  const refused = await callTool(bob, 'claim_lock', { resource: 'book' })
  expect(JSON.stringify(refused)).not.toContain('GRANTED')
  const released = await ask(ada, 'claim_lock', {
    resource: 'book',
    op: 'RELEASE',
    request: held['request'],
  })
  expect(released['status']).toBe('RELEASED')
})

test('the past of an agent has nothing learned later', async () => {
  const cid = await mcp.connect('swarm=desk&agent=cid')
  const before = new Date().toISOString()
  const decided = await ask(cid, 'decide', { action: 'FLAT', reasoning: 'calm', confidence: 0.5 })
  const event = await mcp.gateway.client.call('event', {
    swarm: 'desk',
    id: String(decided['id']),
    after: String(decided['position']),
  })
  const then = await ask(cid, 'replay_as_of', { as_of: before })
  expect(then['decisions']).toEqual([])
  const later = await ask(cid, 'replay_as_of', { as_of: String(event.data.known_from) })
  expect(later['decisions']).toMatchObject([{ action: 'FLAT', agent: 'cid' }])
  const turn = { conversation: 'desk', role: 'USER', content: 'stay out?', tokens: 3 }
  const body = { kind: 'turn', agent: 'cid', namespace: 'cid', ...turn }
  const { data: said } = await mcp.gateway.client.call('emit', { swarm: 'desk', body })
  const { data: told } = await mcp.gateway.client.call('event', {
    swarm: 'desk',
    id: said[0]!.id,
    after: said[0]!.position,
  })
  const spoken = await ask(cid, 'replay_as_of', { as_of: String(told.known_from) })
  expect(spoken['turns']).toEqual([{ conversation: 'desk', role: 'USER', text: 'stay out?' }])
  expect(later['turns']).toEqual([])
})

test('a decision is explained by the events behind it', async () => {
  const ada = await mcp.connect('swarm=desk&agent=ada')
  const signal = { domain: 'oil', severity: 'LOW', message: 'falls' }
  const input = await ask(ada, 'signal', signal)
  const decision = { action: 'SELL', reasoning: 'told so', confidence: 0.6, inputs: [input['id']] }
  const decided = await ask(ada, 'decide', decision)
  const pack = await ask<{ events: { position: string }[] }>(ada, 'explain', {
    claim: `decision:${String(decided['id'])}`,
  })
  const positions = pack.events.map(({ position }) => position)
  expect(positions).toContain(input['position'])
  expect(positions).toContain(decided['position'])
  const unknown = await callTool(ada, 'explain', { claim: 'decision:none' })
  expect(unknown.isError).toBe(true)
})

test('resources, with news of what others change', async () => {
  const ada = await mcp.connect('swarm=desk&agent=ada&namespace=shared')
  const { resources } = await ada.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual([
    'memory://graph',
    'memory://knowledge-graph',
    'waggle://desk/agents',
    'waggle://desk/decisions',
  ])
  const { resourceTemplates } = await ada.listResourceTemplates()
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    'waggle://desk/trajectory/{id}',
  ])
  const read = async (uri: string) => {
    const { contents } = await ada.readResource({ uri })
    return JSON.parse((contents[0] as { text: string }).text) as unknown
  }
  expect(await read('waggle://desk/agents')).toContainEqual(
    expect.objectContaining({ agent: 'ada', role: 'mcp' }),
  )
  const line = await read(`waggle://desk/trajectory/${encodeURIComponent('line/1')}`)
  expect(line).toMatchObject({ events: [{ event: { action: 'LONG' } }] })

  const told = new Promise<string>((resolve) => {
    ada.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
      resolve(params.uri),
    )
  })
  await ada.subscribeResource({ uri: 'memory://graph' })
  const bob = await mcp.connect('swarm=desk&agent=bob&namespace=shared')
  const tin = { name: 'tin', entityType: 'metal', observations: [] }
  await ask(bob, 'create_entities', { entities: [tin] })
  expect(await told).toBe('memory://graph')
  expect(await read('memory://graph')).toMatchObject({ entities: [tin] })
})

test('a token may do over the protocol what it may do anywhere', async () => {
  await expect(mcp.connect('swarm=desk&agent=ada', 'wrong')).rejects.toThrow(/TOKEN_INVALID/)
  await expect(mcp.connect('agent=ada')).rejects.toThrow(/no single swarm/)
  // One swarm and one agent: they need not be named.
  const eye = await mcp.connect('', 'reader')
  expect(await ask(eye, 'read_graph', {})).toEqual({ entities: [], relations: [] })
  const refused = await callTool(eye, 'decide', { action: 'A', reasoning: '', confidence: 1 })
  expect(JSON.stringify(refused.content)).toContain('SCOPE_MISSING')
})

test('a session is its token’s, from no foreign page, and gone when it is deleted', async () => {
  const opening = {
    method: 'POST',
    headers: {
      authorization: 'Bearer other',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'x', version: '1' },
      },
    }),
  }
  const url = `${mcp.url}?swarm=desk&agent=ada`
  const opened = await fetch(url, opening)
  const id = opened.headers.get('mcp-session-id')!
  await opened.text()
  const of = (token: string) => ({
    ...opening.headers,
    authorization: `Bearer ${token}`,
    'mcp-session-id': id,
  })
  const foreign = await fetch(url, { method: 'DELETE', headers: of('reader') })
  expect(foreign.status).toBe(404)
  const page = { ...opening.headers, origin: 'https://evil.example' }
  expect((await fetch(url, { ...opening, headers: page })).status).toBe(403)
  const closed = await fetch(url, { method: 'DELETE', headers: of('other') })
  expect(closed.status).toBe(200)
  const late = await fetch(url, { ...opening, headers: of('other') })
  expect(late.status).toBe(404)
})
