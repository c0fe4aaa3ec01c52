import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { mountClickHouse } from './clickhouse-mount.ts'
import { mountDashboard } from './dashboard-mount.ts'
import { mountDocs } from './docs-mount.ts'
import { mountOperate } from './operate-mount.ts'
import { mountRegistry } from './registry-mount.ts'

/** What the gateway serves beside its own operations. Comes last: the dashboard answers what nothing else did. */
export function mountBeside(app: GatewayApp, parts: GatewayParts): void {
  mountOperate(app, parts)
  mountRegistry(app, parts)
  mountClickHouse(app, parts)
  mountDocs(app, parts)
  if (parts.dashboard !== undefined) mountDashboard(app, parts.dashboard)
}
