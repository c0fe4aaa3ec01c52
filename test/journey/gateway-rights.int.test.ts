import { createAgent } from '@waggle/agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

let gateway: OpenGateway

beforeAll(async () => {
  gateway = await openGateway({
    grants: [
      { name: 'analyst', swarms: ['desk'], verbs: ['read', 'sql'] },
      { name: 'slow', swarms: ['*'], verbs: ['read'], rate: 0.1 },
    ],
  })
  const ada = createAgent({ bus: gateway.bus, swarm: 'desk', name: 'ada', kind: 'market-hunter' })
  await ada.join()
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

test('members are answered with how fresh that is', async () => {
  const { data, freshness, past } = await gateway.client.call('agents', { swarm: 'desk' })
  expect(data).toMatchObject([{ agent: 'ada', role: 'market-hunter', status: 'ALIVE' }])
  expect(freshness.position).toMatch(/^waggle\.agents\.v1\/0@\d+/)
  expect(past).toBeUndefined()
})

test('as of before she joined nobody was there', async () => {
  const { data, past } = await gateway.client.call('agents', { swarm: 'desk', as_of: '2001-01-01' })
  expect(data).toEqual([])
  expect(past).toMatchObject({ as_of: 978_307_200_000_000 })
})

test('as of no position there is nothing, and as of the last everything', async () => {
  const before = await gateway.client.call('agents', { swarm: 'desk', at: '' })
  expect(before.data).toEqual([])
  const { freshness, data } = await gateway.client.call('agents', { swarm: 'desk' })
  const then = await gateway.client.call('agents', { swarm: 'desk', at: freshness.position })
  expect(then.data).toEqual(data)
})

describe('what is refused', () => {
  const refusal = (status: number, code: string) =>
    expect.objectContaining({ problem: expect.objectContaining({ status, code }) })

  test.each([
    [undefined, 401, 'TOKEN_MISSING'],
    ['wrong', 401, 'TOKEN_INVALID'],
  ])('token %s', async (token, status, code) => {
    await expect(gateway.clientOf(token).call('agents', { swarm: 'desk' })).rejects.toEqual(
      refusal(status, code),
    )
  })

  test('a foreign swarm', async () => {
    const analyst = gateway.clientOf('analyst')
    await expect(analyst.call('agents', { swarm: 'hive' })).rejects.toEqual(
      refusal(403, 'SCOPE_MISSING'),
    )
    await expect(analyst.call('agents', { swarm: 'desk' })).resolves.toBeDefined()
  })

  test('a parameter that is none, by its name', async () => {
    await expect(
      gateway.client.call('agents', { swarm: 'desk', as_of: 'yesterday' }),
    ).rejects.toMatchObject({ problem: { status: 400, code: 'INPUT_INVALID', field: 'as_of' } })
    await expect(
      gateway.client.call('agents', { swarm: 'desk', after: 'nowhere' }),
    ).rejects.toMatchObject({ problem: { status: 422, code: 'REQUEST_INVALID' } })
  })

  test('who asks too often, with when to come again', async () => {
    const slow = gateway.clientOf('slow')
    const ask = () => slow.call('agents', { swarm: 'desk' })
    await ask()
    await expect(ask()).rejects.toEqual(refusal(429, 'RATE_LIMITED'))
  })

  test('a position that is not there is stale, not old', async () => {
    await expect(
      gateway.client.call('agents', {
        swarm: 'desk',
        after: 'waggle.agents.v1/0@999',
        timeout_ms: 20,
      }),
    ).rejects.toEqual(refusal(503, 'VIEW_STALE'))
  })

  test('another origin, and another host name', async () => {
    const ask = (url: string, headers = {}) => gateway.app.request(url, { headers })
    const cross = await ask('http://localhost/v1/me', { origin: 'https://evil.example' })
    expect(cross.status).toBe(403)
    const rebound = await ask('http://evil.example/v1/me')
    expect(await rebound.json()).toMatchObject({ code: 'ORIGIN_DENIED' })
  })
})
