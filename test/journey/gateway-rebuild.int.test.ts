import { setImmediate } from 'node:timers/promises'
import { GatewayError } from '@waggle/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const AGENTS = 150
const NOTES = 150
let gateway: OpenGateway
const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)

beforeAll(async () => {
  gateway = await openGateway()
  for (let n = 0; n < AGENTS; n++)
    await call('emit', {
      swarm: 'desk',
      body: { kind: 'agent', agent: `a${n}`, op: 'JOINED', role: 'r', weight: 1 },
    })
  for (let n = 0; n < NOTES; n++)
    await call('remember', { swarm: 'desk', body: { agent: 'a0', content: `note ${n}` } })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const agentsNow = async (): Promise<number> => (await call('agents', { swarm: 'desk' })).data.length
const notesNow = async (): Promise<number> =>
  (await call('memories', { swarm: 'desk', kind: 'experience', limit: 1000 })).data.length

test.each(['hot-view', 'coordination'])('%s serves while it is rebuilt', async (name) => {
  const runner = gateway.bus.runners.find((one) => one.name === name)!
  const before = runner.projection
  await call('rebuildProjection', { name })
  const seen = new Set<number>()
  while (runner.projection === before) {
    seen.add(await agentsNow())
    await setImmediate()
  }
  seen.add(await agentsNow())
  expect([...seen]).toEqual([AGENTS])
  expect(await runner.projection.digest()).toBe(await before.digest())
})

test('memory, which is dropped first, answers nothing until it is whole', async () => {
  expect(await notesNow()).toBe(NOTES)
  await call('rebuildProjection', { name: 'memory' })
  const seen: (number | string)[] = []
  while (seen.at(-1) !== NOTES || !seen.includes('VIEW_UNAVAILABLE')) {
    const one = await notesNow().catch((error: unknown) => {
      if (error instanceof GatewayError) return error.code
      throw error
    })
    seen.push(one)
    await setImmediate()
  }
  expect(new Set(seen)).toEqual(new Set([NOTES, 'VIEW_UNAVAILABLE']))
})
