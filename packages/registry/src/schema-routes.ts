import type { Hono } from 'hono'
import { textOf } from './find-version.ts'
import type { LogRegistry } from './log-registry.ts'
import type { RegistryState } from './registry-state.ts'
import { reply } from './rest-reply.ts'

export function schemaRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/schemas/types', (c) => reply(c, 200, ['AVRO']))
  app.get('/schemas/ids/:id', async (c) => {
    const state = await registry.state()
    return reply(c, 200, { schema: textOf(state, idOf(c.req.param('id'))) })
  })
  app.get('/schemas/ids/:id/schema', async (c) => {
    const state = await registry.state()
    return reply(c, 200, JSON.parse(textOf(state, idOf(c.req.param('id')))) as object)
  })
  app.get('/schemas/ids/:id/versions', async (c) => {
    const withDeleted = c.req.query('deleted') === 'true'
    const uses = usesOf(await registry.state(), idOf(c.req.param('id')), withDeleted)
    return reply(c, 200, uses)
  })
  app.get('/schemas/ids/:id/subjects', async (c) => {
    const withDeleted = c.req.query('deleted') === 'true'
    const uses = usesOf(await registry.state(), idOf(c.req.param('id')), withDeleted)
    return reply(c, 200, [...new Set(uses.map(({ subject }) => subject))])
  })
}

/** Where a schema is registered; 40403 where there is no such schema. */
function usesOf(
  state: RegistryState,
  id: number,
  withDeleted: boolean,
): { subject: string; version: number }[] {
  textOf(state, id)
  return [...state.subjects].flatMap(([subject, versions]) =>
    versions
      .filter((found) => found.id === id && (withDeleted || found.deleted !== true))
      .map(({ version }) => ({ subject, version })),
  )
}

/** NaN, which no schema has, where the text is no id. */
function idOf(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
}
