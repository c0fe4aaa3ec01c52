import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { bindDeadLetterRoutes } from './dead-letter-routes.ts'
import { bindProjectionRoutes } from './projection-routes.ts'
import { bindSchemaRoutes } from './schema-routes.ts'
import { bindSqlRoutes } from './sql-routes.ts'

/** What operators and analysts ask. */
export function bindOperationRoutes(app: GatewayApp, parts: GatewayParts): void {
  bindProjectionRoutes(app, parts)
  bindDeadLetterRoutes(app, parts)
  bindSchemaRoutes(app, parts)
  bindSqlRoutes(app, parts)
}
