import { SchemaRegistry as ConfluentClient, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { PARTITIONS, SCHEMAS, type AvroRecord, type Outcome } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry, createRegistryServer, type RegistryServer } from '@waggle/registry'
import { NO_CONTEXT } from '../support/no-context.ts'

const log = () => createMemoryLog({ topics: PARTITIONS, clock: systemClock() })
const recordOf = (fields: object[], name = 'R'): AvroRecord =>
  ({ type: 'record', name, namespace: 'n', fields }) as never
const A = { name: 'a', type: 'string' }
const B = { name: 'b', type: 'int', default: 0 }

describe('the schema registry on the log', () => {
  it('gives the same ids to every process that reads the log, also when they register at once', async () => {
    const shared = log()
    const [one, two] = [createLogRegistry({ log: shared }), createLogRegistry({ log: shared })]
    const schemas = Array.from({ length: 6 }, (_, index) => recordOf([A], `R${index}`))
    const both = await Promise.all(
      [one, two].map((registry) =>
        Promise.all(schemas.map((schema, index) => registry.register(`s${index}`, schema))),
      ),
    )
    expect(both[0]).toEqual(both[1])
    expect(new Set(both[0]).size).toBe(6)
    expect(await createLogRegistry({ log: shared }).byId(both[0]![3]!)).toEqual(schemas[3])
  })

  it('refuses what cannot read the data there is, and takes what can', async () => {
    const registry = createLogRegistry({ log: log() })
    const first = await registry.register('s', recordOf([A]))
    await expect(
      registry.register('s', recordOf([A, { name: 'c', type: 'int' }])),
    ).rejects.toMatchObject({ code: 'SCHEMA_INCOMPATIBLE' })
    expect(await registry.register('s', recordOf([A, B]))).not.toBe(first)
    expect(await registry.register('s', recordOf([A]))).toBe(first)
    await expect(registry.byId(99)).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' })
    await expect(registry.register('t', { type: 'rekord' } as never)).rejects.toMatchObject({
      code: 'SCHEMA_INVALID',
    })
  })

  it('registers every kind once: a second start appends nothing', async () => {
    const shared = log()
    const start = () => createCodec(createLogRegistry({ log: shared })).register()
    await start()
    const [before] = await shared.ends([{ topic: 'waggle.schemas.v1', partition: 0 }])
    await start()
    expect(await shared.ends([{ topic: 'waggle.schemas.v1', partition: 0 }])).toEqual([before])
  })
})

describe('the registry over HTTP', () => {
  let server: RegistryServer
  let codec: ReturnType<typeof createCodec>
  beforeEach(async () => {
    const registry = createLogRegistry({ log: log() })
    codec = createCodec(registry)
    await codec.register()
    server = createRegistryServer(registry)
    await server.start()
  })
  afterEach(() => server.stop())

  const call = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: text }),
    })
    return [response.status, await response.json()]
  }
  const schemaBody = (schema: object) => ({ schema: JSON.stringify(schema) })

  it('serves a real client: both read what the other wrote', async () => {
    const client = new ConfluentClient({ host: server.url })
    const outcome: Outcome = {
      kind: 'outcome',
      id: '0191f000-0000-7000-8000-000000000001',
      swarm: 's',
      agent: 'a',
      session: 'x',
      seq: 1,
      occurred_at: 1_600_000_000_000_000,
      known_at: 1_600_000_000_000_000,
      ...NO_CONTEXT,
      decision: '0191f000-0000-7000-8000-000000000002',
      value: 0.25,
      success: true,
      pnl: null,
      details: 'é',
    }
    const { kind: _kind, ...fields } = outcome
    expect({ ...((await client.decode(codec.encode(outcome))) as object) }).toEqual(fields)
    const { id } = await client.register(
      { type: SchemaType.AVRO, schema: JSON.stringify(SCHEMAS.outcome) },
      { subject: 'waggle.outcomes.v1-waggle.Outcome' },
    )
    expect(await codec.decode(await client.encode(id, fields))).toEqual(outcome)
  })

  it('answers with the codes clients know', async () => {
    const [, { id }] = (await call('POST', '/subjects/s/versions', schemaBody(recordOf([A])))) as [
      number,
      { id: number },
    ]
    expect(await call('GET', `/schemas/ids/${id}`)).toEqual([
      200,
      { schema: JSON.stringify(recordOf([A])) },
    ])
    expect(await call('GET', '/subjects/s/versions')).toEqual([200, [1]])
    expect(await call('GET', '/subjects/s/versions/latest')).toMatchObject([
      200,
      { subject: 's', version: 1, id },
    ])
    expect(await call('POST', '/subjects/s', schemaBody(recordOf([A])))).toMatchObject([
      200,
      { id },
    ])
    const table: [string, string, unknown, number, number][] = [
      ['GET', '/subjects/none/versions', undefined, 404, 40401],
      ['GET', '/subjects/s/versions/9', undefined, 404, 40402],
      ['GET', '/subjects/s/versions/x', undefined, 422, 42202],
      ['GET', '/schemas/ids/4711', undefined, 404, 40403],
      ['POST', '/subjects/s', schemaBody(recordOf([B])), 404, 40403],
      ['POST', '/subjects/s/versions', schemaBody({ type: 'rekord' }), 422, 42201],
      [
        'POST',
        '/subjects/s/versions',
        schemaBody(recordOf([{ name: 'a', type: 'int' }])),
        409,
        409,
      ],
      ['POST', '/subjects/s/versions', '{', 400, 400],
      ['POST', '/subjects/s/versions', 'null', 422, 42201],
      ['PUT', '/config', { compatibility: 'SOME' }, 422, 42203],
    ]
    for (const [method, path, body, status, code] of table) {
      expect([path, ...(await call(method, path, body))]).toMatchObject([
        path,
        status,
        { error_code: code },
      ])
    }
  })

  it('says so when its port is taken', async () => {
    const port = Number(new URL(server.url).port)
    const second = createRegistryServer(createLogRegistry({ log: log() }), { port })
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('checks compatibility at the level that is set', async () => {
    await call('POST', '/subjects/s/versions', schemaBody(recordOf([A])))
    const wrong = schemaBody(recordOf([{ name: 'z', type: 'int' }]))
    const check = '/compatibility/subjects/s/versions/latest?verbose=true'
    expect(await call('POST', check, wrong)).toMatchObject([200, { is_compatible: false }])
    expect(await call('PUT', '/config/s', { compatibility: 'NONE' })).toEqual([
      200,
      { compatibility: 'NONE' },
    ])
    expect(await call('GET', '/config/s')).toEqual([200, { compatibilityLevel: 'NONE' }])
    expect(await call('POST', check, wrong)).toMatchObject([200, { is_compatible: true }])
    expect(await call('GET', '/config')).toEqual([
      200,
      { compatibilityLevel: 'BACKWARD_TRANSITIVE' },
    ])
  })
})
