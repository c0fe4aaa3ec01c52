import { beforeEach, describe, expect, it } from 'vitest'
import { manualClock } from '@waggle/base'
import { PARTITIONS, SCHEMA_TOPIC } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry, type LogRegistry } from './log-registry.ts'
import { createRegistryApp } from './rest-app.ts'

const HOST = 'http://127.0.0.1:8081'
const schema = (type: string): string =>
  JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'a', type }] })

let log: ReturnType<typeof createMemoryLog>
let registry: LogRegistry
let app: ReturnType<typeof createRegistryApp>
beforeEach(() => {
  log = createMemoryLog({ topics: PARTITIONS, clock: manualClock() })
  registry = createLogRegistry({ log })
  app = createRegistryApp(registry)
})

const call = async (
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<[number, unknown]> => {
  const base = path.startsWith('http') ? '' : HOST
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await app.request(`${base}${path}`, { method, headers, ...sent })
  return [response.status, await response.json()]
}
const appended = async (): Promise<bigint> =>
  (await log.ends([{ topic: SCHEMA_TOPIC, partition: 0 }]))[0]!.offset

describe('the log of the registry', () => {
  it('holds nothing that was refused, or was true already', async () => {
    const post = (text: string) => call('POST', '/subjects/s/versions', { schema: text })
    await post(schema('string'))
    expect(await appended()).toBe(1n)
    expect(await post(schema('string'))).toMatchObject([200, { id: 1 }])
    expect(await post(schema('int'))).toMatchObject([409, { error_code: 409 }])
    expect(await post('{"type":"rekord"}')).toMatchObject([422, { error_code: 42201 }])
    expect(await call('DELETE', '/subjects/none')).toMatchObject([404, { error_code: 40401 }])
    await expect(registry.register('s', JSON.parse(schema('int')))).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
    })
    expect(await appended()).toBe(1n)
  })

  it('judges again in its place: of two that both pass the check only one can be first', async () => {
    const other = createLogRegistry({ log })
    const [one, two] = await Promise.allSettled([
      registry.register('s', JSON.parse(schema('string'))),
      other.register('s', JSON.parse(schema('int'))),
    ])
    expect([one!.status, two!.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(await appended()).toBe(2n)
    expect((await registry.state()).subjects).toEqual((await other.state()).subjects)
  })
})

describe('what a browser may send', () => {
  const write = (path: string, headers: Record<string, string>) =>
    call('PUT', path, { compatibility: 'NONE' }, headers)

  it.each([
    ['a page of another origin', { origin: 'https://example.org' }],
    ['a page of no origin', { origin: 'null' }],
    ['a form or an image of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
  ])('%s is refused', async (_name, headers) => {
    expect(await write('/config', headers)).toMatchObject([403, { error_code: 40301 }])
    expect((await registry.state()).globalLevel).toBe('BACKWARD_TRANSITIVE')
  })

  it('a foreign name that resolves to us is refused', async () => {
    const url = 'http://rebound.example.org:8081/config'
    expect(await write(url, {})).toMatchObject([403, { error_code: 40302 }])
    app = createRegistryApp(registry, ['registry'])
    expect((await write('http://registry:8081/config', {}))[0]).toBe(200)
    expect((await write('/config', {}))[0]).toBe(403)
  })

  it.each(['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:8081/'])(
    'clients at %s are served',
    async (url) => expect(await call('GET', url)).toEqual([200, {}]),
  )
})

describe('what it does not support it refuses', () => {
  it('references', async () => {
    const references = [{ name: 'n.R', subject: 's', version: 1 }]
    const path = '/subjects/s/versions'
    const refused = [422, { error_code: 42201, message: expect.stringContaining('references') }]
    const body = { schema: schema('int'), references }
    expect(await call('POST', path, body)).toMatchObject(refused)
    expect(await call('POST', '/compatibility/subjects/s/versions/latest', body)).toMatchObject(
      refused,
    )
    expect(await call('POST', path, { ...body, references: [] })).toEqual([200, { id: 1 }])
  })

  it('bodies over 1 MiB', async () => {
    const body = { schema: 'x'.repeat(1_048_577) }
    expect(await call('POST', '/subjects/s/versions', body)).toMatchObject([413, {}])
  })

  it('modes other than reading and writing', async () => {
    expect(await call('GET', '/mode')).toEqual([200, { mode: 'READWRITE' }])
    expect((await call('PUT', '/mode', { mode: 'READWRITE' }))[0]).toBe(200)
    const refused = [422, { error_code: 42204 }]
    expect(await call('PUT', '/mode/s', { mode: 'IMPORT' })).toMatchObject(refused)
  })
})

describe('levels', () => {
  it('of a subject, with the global one behind it', async () => {
    const none = [404, { error_code: 40408 }]
    expect(await call('GET', '/config/s')).toMatchObject(none)
    await call('PUT', '/config', { compatibility: 'full' })
    expect(await call('GET', '/config/s?defaultToGlobal=true')).toEqual([
      200,
      { compatibilityLevel: 'FULL' },
    ])
    expect(await call('PUT', '/config/s', { compatibility: 'NONE' })).toEqual([
      200,
      { compatibility: 'NONE' },
    ])
    expect(await call('DELETE', '/config/s')).toEqual([200, { compatibilityLevel: 'NONE' }])
    expect(await call('GET', '/config/s')).toMatchObject(none)
    expect(await call('DELETE', '/config')).toEqual([200, { compatibilityLevel: 'FULL' }])
    expect(await call('GET', '/config')).toEqual([
      200,
      { compatibilityLevel: 'BACKWARD_TRANSITIVE' },
    ])
  })
})
