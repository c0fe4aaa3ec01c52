import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subjectOf } from '@waggle/event'
import { createGatewayServer, type GatewayServer } from '@waggle-services/gateway'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

const PAGE = '<!doctype html><title>Waggle</title>'
const ORIGIN = 'https://desk.example'

let folder: string
let gateway: OpenGateway
let server: GatewayServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-dashboard-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), PAGE)
  await writeFile(join(folder, 'assets/app-1a2b3c4d.js'), `// ${'x'.repeat(4000)}`)
  await writeFile(join(folder, 'assets/filter-worker-1a2b3c4d.js'), 'onmessage = () => {}')
  gateway = await openGateway({
    dashboard: folder,
    origins: [ORIGIN],
    grants: [{ name: 'reader', swarms: ['*'], verbs: ['read'] }],
  })
  server = createGatewayServer(gateway.app, { port: 0 })
  await server.start()
})
afterAll(async () => {
  await server.stop()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(server.url + path, { headers })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('the dashboard', () => {
  test('every address of a page is the page, and nothing else is', async () => {
    expect((await get('/')).headers.get('content-type')).toContain('text/html')
    for (const path of ['/', '/agents/ada%2F1?as_of=2009']) {
      const response = await get(path, { accept: 'text/html' })
      expect(await response.text()).toBe(PAGE)
      expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self';/)
      expect(response.headers.get('cache-control')).toBe('no-cache')
    }
    for (const path of ['/assets/gone-12345678.js', '/docs/gone'])
      expect((await get(path, { accept: 'text/html' })).status).toBe(404)
    expect((await get('/agents', { accept: 'application/json' })).status).toBe(404)
    expect((await get('/v1/gone', { accept: 'text/html', ...bearer(TOKEN) })).status).toBe(404)
  })

  test('files with a hash in their name are kept for good, packed, and not sent twice', async () => {
    const first = await get('/assets/app-1a2b3c4d.js')
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(first.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(first.headers.get('content-encoding')).toBe('gzip')
    expect(await first.text()).toHaveLength(4003)
    const etag = first.headers.get('etag')!
    const again = await get('/assets/app-1a2b3c4d.js', { 'if-none-match': etag })
    expect(again.status).toBe(304)
  })

  test('only the worker may make functions of text, and it reaches nothing', async () => {
    const { headers } = await get('/assets/filter-worker-1a2b3c4d.js')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self' 'unsafe-eval'",
    )
  })
})

describe('pages elsewhere', () => {
  test('of a known origin may ask and see how fresh an answer is', async () => {
    const asked = await fetch(`${server.url}/v1/me`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'GET' },
    })
    expect(asked.status).toBe(204)
    const response = await get('/v1/me', { origin: ORIGIN, ...bearer(TOKEN) })
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-expose-headers')).toContain('waggle-position')
  })

  test('of another origin may not', async () => {
    const response = await get('/v1/me', { origin: 'https://evil.example', ...bearer(TOKEN) })
    expect(response.status).toBe(403)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the schema registry', () => {
  const host = () => `${server.url}/registry`

  test('serves producers with their own client, the token as password', async () => {
    const auth = { username: 'any', password: TOKEN }
    const registry = new SchemaRegistry({ host: host(), auth })
    const subject = subjectOf('waggle.observations.v1', 'observation')
    const id = await registry.getLatestSchemaId(subject)
    expect(await registry.getSchema(id)).toMatchObject({ name: 'waggle.Observation' })
  })

  test('a reader reads and changes nothing; nobody without a token', async () => {
    expect((await get('/registry/subjects', bearer('reader'))).status).toBe(200)
    const change = await fetch(`${host()}/config`, {
      method: 'PUT',
      headers: { ...bearer('reader'), 'content-type': 'application/json' },
      body: '{"compatibility":"NONE"}',
    })
    expect(change.status).toBe(403)
    expect((await get('/registry/config', bearer('reader'))).status).toBe(200)
    expect((await get('/registry/subjects')).status).toBe(401)
  })
})

describe('who keeps the process running', () => {
  test('learns without a token whether it works, and nothing more', async () => {
    const health = await get('/health')
    expect(await health.json()).toEqual({ service: 'gateway', state: 'ok' })
    expect((await get('/ready')).status).toBe(200)
  })

  test('scrapes metrics with a token', async () => {
    expect((await get('/metrics')).status).toBe(401)
    const text = await (await get('/metrics', bearer('reader'))).text()
    expect(text).toMatch(
      /waggle_projection_lag_records\{projection="coordination",service="gateway"\} 0/,
    )
  })
})
