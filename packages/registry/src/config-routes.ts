import type { Context, Hono } from 'hono'
import type { CompatibilityLevel } from '@waggle/codec'
import type { LogRegistry } from './log-registry.ts'
import { isLevel } from './registry-command.ts'
import { levelOf } from './registry-state.ts'
import { bodyOf, reply, RestError } from './rest-reply.ts'

/** Compatibility levels: one for all subjects, and of a subject its own. */
export function configRoutes(app: Hono, registry: LogRegistry): void {
  app.get('/config', async (c) =>
    reply(c, 200, { compatibilityLevel: (await registry.state()).globalLevel }),
  )
  app.get('/config/:subject', async (c) => {
    const state = await registry.state()
    const subject = c.req.param('subject')
    if (!state.levels.has(subject) && c.req.query('defaultToGlobal') !== 'true') {
      const message = `Subject '${subject}' does not have subject-level compatibility configured`
      throw new RestError(404, 40408, message)
    }
    return reply(c, 200, { compatibilityLevel: levelOf(state, subject) })
  })
  app.put('/config/:subject?', async (c) => {
    const level = await wantedLevel(c)
    await registry.submit({ op: 'config', subject: c.req.param('subject') ?? null, level })
    return reply(c, 200, { compatibility: level })
  })
  app.delete('/config/:subject?', async (c) => {
    const subject = c.req.param('subject') ?? null
    const { levels, globalLevel } = await registry.state()
    const before = subject === null ? globalLevel : levels.get(subject)
    if (before === undefined) throw new RestError(404, 40401, `Subject '${subject}' not found.`)
    await registry.submit({ op: 'config', subject, level: null })
    return reply(c, 200, { compatibilityLevel: before })
  })
}

/** The one mode there is: reading and writing. Import and read-only modes are refused, not pretended. */
export function modeRoutes(app: Hono): void {
  app.get('/mode/:subject?', (c) => reply(c, 200, { mode: 'READWRITE' }))
  app.put('/mode/:subject?', async (c) => {
    const { mode } = await bodyOf<{ mode: unknown }>(c)
    if (mode === 'READWRITE') return reply(c, 200, { mode })
    throw new RestError(422, 42204, 'Invalid mode: this registry has only READWRITE')
  })
}

async function wantedLevel(c: Context): Promise<CompatibilityLevel> {
  const { compatibility } = await bodyOf<{ compatibility: unknown }>(c)
  const level = String(compatibility).toUpperCase()
  if (isLevel(level)) return level
  throw new RestError(422, 42203, 'Invalid compatibility level')
}
