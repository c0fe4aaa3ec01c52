import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { COMPATIBILITY_LEVELS, type CompatibilityLevel } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'
import type { LogRegistry } from './log-registry.ts'
import {
  checkSchema,
  levelOf,
  schemaText,
  type CommandVerdict,
  type RegistryState,
  type SubjectVersion,
} from './registry-state.ts'

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const BODY_BYTES_MAX = 1_048_576

/** An answer of the Confluent REST API other than success: HTTP status, its code, a message. */
class RestError extends Error {
  readonly status: ContentfulStatusCode
  readonly errorCode: number

  constructor(status: ContentfulStatusCode, errorCode: number, message: string) {
    super(message)
    this.status = status
    this.errorCode = errorCode
  }
}

/** The Confluent Schema Registry REST API, as far as Avro clients use it (docs.confluent.io, API v1). */
export function createRegistryApp(registry: LogRegistry): Hono {
  const app = new Hono()
  app.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: (c) => reply(c, 413, { error_code: 41301, message: 'Body over 1 MiB' }),
    }),
  )
  app.onError((error, c) =>
    error instanceof RestError
      ? reply(c, error.status, { error_code: error.errorCode, message: error.message })
      : reply(c, 500, { error_code: 50001, message: error.message }),
  )
  app.notFound((c) => reply(c, 404, { error_code: 404, message: 'HTTP 404 Not Found' }))
  app.get('/', (c) => reply(c, 200, {}))
  subjectRoutes(app, registry)
  schemaRoutes(app, registry)
  configRoutes(app, registry)
  return app
}

function subjectRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/subjects', async (c) => reply(c, 200, [...(await registry.state()).subjects.keys()]))
  app.get('/subjects/:subject/versions', async (c) => {
    const versions = versionsOf(await registry.state(), c.req.param('subject'))
    return reply(
      c,
      200,
      versions.map(({ version }) => version),
    )
  })
  app.get('/subjects/:subject/versions/:version', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    const found = versionOf(state, subject, c.req.param('version'))
    return reply(c, 200, { subject, ...found, schema: textOf(state, found.id) })
  })
  app.get('/subjects/:subject/versions/:version/schema', async (c) => {
    const state = await registry.state()
    const found = versionOf(state, c.req.param('subject'), c.req.param('version'))
    return reply(c, 200, JSON.parse(textOf(state, found.id)) as object)
  })
  app.post('/subjects/:subject', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    const id = state.idByText.get(schemaText(await schemaOf(c)))
    const found = versionsOf(state, subject).find((version) => version.id === id)
    if (found === undefined) throw new RestError(404, 40403, 'Schema not found')
    return reply(c, 200, { subject, ...found, schema: textOf(state, found.id) })
  })
  app.post('/subjects/:subject/versions', async (c) => {
    const subject = c.req.param('subject')
    const schema = await schemaOf(c)
    const refusal = checkSchema(await registry.state(), subject, schema)
    const verdict = refusal ?? (await registry.submit({ op: 'register', subject, schema }))
    if (verdict.is === 'registered') return reply(c, 200, { id: verdict.id })
    throw refusalError(verdict)
  })
  app.post('/compatibility/subjects/:subject/versions/:version?', async (c) => {
    const state = await registry.state()
    const { subject, version } = c.req.param()
    if (version !== undefined) versionOf(state, subject, version)
    const refusal = checkSchema(state, subject, await schemaOf(c))
    const messages = refusal?.is === 'refused' ? [refusal.reason] : []
    const verbose = c.req.query('verbose') === 'true' ? { messages } : {}
    return reply(c, 200, { is_compatible: refusal === undefined, ...verbose })
  })
}

function schemaRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/schemas/types', (c) => reply(c, 200, ['AVRO']))
  app.get('/schemas/ids/:id', async (c) => {
    const state = await registry.state()
    return reply(c, 200, { schema: textOf(state, Number(c.req.param('id'))) })
  })
  app.get('/schemas/ids/:id/versions', async (c) => {
    const state = await registry.state()
    const id = Number(c.req.param('id'))
    textOf(state, id)
    const found = [...state.subjects].flatMap(([subject, versions]) =>
      versions.filter((version) => version.id === id).map(({ version }) => ({ subject, version })),
    )
    return reply(c, 200, found)
  })
}

function configRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/config', async (c) =>
    reply(c, 200, { compatibilityLevel: (await registry.state()).globalLevel }),
  )
  app.get('/config/:subject', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    if (!state.levels.has(subject) && c.req.query('defaultToGlobal') !== 'true') {
      throw new RestError(
        404,
        40408,
        `Subject '${subject}' does not have subject-level compatibility configured`,
      )
    }
    return reply(c, 200, { compatibilityLevel: levelOf(state, subject) })
  })
  app.put('/config/:subject?', async (c) => {
    const { compatibility } = await bodyOf<{ compatibility?: CompatibilityLevel }>(c)
    if (compatibility === undefined || !COMPATIBILITY_LEVELS.includes(compatibility)) {
      throw new RestError(422, 42203, 'Invalid compatibility level')
    }
    await registry.submit({
      op: 'config',
      subject: c.req.param('subject') ?? null,
      level: compatibility,
    })
    return reply(c, 200, { compatibility })
  })
  app.delete('/config/:subject', async (c) => {
    const subject = c.req.param('subject')
    const before = levelOf(await registry.state(), subject)
    await registry.submit({ op: 'config', subject, level: null })
    return reply(c, 200, { compatibilityLevel: before })
  })
}

function reply(c: Context, status: ContentfulStatusCode, body: object): Response {
  return c.body(JSON.stringify(body), status, { 'content-type': CONTENT_TYPE })
}

async function bodyOf<T extends object>(c: Context): Promise<T> {
  let body: unknown
  try {
    body = JSON.parse(await c.req.text())
  } catch {
    throw new RestError(400, 400, 'The body is not JSON')
  }
  if (typeof body === 'object' && body !== null) return body as T
  throw new RestError(422, 42201, 'The body is not a JSON object')
}

async function schemaOf(c: Context): Promise<AvroRecord> {
  const { schema, schemaType = 'AVRO' } = await bodyOf<{ schema?: unknown; schemaType?: string }>(c)
  if (schemaType !== 'AVRO') throw new RestError(422, 42201, `Invalid schema type ${schemaType}`)
  try {
    return JSON.parse(String(schema)) as AvroRecord
  } catch {
    throw new RestError(422, 42201, 'Invalid schema: not JSON')
  }
}

function versionsOf(state: RegistryState, subject: string): readonly SubjectVersion[] {
  const versions = state.subjects.get(subject)
  if (versions === undefined) throw new RestError(404, 40401, `Subject '${subject}' not found.`)
  return versions
}

function versionOf(state: RegistryState, subject: string, text: string): SubjectVersion {
  const versions = versionsOf(state, subject)
  const latest = text === 'latest' || text === '-1'
  if (!latest && !/^[1-9]\d*$/.test(text)) {
    throw new RestError(422, 42202, `The specified version '${text}' is not a valid version id`)
  }
  const found = latest ? versions.at(-1) : versions.find(({ version }) => version === Number(text))
  if (found === undefined) throw new RestError(404, 40402, `Version ${text} not found.`)
  return found
}

function textOf(state: RegistryState, id: number): string {
  const found = state.schemas[id - 1]
  if (found === undefined) throw new RestError(404, 40403, `Schema ${id} not found`)
  return JSON.stringify(found.schema)
}

function refusalError(verdict: CommandVerdict): RestError {
  if (verdict.is !== 'refused') return new RestError(500, 50001, 'The registry gave no verdict')
  return verdict.code === 'SCHEMA_INCOMPATIBLE'
    ? new RestError(
        409,
        409,
        `Schema being registered is incompatible with an earlier schema: ${verdict.reason}`,
      )
    : new RestError(422, 42201, `Invalid schema: ${verdict.reason}`)
}
