import type { Context, Hono } from 'hono'
import { textOf, versionNumber, versionOf, versionsOf } from './find-version.ts'
import type { LogRegistry } from './log-registry.ts'
import { checkSchema, liveVersions, schemaText } from './registry-state.ts'
import { refusalError, reply, RestError, schemaOf } from './rest-reply.ts'

export function subjectRoutes(app: Hono, registry: LogRegistry): void {
  readRoutes(app, registry)
  app.post('/subjects/:subject', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    const id = state.idByText.get(schemaText(await schemaOf(c)))
    const found = versionsOf(state, subject, deletedToo(c)).find((version) => version.id === id)
    if (found === undefined) throw new RestError(404, 40403, 'Schema not found')
    return reply(c, 200, { subject, version: found.version, id, schema: textOf(state, found.id) })
  })
  app.post('/subjects/:subject/versions', async (c) => {
    const subject = c.req.param('subject')
    const verdict = await registry.submit({ op: 'register', subject, schema: await schemaOf(c) })
    if (verdict.is === 'registered') return reply(c, 200, { id: verdict.id })
    throw verdict.is === 'refused' ? refusalError(verdict) : new Error('not registered')
  })
  app.delete('/subjects/:subject', async (c) =>
    reply(c, 200, await deleted(c, registry, c.req.param('subject'), null)),
  )
  app.delete('/subjects/:subject/versions/:version', async (c) => {
    const { subject, version } = c.req.param()
    const wanted = versionNumber(version)
    const number =
      wanted === 'latest' ? versionOf(await registry.state(), subject, version).version : wanted
    await deleted(c, registry, subject, number)
    return reply(c, 200, number)
  })
}

function readRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/subjects', async (c) => {
    const state = await registry.state()
    const all = [...state.subjects.keys()]
    const live = all.filter((subject) => liveVersions(state, subject).length > 0)
    return reply(c, 200, deletedToo(c) ? all : live)
  })
  app.get('/subjects/:subject/versions', async (c) => {
    const versions = versionsOf(await registry.state(), c.req.param('subject'), deletedToo(c))
    const numbers = versions.map(({ version }) => version)
    return reply(c, 200, numbers)
  })
  app.get('/subjects/:subject/versions/:version', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    const { version, id } = versionOf(state, subject, c.req.param('version'), deletedToo(c))
    return reply(c, 200, { subject, version, id, schema: textOf(state, id) })
  })
  app.get('/subjects/:subject/versions/:version/schema', async (c) => {
    const state = await registry.state()
    const { subject, version } = c.req.param()
    const { id } = versionOf(state, subject, version, deletedToo(c))
    return reply(c, 200, JSON.parse(textOf(state, id)) as object)
  })
}

/** Asks whether a schema would be taken: against one version, or those that the level names. */
export function compatibilityRoutes(app: Hono, registry: LogRegistry): void {
  app.post('/compatibility/subjects/:subject/versions/:version?', async (c) => {
    const state = await registry.state()
    const { subject, version } = c.req.param()
    const live = liveVersions(state, subject)
    const schema = await schemaOf(c)
    // A subject without versions takes anything, as Confluent's registry says of its latest.
    const wanted = version === undefined ? 'all' : versionNumber(version)
    const versions =
      wanted === 'all'
        ? live
        : wanted === 'latest'
          ? live.slice(-1)
          : [versionOf(state, subject, version!)]
    const refusal = checkSchema(state, subject, schema, versions)
    if (refusal?.code === 'SCHEMA_INVALID') throw refusalError(refusal)
    const messages = refusal === undefined ? [] : [refusal.reason]
    const verbose = c.req.query('verbose') === 'true' ? { messages } : {}
    return reply(c, 200, { is_compatible: refusal === undefined, ...verbose })
  })
}

function deletedToo(c: Context): boolean {
  return c.req.query('deleted') === 'true'
}

async function deleted(
  c: Context,
  registry: LogRegistry,
  subject: string,
  version: number | null,
): Promise<readonly number[]> {
  const permanent = c.req.query('permanent') === 'true'
  const verdict = await registry.submit({ op: 'delete', subject, version, permanent })
  if (verdict.is === 'deleted') return verdict.versions
  throw verdict.is === 'refused' ? refusalError(verdict) : new Error('not deleted')
}
