import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { configRoutes, modeRoutes } from './config-routes.ts'
import type { LogRegistry } from './log-registry.ts'
import { refuseBrowsers } from './refuse-browsers.ts'
import { reply, RestError } from './rest-reply.ts'
import { schemaRoutes } from './schema-routes.ts'
import { compatibilityRoutes, subjectRoutes } from './subject-routes.ts'

const BODY_BYTES_MAX = 1_048_576

/** Names by which clients on the same machine reach the registry. */
export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The Confluent Schema Registry REST API, as far as Avro clients use it (docs.confluent.io, API v1).
 * Requests under other host names than these are refused, and so is what a page in a browser sends.
 */
export function createRegistryApp(
  registry: LogRegistry,
  hosts: readonly string[] = LOOPBACK_HOSTS,
): Hono {
  const app = new Hono()
  app.use(refuseBrowsers(hosts))
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
  compatibilityRoutes(app, registry)
  schemaRoutes(app, registry)
  configRoutes(app, registry)
  modeRoutes(app)
  return app
}
