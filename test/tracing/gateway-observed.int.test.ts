import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpanKind } from '@opentelemetry/api'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions'
import { createMetrics, healthOf } from '@waggle/service'
import { createTrafficCounts } from '@waggle-services/gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'
import { registerSdk } from '../support/spans.ts'

const traffic = createTrafficCounts()
const AGENTS = '/v1/swarms/{swarm}/agents'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const dashboard = mkdtempSync(join(tmpdir(), 'waggle-dashboard-'))
let sdk: ReturnType<typeof registerSdk>
let gateway: OpenGateway

const ask = (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  gateway.app.request(`http://localhost${path}`, {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(signal === undefined ? {} : { signal }),
  })
const scrape = (of = traffic): Promise<string> => {
  const nothing = { service: 'gateway', stopping: false, waiting: undefined, log: undefined }
  const health = healthOf({ ...nothing, projections: [] })
  return createMetrics(
    'gateway',
    async () => health,
    () => of.read(),
  ).scrape()
}

beforeAll(async () => {
  // As it is served: a dashboard answers what no route does.
  writeFileSync(join(dashboard, 'index.html'), '<!doctype html>')
  gateway = await openGateway({
    traffic,
    dashboard,
    grants: [{ name: 'slow', swarms: ['*'], verbs: ['read'], rate: 0.1 }],
  })
  sdk = registerSdk()
})
afterAll(async () => {
  await sdk.stop()
  await gateway.stop()
  rmSync(dashboard, { recursive: true })
})

test('a request is a span of its route, in the trace of who asked', async () => {
  await ask('/v1/swarms/desk/agents', { traceparent: `00-${TRACE}-${CALLER}-01` })
  const [span] = sdk.spans().filter(({ name }) => name === `GET ${AGENTS}`)
  expect(span).toMatchObject({
    kind: SpanKind.SERVER,
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: 'GET',
      [ATTR_HTTP_ROUTE]: AGENTS,
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200,
    },
  })
  expect(span!.spanContext().traceId).toBe(TRACE)
  expect(span!.parentSpanContext?.spanId).toBe(CALLER)
})

test('what is emitted through the gateway is in the trace of the request', async () => {
  const body = JSON.stringify({ kind: 'agent', agent: 'ida', op: 'JOINED', role: 'r', weight: 1 })
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const answer = await gateway.app.request('http://localhost/v1/swarms/desk/events', {
    method: 'POST',
    headers: { ...headers, traceparent: `00-${TRACE}-${CALLER}-01` },
    body,
  })
  expect(answer.status).toBe(200)
  const [sent] = sdk.spans().filter(({ name }) => name === 'send waggle.agents.v1')
  expect(sent!.spanContext().traceId).toBe(TRACE)
})

test('requests are counted by route and status, and paths of nobody under one name', async () => {
  const slow = { authorization: 'Bearer slow' }
  for (let i = 0; i < 3; i++) await ask('/v1/swarms/desk/agents', slow)
  for (const path of ['/v1/none/1', '/v1/none/2']) await ask(path)
  await ask('/v1/me', { authorization: 'Bearer wrong' })
  const text = await scrape()
  const line = (route: string, status: number) =>
    `waggle_gateway_requests_total{method="GET",route="${route}",status="${status}",service="gateway"}`
  expect(text).toContain(`${line(AGENTS, 429)} 2\n`)
  expect(text).toContain(`${line('other', 404)} 2\n`)
  expect(text).toContain(`${line('/v1/me', 401)} 1\n`)
})

test('how long answers took is a histogram of each route, in the buckets of the conventions', async () => {
  const took = createTrafficCounts()
  const answered = { method: 'GET', route: '/v1/me', status: 200 }
  for (const seconds of [0.001, 0.005, 0.006, 0.3, 11]) took.answered({ ...answered, seconds })
  const text = await scrape(took)
  const labels =
    'http_request_method="GET",http_route="/v1/me",http_response_status_code="200",service="gateway"'
  const name = 'http_server_request_duration_seconds'
  const buckets = [...text.matchAll(/_seconds_bucket\{le="([^"]+)",.*\} (\d+)$/gm)]
  expect(buckets.map(([, le, count]) => [le, Number(count)])).toEqual([
    ['0.005', 2],
    ['0.01', 3],
    ...['0.025', '0.05', '0.075', '0.1', '0.25'].map((le) => [le, 3]),
    ...['0.5', '0.75', '1', '2.5', '5', '7.5', '10'].map((le) => [le, 4]),
    ['+Inf', 5],
  ])
  expect(text).toContain(`# TYPE ${name} histogram\n`)
  expect(text).toContain(`${name}_count{${labels}} 5\n`)
  expect(text).toMatch(new RegExp(`${name}_sum\\{.*\\} 11\\.312`))
})

test('what the gateway serves is in its histogram', async () => {
  await ask('/v1/me')
  const metrics = await (await ask('/metrics')).text()
  expect(metrics).toMatch(
    /http_server_request_duration_seconds_count\{http_request_method="GET",http_route="\/v1\/me",http_response_status_code="200",service="gateway"\} \d/,
  )
})

test('a live tail is a reader until it goes away', async () => {
  const gone = new AbortController()
  const readers = () => traffic.read().liveReaders
  const response = await ask('/v1/swarms/desk/live', {}, gone.signal)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body!.getReader()
  await reader.read()
  expect(readers()).toBe(1)
  await reader.cancel()
  gone.abort()
  await expect.poll(readers).toBe(0)
})
