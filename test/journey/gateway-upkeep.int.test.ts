import { createAgent, type Agent } from '@waggle/agent'
import { sealRun } from '@waggle/emit'
import type { Position } from '@waggle/event'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const SWARM = 'desk'
let gateway: OpenGateway
let ada: Agent
let bob: Agent

beforeAll(async () => {
  gateway = await openGateway({
    grants: [{ name: 'reader', swarms: [SWARM], verbs: ['read', 'emit'] }],
  })
  ada = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'ada' })
  bob = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'bob' })
  for (const agent of [ada, bob]) await agent.join()
  const warden = { agent: 'warden', op: 'JOINED', role: 'keeper', capabilities: ['warden'] }
  await call('emit', { swarm: SWARM, body: { kind: 'agent', ...warden } })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)
const refusal = (status: number, code: string) => ({ problem: { status, code } })
const text = ({ topic, partition, offset }: Position): string => `${topic}/${partition}@${offset}`

test('figures say what memory costs, which of it was used, and how learning went on', async () => {
  const first = await ada.remember({ type: 'lesson', content: 'the vega burns', importance: 0.9 })
  await ada.remember({ type: 'lesson', content: 'the vega cools', importance: 0.9 })
  await ada.remember({ type: 'lesson', content: 'the vega sleeps', importance: 0.9 })
  const { memories } = await ada.recall({ text: 'vega', record: true })
  expect(memories.length).toBe(3)
  const now = gateway.bus.clock.now()
  const decision = await ada.decide({
    action: 'LONG',
    context: 'calm',
    reasoning: 'it burns',
    confidence: 0.8,
    predictedValue: 0.01,
    horizonAt: now,
    memories: memories.filter(({ id }) => id === first.event.id),
  })
  await ada.outcome(decision, { value: 0.02, success: true })
  const { log, codec } = gateway.bus
  await sealRun({ log, codec, swarm: SWARM, run: null, at: gateway.bus.clock.now() })
  await gateway.bus.caughtUp(10_000)
  const figures = (more = {}) => call('memoryFigures', { swarm: SWARM, ...more })
  const { data } = await figures()
  expect(data.tiers['hot']).toMatchObject({ memories: 5 })
  expect(data.cited_share).toBeCloseTo(1 / 3)
  expect(data.learning.at(-1)).toMatchObject({ lessons: 1, promoted: 0, demoted: 0 })
  expect(data.learning.at(-1)!.brier).toBeCloseTo(0.04)

  const before = await figures({ at: text(decision.position) })
  expect(before.data).toMatchObject({ cited_share: null, learning: [{ lessons: 0 }] })
  const then = await figures({ at: text(first.position) })
  expect(then.data.tiers['hot']).toMatchObject({ memories: 1 })
})

test('optimising removes what another experience says, once it is asked to', async () => {
  for (const price of [101, 102, 103])
    await bob.remember({ type: 'note', content: `SPX closed at ${price}` })
  const { position } = await bob.remember({ type: 'note', content: 'something else' })
  const maintain = (what: 'optimise' | 'clean-up', dry_run: boolean) =>
    call('maintainMemory', { swarm: SWARM, body: { what, dry_run } })
  const notes = async () => {
    const { data } = await call('memories', { swarm: SWARM, agent: 'bob', kind: 'experience' })
    return data.map(({ text: said }) => said)
  }
  expect((await maintain('optimise', true)).data).toMatchObject({ changed: 2 })
  expect((await notes()).length).toBe(4)
  const { data } = await maintain('optimise', false)
  expect(data.changed).toBe(2)
  expect(data.text).toMatch('2 were removed from answers; all stay in the log')
  await gateway.bus.caughtUp(10_000)
  expect(await notes()).toEqual(['something else', 'SPX closed at 103'])
  expect((await maintain('optimise', false)).data.changed).toBe(0)
  const then = await call('memories', { swarm: SWARM, agent: 'bob', at: text(position) })
  expect(then.data.length).toBe(4)
  const digests = await gateway.bus.digests()
  const cleaned = await maintain('clean-up', false)
  expect(cleaned.data).toMatchObject({ looked_at: 9, changed: 0 })
  expect(await gateway.bus.digests()).toEqual(digests)
  const reader = gateway.clientOf('reader')
  await expect(
    reader.call('maintainMemory', { swarm: SWARM, body: { what: 'optimise' } }),
  ).rejects.toMatchObject(refusal(403, 'SCOPE_MISSING'))
})

test('a warden takes what an agent said out of answers, and lets it in again', async () => {
  const quarantine = (by: string, more = {}) =>
    call('quarantine', { swarm: SWARM, agent: 'bob', body: { by, reason: 'poisoned', ...more } })
  await expect(quarantine('ada')).rejects.toMatchObject(refusal(403, 'ACCESS_DENIED'))
  const said = (after: string) => call('memories', { swarm: SWARM, agent: 'bob', after })
  const { position } = await quarantine('warden')
  expect((await said(position)).data).toEqual([])
  const lifted = await quarantine('warden', { lifted: true })
  expect((await said(lifted.position)).data).not.toEqual([])
  const reader = gateway.clientOf('reader')
  await expect(
    reader.call('quarantine', { swarm: SWARM, agent: 'bob', body: { by: 'warden', reason: '' } }),
  ).rejects.toMatchObject(refusal(403, 'SCOPE_MISSING'))
})

test('a subject is erased for all times', async () => {
  const about = await bob.remember({ type: 'note', content: 'Jane likes risk', subject: 'jane' })
  const one = { swarm: SWARM, id: about.event.id, after: text(about.position) }
  expect((await call('memory', one)).data.text).toBe('Jane likes risk')
  const erase = (by: string) => call('erase', { swarm: SWARM, body: { by, subject: 'jane' } })
  await expect(erase('ada')).rejects.toMatchObject(refusal(403, 'ACCESS_DENIED'))
  const { position: after } = await erase('warden')
  await expect(call('memory', { ...one, after })).rejects.toMatchObject(refusal(404, 'NOT_FOUND'))
})
