import { createAgent, type Agent } from '@waggle/agent'
import { EVENT_TOPICS } from '@waggle/event'
import { fork } from '@waggle/fork'
import { partitionsOf } from '@waggle/log'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

const SWARM = 'desk'
const RUN = 'fork:calm'
let gateway: OpenGateway
let ada: Agent

beforeAll(async () => {
  gateway = await openGateway()
  ada = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'ada' })
  await ada.join()
  await gateway.bus.caughtUp(10_000)
  await ada.propose({ proposal: 'before', question: '?', lastsMs: 600_000 })
  await ada.remember({ type: 'lesson', content: 'the calm before' })
  await gateway.bus.caughtUp(10_000)
  const at = gateway.bus.clock.now()
  await fork({ bus: gateway.bus, swarm: SWARM, parent: null, run: RUN, from: { at } })
  await ada.vote({ proposal: 'before', choice: 'approve' })
  await ada.propose({ proposal: 'after', question: '?', lastsMs: 600_000 })
  await ada.remember({ type: 'lesson', content: 'the storm after' })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)

test('a fork is read with what it began with, and without what its parent did since', async () => {
  const fork = { swarm: SWARM, run: RUN }
  const proposals = await call('proposals', { ...fork, status: 'all' })
  expect(proposals.data).toMatchObject([{ proposal: 'before', status: 'PENDING', votes: [] }])
  expect(proposals.past).toBeUndefined()
  const memories = await call('memories', { ...fork, kind: 'experience' })
  expect(memories.data.map(({ text }) => text)).toEqual(['the calm before'])
  const recalled = await call('recall', { ...fork, body: { text: 'calm storm' } })
  expect(recalled.data.map(({ text }) => text)).toEqual(['the calm before'])
  expect((await call('agents', fork)).data).toMatchObject([{ agent: 'ada' }])
  const before = await call('proposals', { ...fork, as_of: '2001-01-01', status: 'all' })
  expect([before.data, before.past?.as_of]).toEqual([[], 978_307_200_000_000])
  const live = await call('proposals', { swarm: SWARM, status: 'all' })
  expect(live.data.map(({ proposal }) => proposal)).toEqual(['after', 'before'])
})

test('a fork that nobody made is not found; what is not there yet is stale', async () => {
  await expect(call('locks', { swarm: SWARM, run: 'fork:none' })).rejects.toMatchObject({
    problem: { status: 404, code: 'NOT_FOUND' },
  })
  const after = 'waggle.locks.v1/0@999'
  await expect(call('locks', { swarm: SWARM, run: RUN, after })).rejects.toMatchObject({
    problem: { status: 503, code: 'VIEW_STALE' },
  })
})

test('nothing is said, voted, locked or remembered in a fork from outside, and what to do instead is told', async () => {
  const detail = expect.stringContaining(`waggle fork --run ${RUN} --name NAME`) as unknown
  const refused = { problem: { status: 400, code: 'INPUT_INVALID', field: 'run', detail } }
  const fork = { swarm: SWARM, run: RUN }
  const { log } = gateway.bus
  const ends = () => log.ends(partitionsOf(log, EVENT_TOPICS))
  const before = await ends()
  const acquire = { agent: 'ada', op: 'ACQUIRE' as const }
  await expect(call('lock', { ...fork, resource: 'SPX', body: acquire })).rejects.toMatchObject(
    refused,
  )
  const body = { agent: 'ada', choice: 'approve' }
  await expect(call('vote', { ...fork, proposal: 'before', body })).rejects.toMatchObject(refused)
  const note = { agent: 'ada', content: 'x' }
  await expect(call('remember', { ...fork, body: note })).rejects.toMatchObject(refused)
  const draft = { kind: 'agent', agent: 'eve', op: 'JOINED', role: 'r', weight: 1 }
  await expect(call('emit', { ...fork, body: draft })).rejects.toMatchObject(refused)
  const lines = await gateway.app.request(`/v1/swarms/${SWARM}/events?run=${RUN}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' },
    body: JSON.stringify(draft),
  })
  expect(await lines.json()).toMatchObject(refused.problem)
  expect(await ends()).toEqual(before)
})
