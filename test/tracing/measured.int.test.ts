import {
  METRIC_MESSAGING_CLIENT_CONSUMED_MESSAGES,
  METRIC_MESSAGING_CLIENT_OPERATION_DURATION,
  METRIC_MESSAGING_CLIENT_SENT_MESSAGES,
  METRIC_MESSAGING_PROCESS_DURATION,
} from '@opentelemetry/semantic-conventions/incubating'
import { METRIC_HTTP_SERVER_REQUEST_DURATION } from '@opentelemetry/semantic-conventions'
import type { EventLog } from '@waggle/log'
import { DURATION_BUCKETS, tracedLog } from '@waggle/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'
import { registerMeter } from '../support/measures.ts'

const TOPIC = 'waggle.agents.v1'
const SEND = {
  'messaging.system.name': 'waggle',
  'messaging.operation.name': 'send',
  'messaging.operation.type': 'send',
  'messaging.destination.name': TOPIC,
}
const PROCESS = {
  'messaging.system.name': 'waggle',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': TOPIC,
  'messaging.consumer.group.name': 'hot-view',
}
let gateway: OpenGateway
let meter: ReturnType<typeof registerMeter>

const join = (agent: string) => ({ kind: 'agent', agent, op: 'JOINED', role: 'r', weight: 1 })
const emit = (agent: string) => gateway.client.call('emit', { swarm: 'desk', body: join(agent) })
const valueOf = async (name: string, attributes: object): Promise<unknown> => {
  const found = (await meter.read()).filter((measure) => measure.name === name)
  return found.find((measure) =>
    expect.objectContaining(attributes).asymmetricMatch(measure.attributes),
  )?.value
}

beforeAll(async () => {
  gateway = await openGateway()
  // Before there is an SDK; what comes later is measured all the same.
  await emit('before')
  await gateway.bus.caughtUp(10_000)
  meter = registerMeter()
  for (const agent of ['ada', 'bob', 'cy']) await emit(agent)
  await gateway.bus.caughtUp(10_000)
})
afterAll(async () => {
  await meter.stop()
  await gateway.stop()
})

test('appends are counted and timed by topic', async () => {
  expect(await valueOf(METRIC_MESSAGING_CLIENT_SENT_MESSAGES, SEND)).toBe(3)
  expect(await valueOf(METRIC_MESSAGING_CLIENT_OPERATION_DURATION, SEND)).toMatchObject({
    count: 3,
    buckets: { boundaries: DURATION_BUCKETS },
  })
})

test('what a view is given is counted, and how long it takes', async () => {
  expect(await valueOf(METRIC_MESSAGING_CLIENT_CONSUMED_MESSAGES, PROCESS)).toBe(3)
  const took = await valueOf(METRIC_MESSAGING_PROCESS_DURATION, PROCESS)
  expect((took as { count: number }).count).toBeGreaterThan(0)
})

test('requests are timed by route, those that fail with their status', async () => {
  await gateway.app.request('/v1/me', { headers: { authorization: `Bearer ${TOKEN}` } })
  await gateway.app.request('/v1/me')
  const of = (status: number) => ({
    'http.request.method': 'GET',
    'http.route': '/v1/me',
    'http.response.status_code': status,
    'url.scheme': 'http',
  })
  for (const status of [200, 401])
    expect(await valueOf(METRIC_HTTP_SERVER_REQUEST_DURATION, of(status))).toMatchObject({
      count: 1,
      buckets: { boundaries: DURATION_BUCKETS },
    })
  const all = (await meter.read()).filter(({ name }) => name.endsWith('.duration'))
  expect(new Set(all.map(({ unit }) => unit))).toEqual(new Set(['s']))
})

test('an append that fails says with which error', async () => {
  const append: EventLog['append'] = () => Promise.reject(new TypeError('no'))
  const log = tracedLog({ append } as EventLog, 'kafka')
  const record = { topic: TOPIC, key: 'desk/ada', value: Buffer.alloc(1) }
  await expect(log.append([record])).rejects.toThrow('no')
  const failed = { 'messaging.system.name': 'kafka', 'error.type': 'TypeError' }
  expect(await valueOf(METRIC_MESSAGING_CLIENT_SENT_MESSAGES, failed)).toBe(1)
})
