import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, systemClock, type ManualClock } from '@waggle/base'
import type { SchemaRegistry } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'
import { createConfluentRegistry, type ConfluentRegistryOptions } from '@waggle/registry/confluent'
import { faultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts'
import { ask, builtInRegistry, schemaBody, type TestRegistry } from '../support/registries.ts'

const SCHEMA: AvroRecord = {
  type: 'record',
  name: 'R',
  fields: [{ name: 'a', type: 'string' }],
} as never
const BROKEN: Fault = { status: 503, body: '{"error_code":50003,"message":"no leader"}' }

let registry: TestRegistry
let proxy: FaultProxy
let clock: ManualClock
beforeEach(async () => {
  registry = await builtInRegistry()
  proxy = await faultProxy(registry.url)
  clock = manualClock(1)
})
afterEach(async () => {
  await proxy.stop()
  await registry.stop()
})

const open = (options: Partial<ConfluentRegistryOptions> = {}): SchemaRegistry =>
  createConfluentRegistry({ host: proxy.url, clock, ...options })
/** The first `count` requests fail, the rest pass. */
const failFirst = (count: number, fault: Fault): void => {
  proxy.fault = () => (count-- > 0 ? fault : undefined)
}
async function registered(): Promise<number> {
  const [, body] = await ask(registry, 'POST', '/subjects/s/versions', schemaBody(SCHEMA))
  return (body as { id: number }).id
}

describe('reading an id', () => {
  it('asks once for all who wait, and never again', async () => {
    const id = await registered()
    const client = open()
    const all = await Promise.all(Array.from({ length: 20 }, () => client.byId(id)))
    expect(all).toEqual(Array.from({ length: 20 }, () => SCHEMA))
    await client.byId(id)
    expect(proxy.requests).toEqual([`GET /schemas/ids/${id}`])
  })

  it.each<[string, Fault]>([
    ['fails', BROKEN],
    ['cuts the connection', 'cut'],
    ['is hidden by a proxy', { status: 404, body: '<html>no such backend</html>' }],
    ['is hidden by a log-in', { status: 200, body: '{"login":"please"}' }],
    ['answers what is no JSON', { status: 200, body: '<html>' }],
  ])('is patient when the registry %s', async (_name, fault) => {
    const id = await registered()
    const client = open({ attempts: 3 })
    failFirst(3, fault)
    const failed = { code: 'REGISTRY_UNAVAILABLE', retriable: true }
    await expect(client.byId(id)).rejects.toMatchObject(failed)
    expect(proxy.requests).toHaveLength(3)
    failFirst(2, fault)
    expect(await client.byId(id)).toEqual(SCHEMA)
    expect(proxy.requests).toHaveLength(6)
  })

  it('gives up on a registry that hangs, and holds no connection to it', async () => {
    const id = await registered()
    const client = open({ attempts: 1, timeoutMs: 300 })
    proxy.fault = () => 'hang'
    const calls = Array.from({ length: 20 }, (_, index) => [
      client.byId(id + index),
      client.register(`t${index}`, SCHEMA),
    ]).flat()
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[])
      expect([status, reason]).toMatchObject(['rejected', { code: 'REGISTRY_UNAVAILABLE' }])
    proxy.fault = () => undefined
    expect(await client.byId(id)).toEqual(SCHEMA)
  })

  it('an unknown id is asked for a few times, then left alone for a while', async () => {
    const client = open({ attempts: 4, unknownForMs: 1000 })
    const unknown = { code: 'SCHEMA_UNKNOWN' }
    await expect(client.byId(1)).rejects.toMatchObject(unknown)
    expect(proxy.requests).toHaveLength(4)
    expect(await registered()).toBe(1)
    await expect(client.byId(1)).rejects.toMatchObject(unknown)
    expect(proxy.requests).toHaveLength(4)
    clock.advance(1_000_000)
    expect(await client.byId(1)).toEqual(SCHEMA)
  })

  it('a schema that comes while it is asked for is found', async () => {
    const client = open()
    let asked = 0
    proxy.fault = () => {
      if (++asked === 2) return undefined
      return { status: 404, body: '{"error_code":40403,"message":"not yet"}' }
    }
    await registered()
    expect(await client.byId(1)).toEqual(SCHEMA)
    expect(asked).toBe(2)
  })

  it('a flood of unknown ids costs one request each', async () => {
    const client = open({ attempts: 5 })
    for (let id = 1000; id < 1300; id++) await client.byId(id).catch(() => {})
    expect(proxy.requests.length).toBeLessThan(101 * 5 + 200)
    for (const id of [0, -1]) await expect(client.byId(id)).rejects.toThrow()
    expect(proxy.requests.filter((line) => /ids\/(0|-1)$/.test(line))).toEqual([])
  })

  it('what is no Avro schema is refused for ever', async () => {
    const client = open()
    proxy.fault = () => ({ status: 200, body: '{"schemaType":"JSON","schema":"{}"}' })
    await expect(client.byId(1)).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    await expect(client.byId(1)).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    expect(proxy.requests).toHaveLength(1)
  })
})

describe('registering', () => {
  it('sets the level before the first schema, and later writes nothing', async () => {
    const id = await open().register('a/b c', SCHEMA)
    expect(await ask(registry, 'GET', '/config/a%2Fb%20c')).toEqual([
      200,
      { compatibilityLevel: 'BACKWARD_TRANSITIVE' },
    ])
    const writes = proxy.requests.map((line) => line.replace(/a%2Fb%20c/, 'S'))
    expect(writes.indexOf('PUT /config/S')).toBeLessThan(
      writes.indexOf('POST /subjects/S/versions'),
    )
    proxy.requests.length = 0
    expect(await open().register('a/b c', SCHEMA)).toBe(id)
    expect(proxy.requests).toEqual(['POST /subjects/a%2Fb%20c'])
  })

  it('leaves a level that the operator set', async () => {
    await ask(registry, 'PUT', '/config/s', { compatibility: 'FULL' })
    await open().register('s', SCHEMA)
    expect(await ask(registry, 'GET', '/config/s')).toEqual([200, { compatibilityLevel: 'FULL' }])
  })

  it.each<[string, Fault]>([
    ['fails', BROKEN],
    ['cuts the connection', 'cut'],
    ['is hidden by a proxy', { status: 404, body: '<html>no such backend</html>' }],
  ])('is patient when the registry %s', async (_name, fault) => {
    failFirst(2, fault)
    expect(await open().register('s', SCHEMA)).toBe(1)
    proxy.fault = () => fault
    await expect(open({ attempts: 2 }).register('t', SCHEMA)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
    })
  })

  it('says so when the registry is read-only', async () => {
    proxy.fault = ({ method, url }) =>
      method === 'POST' && url!.endsWith('/versions')
        ? { status: 422, body: '{"error_code":42205,"message":"Subject s is in read-only mode"}' }
        : undefined
    await expect(open().register('s', SCHEMA)).rejects.toMatchObject({ code: 'REGISTRY_DENIED' })
  })
})

describe('credentials', () => {
  const guard = (): void => {
    proxy.fault = ({ headers: { authorization } }) => {
      const [name, password] = atob(authorization?.slice('Basic '.length) ?? '').split(':')
      if (name === 'bee' && password === 'honey') return undefined
      return { status: 401, body: '{"error_code":40101,"message":"Unauthorized"}' }
    }
  }

  it('are sent with every request', async () => {
    guard()
    const client = open({ auth: { username: 'bee', password: 'honey' } })
    const id = await client.register('s', SCHEMA)
    expect(await client.byId(id)).toEqual(SCHEMA)
  })

  it('that are refused are refused at once', async () => {
    guard()
    const denied = { code: 'REGISTRY_DENIED', retriable: false }
    const client = open({ auth: { username: 'bee', password: 'x' } })
    await expect(client.byId(1)).rejects.toMatchObject(denied)
    await expect(client.register('s', SCHEMA)).rejects.toMatchObject(denied)
    expect(proxy.requests).toHaveLength(2)
  })
})

describe('over TLS', () => {
  it('trusts the given authority only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
    ]
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert, ...name], { stdio: 'ignore' })
    const pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    rmSync(folder, { recursive: true })
    const secure = await faultProxy(registry.url, pem)
    const of = (tls: ConfluentRegistryOptions['tls']) =>
      createConfluentRegistry({
        host: secure.url,
        clock: systemClock(),
        attempts: 1,
        ...(tls === undefined ? {} : { tls }),
      })
    const id = await of({ ca: pem.cert }).register('s', SCHEMA)
    expect(await of({ ca: pem.cert }).byId(id)).toEqual(SCHEMA)
    const untrusted = { code: 'REGISTRY_UNAVAILABLE' }
    await expect(of(undefined).byId(id)).rejects.toMatchObject(untrusted)
    await expect(of(undefined).register('s', SCHEMA)).rejects.toMatchObject(untrusted)
    await secure.stop()
  })
})
