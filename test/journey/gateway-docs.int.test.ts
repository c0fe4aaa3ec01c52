import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GATEWAY_CODES, LIVE_PATH, liveMessage, ROUTES, type Route } from '@waggle/api'
import { ERROR_CODES } from '@waggle/base'
import { EVENT_TOPICS, KINDS, SCHEMAS } from '@waggle/event'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

interface Contents {
  readonly content?: Record<string, unknown>
}

interface Operation {
  readonly parameters?: { name: string }[]
  readonly requestBody?: Required<Contents>
  readonly responses: Record<string, Contents>
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Record<string, unknown> }
}

interface Components {
  readonly messages: Record<
    string,
    {
      readonly payload: { readonly schemaFormat?: string; readonly schema?: unknown }
      readonly bindings?: { readonly kafka: { readonly key: { readonly description: string } } }
    }
  >
}

let gateway: OpenGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.stop())

const text = async (path: string): Promise<string> => (await gateway.app.request(path)).text()
const routes = Object.entries(ROUTES) as [string, Route][]

describe('/openapi.json', () => {
  test('is valid OpenAPI 3.1 and has every route with its parameters', async () => {
    const document = JSON.parse(await text('/openapi.json')) as OpenApi
    expect(document.openapi).toBe('3.1.0')
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
    const missing = routes.filter(
      ([, { method, path }]) => document.paths[path]?.[method] === undefined,
    )
    expect(missing.map(([name]) => name)).toEqual([])
    const names = document.paths[ROUTES.agents.path]!['get']!.parameters!.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['swarm', 'as_of', 'after', 'run', 'left']))
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Problem', 'Event', 'Agent', 'PositionToken']),
    )
  })

  test('has the streams: drafts line by line, and the messages of the live tail', async () => {
    const { paths, components } = JSON.parse(await text('/openapi.json')) as OpenApi
    const schemaOf = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } })
    const { requestBody, responses } = paths[ROUTES.emit.path]!['post']!
    expect(requestBody!.content['application/x-ndjson']).toEqual(schemaOf('Draft'))
    expect(responses['200']!.content!['application/x-ndjson']).toEqual(schemaOf('EmittedLine'))
    const live = paths[LIVE_PATH]!['get']!.responses['200']!
    expect(live.content!['text/event-stream']).toEqual(schemaOf('LiveMessage'))
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['LiveStats', 'KnownEvent']),
    )
  })

  test('says of the live tail what is sent', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    const path = LIVE_PATH.replace('{swarm}', 'desk')
    const { body } = await gateway.app.request(`${path}?stats=1`, { headers })
    const joined = { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'r', weight: 1 }
    await gateway.client.call('emit', { swarm: 'desk', body: joined })
    const seen = new Set<string>()
    // In process a message comes in one piece.
    for await (const message of body!.pipeThrough(new TextDecoderStream())) {
      const fields = [...message.matchAll(/^(event|id|data): (.*)$/gm)]
      const sent = Object.fromEntries(fields.map(([, name, value]) => [name, value]))
      const read = liveMessage.parse({ ...sent, data: JSON.parse(sent['data']!) as unknown })
      seen.add(read.event === 'events' ? `events ${read.data.length}` : read.event)
      if (seen.size === 3) break
    }
    expect(seen).toEqual(new Set(['events 0', 'events 1', 'stats']))
  })

  test('promises nothing that is not served', async () => {
    const gone: string[] = []
    for (const [name, { method, path }] of routes) {
      const filled = path.replace(/\{\w+\}/g, 'x')
      const response = await gateway.app.request(filled, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${TOKEN}` },
      })
      const { code } = response.ok ? { code: 'OK' } : ((await response.json()) as { code: string })
      if (code === 'ROUTE_UNKNOWN') gone.push(name)
    }
    expect(gone).toEqual([])
  })
})

describe('/asyncapi.json', () => {
  test('is AsyncAPI 3 about which the parser has nothing to say', async () => {
    const parser = new Parser()
    parser.registerSchemaParser(AvroSchemaParser())
    const { document, diagnostics } = await parser.parse(await text('/asyncapi.json'))
    expect(
      diagnostics.map(({ code, message, path }) => `${code} ${path.join('.')}: ${message}`),
    ).toEqual([])
    const addresses = document!
      .channels()
      .all()
      .map((channel) => channel.address())
    expect(addresses).toEqual(expect.arrayContaining([...EVENT_TOPICS]))
    const names = document!
      .allMessages()
      .all()
      .map((message) => message.id())
    expect(names).toEqual(expect.arrayContaining([...KINDS]))
  }, 60_000)

  // The parser only turns the payloads of version 3 into JSON schema; whether they are Avro it asks nobody.
  test('has payloads that the parser reads as Avro', async () => {
    const source = await text('/asyncapi.json')
    const { components } = JSON.parse(source) as { components: Components }
    const avro = AvroSchemaParser()
    const faults: string[] = []
    for (const [name, { payload }] of Object.entries(components.messages)) {
      if (payload.schemaFormat === undefined) continue
      const found = (await avro.validate({ data: payload.schema } as never)) ?? []
      faults.push(...found.map(({ message }) => `${name}: ${message}`))
    }
    expect(faults).toEqual([])
    const parser = new Parser()
    parser.registerSchemaParser(avro)
    const { document } = await parser.parse(source)
    const vote = document!.components().messages().get('vote')!.payload()!.json() as {
      schema: { properties: Record<string, unknown> }
    }
    expect(Object.keys(vote.schema.properties)).toEqual(SCHEMAS.vote.fields.map(({ name }) => name))
  }, 60_000)

  test('says by which key a vote finds its partition', async () => {
    const { components } = JSON.parse(await text('/asyncapi.json')) as { components: Components }
    expect(components.messages['vote']!.bindings!.kafka.key.description).toBe('{swarm}/{proposal}')
  })
})

test('docs/gateway.md has every operation with its verb', () => {
  const manual = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8')
  const missing = routes.filter(([, { method, path, verb }]) => {
    const start = `| \`${method.toUpperCase()} ${path}\` `
    const row = manual.split('\n').find((line) => line.startsWith(start))
    return row === undefined || (verb !== null && !row.includes(`| \`${verb}\` `))
  })
  expect(missing.map(([name]) => name)).toEqual([])
})

describe('pages', () => {
  test('/docs shows every operation and runs no script', async () => {
    const response = await gateway.app.request('/docs')
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
    const html = await response.text()
    const missing = routes.filter(([, { path }]) => !html.includes(path)).map(([name]) => name)
    expect(missing).toEqual([])
    expect(/<script|src=|href="http/.exec(html)).toBeNull()
  })

  test('/docs/errors has an anchor for every code that a problem can have', async () => {
    const html = await text('/docs/errors')
    const codes = [...Object.keys(ERROR_CODES), ...Object.keys(GATEWAY_CODES), 'INTERNAL']
    expect(codes.filter((code) => !html.includes(`id="${code}"`))).toEqual([])
    const problem = await gateway.app.request('/v1/me')
    const { type } = (await problem.json()) as { type: string }
    expect(type).toBe('/docs/errors#TOKEN_MISSING')
  })
})
