import { createAgent } from '@waggle/agent'
import type { EvidencePack } from '@waggle/api'
import { isoOf } from '@waggle/base'
import { parsePosition } from '@waggle/event'
import { recompute } from '@waggle/explain'
import { fork } from '@waggle/fork'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'
import { decimal, member, SWARM, trade } from '../support/explain-scene.ts'

let gateway: OpenGateway
const explain = async (claim: string, more: { run?: string; as_of?: string } = {}) => {
  const { data } = await gateway.client.call('explain', { swarm: SWARM, claim, ...more })
  expect(recompute(data)).toMatchObject({ claim })
  return data
}
const valueOf = ({ value }: EvidencePack): unknown => JSON.parse(value)
const roles = ({ events }: EvidencePack) => events.map(({ role }) => role)

beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.stop())

test('equity is cash and what is held at its last close, now or as it was', async () => {
  const feed = await member(gateway.bus, 'feed')
  const kim = await member(gateway.bus, 'kim')
  const bar = async (instrument: string, close: string) => {
    const prices = { open: close, high: close, low: close, close, volume: '1' }
    const decimals = Object.fromEntries(Object.entries(prices).map(([k, v]) => [k, decimal(v)]))
    await feed.emit({ kind: 'bar', instrument, interval: 'P1D', ...decimals } as never)
  }
  await bar('SPX', '100')
  await trade(kim, { quantity: '10', price: '100', fee: '2' })
  await trade(kim, { quantity: '1', price: '50', instrument: 'OIL' })
  await trade(kim, { quantity: '-1', price: '60', instrument: 'OIL' })
  const then = gateway.bus.clock.now()
  await bar('SPX', '107')
  await bar('GLD', '1')
  const pack = await explain('figure:equity/kim')
  expect(valueOf(pack)).toEqual({ figure: 'equity', value: '78', count: 3 })
  expect(roles(pack)).toEqual(['fill', 'fill', 'fill', 'close'])
  const before = await explain(`figure:equity/kim@${isoOf(then)}`)
  expect(valueOf(before)).toMatchObject({ value: '8' })
  expect(valueOf(await explain('figure:equity/*'))).toMatchObject({ value: '78' })
})

test('scores and patterns rest on the same verdicts as the memory page', async () => {
  const lou = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'lou' })
  await lou.join()
  for (const [value, confidence] of [
    [0.02, 0.8],
    [-0.01, 0.6],
    [0.03, 0.9],
  ] as const) {
    const seen = await lou.observe({ domain: 'trend', source: 's', content: 'up' })
    const chosen = await lou.decide({
      action: 'LONG',
      context: 'up',
      reasoning: 'trend',
      confidence,
      predictedValue: 0.01,
      horizonAt: gateway.bus.clock.now(),
      inputs: [seen],
    })
    await lou.outcome(chosen, { value, success: value > 0 })
  }
  await gateway.bus.caughtUp(10_000)
  const bank = gateway.bus.bank!
  await expect
    .poll(() => bank.view.judged({ swarm: SWARM, run: null }, 'lou').length, { timeout: 20_000 })
    .toBe(3)
  const { data: shown } = await gateway.client.call('calibration', { swarm: SWARM, agent: 'lou' })
  const value = async (figure: string) => valueOf(await explain(`figure:${figure}/lou`))
  expect(await value('brier')).toEqual({ figure: 'brier', value: shown.brier, count: 3 })
  expect(await value('return')).toEqual({ figure: 'return', value: shown.mean_return, count: 3 })
  expect(await value('hit-rate')).toMatchObject({ value: 2 / 3 })
  const { data: patterns } = await gateway.client.call('patterns', { swarm: SWARM })
  const taught = patterns.filter(({ lessons }) => lessons > 0)
  expect(taught.length).toBeGreaterThan(0)
  for (const pattern of taught) {
    expect(valueOf(await explain(`pattern:${pattern.id}`))).toMatchObject({
      lessons: pattern.lessons,
      mean_return: pattern.mean_return,
      return_low: pattern.return_low,
      return_high: pattern.return_high,
    })
  }
})

test('a lock: the request that waited, and the release that let it in', async () => {
  const { bus } = gateway
  const [max, ned] = await Promise.all(['max', 'ned'].map((name) => member(bus, name)))
  const command = { kind: 'lock_command', resource: 'book/1', lease_ms: 60_000 } as const
  const ask = (request: string) => ({ ...command, op: 'ACQUIRE', request, wait_ms: null }) as const
  const first = await max!.emit(ask('m1'))
  await ned!.emit(ask('n1'))
  const token = Number(first.position.offset)
  await max!.emit({ ...command, op: 'RENEW', request: 'm1', token })
  const released = await max!.emit({ ...command, op: 'RELEASE', request: 'm1', token })
  await bus.caughtUp(10_000)
  const own = await explain(`lock:book/1/${token}`)
  expect(roles(own)).toEqual(['acquire'])
  const next = await explain(`lock:book/1/${released.position.offset}`)
  expect(roles(next)).toEqual(['acquire', 'acquire', 'release'])
  expect(valueOf(next)).toMatchObject([{ holder: 'ned', request: 'n1' }])
  await expect(explain('lock:book/1/999')).rejects.toMatchObject({ problem: { status: 404 } })
})

test('a fork has its parent’s fills and its own, each with the bytes it was said in', async () => {
  const { bus } = gateway
  const pat = await member(bus, 'pat')
  await trade(pat, { quantity: '2', price: '10' })
  await bus.caughtUp(10_000)
  const run = 'fork:one'
  await fork({ bus, swarm: SWARM, parent: null, run, from: { at: bus.clock.now() } })
  const other = await member(bus, 'pat', run)
  await trade(pat, { quantity: '100', price: '10' })
  await trade(other, { quantity: '3', price: '20' })
  await bus.caughtUp(10_000)
  const pack = await explain('holding:pat/SPX', { run })
  expect(valueOf(pack)).toMatchObject({ quantity: '5', average_price: '16', fills: 2 })
  expect(pack.parameters).toMatchObject({ run, inherited: [null] })
  for (const { raw, position } of pack.events) {
    const [record] = await bus.log.read(parsePosition(position)!, 1)
    expect(raw).toBe(record!.value.toString('base64'))
  }
  expect(valueOf(await explain('holding:pat/SPX'))).toMatchObject({ quantity: '102' })
  expect(valueOf(await explain('figure:brier/lou', { run }))).toMatchObject({ count: 3 })
})
