import type { KnowledgeChange } from '@waggle/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

let gateway: OpenGateway
beforeAll(async () => {
  gateway = await openGateway({
    grants: [{ name: 'bob', swarms: ['desk'], agents: ['bob'], verbs: ['read', 'remember'] }],
  })
  const join = (agent: string, run?: string) =>
    gateway.client.call('emit', {
      swarm: 'desk',
      ...(run === undefined ? {} : { run }),
      body: { kind: 'agent', op: 'JOINED', agent, role: 'analyst' },
    })
  await Promise.all(['ada', 'bob', 'cid', 'dan', 'eve'].map((agent) => join(agent)))
  await join('ada', 'trial')
})
afterAll(() => gateway.stop())

const change = (agent: string, wanted: KnowledgeChange, namespace?: string, run?: string) =>
  gateway.client.call('changeKnowledge', {
    swarm: 'desk',
    ...(run === undefined ? {} : { run }),
    body: { agent, ...(namespace === undefined ? {} : { namespace }), change: wanted },
  })
const read = async (namespace: string, more = {}) =>
  (await gateway.client.call('knowledge', { swarm: 'desk', body: { namespace }, ...more })).data
const entity = (name: string, ...observations: string[]) => ({
  name,
  entityType: 'thing',
  observations,
})

test('many writers at once lose nothing, and what two say is there once', async () => {
  await change('ada', { op: 'create_entities', entities: [entity('oil')] })
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      change('ada', {
        op: 'add_observations',
        observations: [{ entity: 'oil', contents: [`note ${index}`, 'said by all'] }],
      }),
    ),
  )
  const { entities } = await read('ada')
  expect(entities).toHaveLength(1)
  expect(entities[0]!.observations).toHaveLength(41)
  expect(new Set(entities[0]!.observations).size).toBe(41)
})

test('a change that names an unknown entity writes nothing of it', async () => {
  await change('cid', { op: 'create_entities', entities: [entity('gold', 'shines')] })
  const observations = [
    { entity: 'gold', contents: ['rises'] },
    { entity: 'tin', contents: ['falls'] },
  ]
  await expect(change('cid', { op: 'add_observations', observations })).rejects.toMatchObject({
    problem: { status: 404, code: 'NOT_FOUND' },
  })
  expect((await read('cid')).entities).toEqual([entity('gold', 'shines')])
})

test('what was deleted is in no later answer, and in the earlier ones', async () => {
  const { position } = await change('dan', {
    op: 'create_entities',
    entities: [entity('spx', 'an index'), entity('spy', 'a fund')],
  })
  const relation = { from: 'spy', to: 'spx', relationType: 'follows' }
  const related = await change('dan', { op: 'create_relations', relations: [relation] })
  await change('dan', { op: 'delete_entities', names: ['spx'] })
  expect(await read('dan')).toEqual({ entities: [entity('spy', 'a fund')], relations: [] })
  const then = await read('dan', { at: related.position })
  expect(then).toEqual({
    entities: [entity('spx', 'an index'), entity('spy', 'a fund')],
    relations: [relation],
  })
  expect((await read('dan', { at: position })).relations).toEqual([])
  await change('dan', { op: 'create_entities', entities: [entity('spx')] })
  expect((await read('dan')).entities).toEqual([entity('spy', 'a fund'), entity('spx')])
})

test('what agents say by the SDK is in the graph, and can be forgotten by its words', async () => {
  const swarm = 'desk'
  const concept = { kind: 'concept', agent: 'eve', namespace: 'eve', name: 'vix' }
  const fact = { kind: 'fact', agent: 'eve', namespace: 'eve', entity: 'vix' }
  const { position } = await gateway.client.call('emit', {
    swarm,
    body: [
      { ...concept, categories: ['index'], description: 'fear' },
      { ...fact, attribute: 'level', value: '17' },
    ],
  })
  const seen = await read('eve', { after: position })
  expect(seen.entities).toEqual([
    { name: 'vix', entityType: 'index', observations: ['fear', 'level: 17'] },
  ])
  await change('eve', {
    op: 'delete_observations',
    observations: [{ entity: 'vix', contents: ['fear', 'level: 17'] }],
  })
  expect((await read('eve')).entities).toEqual([
    { name: 'vix', entityType: 'index', observations: [] },
  ])
})

test('a namespace with an owner is closed to others, a fork apart from live', async () => {
  const bob = gateway.clientOf('bob')
  const asked = { swarm: 'desk', body: { namespace: 'ada' } }
  const denied = { problem: { status: 403, code: 'ACCESS_DENIED' } }
  await expect(bob.call('knowledge', asked)).rejects.toMatchObject(denied)
  const write = { op: 'create_entities' as const, entities: [entity('mine')] }
  await expect(change('bob', write, 'ada')).rejects.toMatchObject(denied)
  await expect(
    bob.call('changeKnowledge', { swarm: 'desk', body: { agent: 'ada', change: write } }),
  ).rejects.toMatchObject({ problem: { status: 403, code: 'SCOPE_MISSING' } })
  await change('ada', write, 'ada', 'trial')
  expect((await read('ada')).entities.map(({ name }) => name)).toEqual(['oil'])
  expect((await read('ada', { run: 'trial' })).entities).toEqual([entity('mine')])
})
