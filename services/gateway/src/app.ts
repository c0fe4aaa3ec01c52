import { OpenAPIHono } from '@hono/zod-openapi'
import { tracedLogger } from '@waggle/telemetry'
import { bodyLimit } from 'hono/body-limit'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { isLineStream } from './emit/emit-stream.ts'
import { createDoorkeeper } from './doorkeeper.ts'
import { guardHttp } from './guard-http.ts'
import { GatewayFault } from './gateway-fault.ts'
import type {
  ClosableGatewayApp,
  GatewayApp,
  GatewayOptions,
  GatewayParts,
} from './gateway-parts.ts'
import { createLiveStats } from './live-stats.ts'
import { bindLiveTail } from './live-tail.ts'
import { mountBeside } from './mounts/mount-beside.ts'
import { observeRequests } from './observe-requests.ts'
import { mountMcp } from './mounts/mount-mcp.ts'
import { createPastReaders } from './past-readers.ts'
import { problemOf } from './problem-of.ts'
import { bindContextRoutes } from './routes/context-routes.ts'
import { bindDecisionRoutes } from './routes/decision-routes.ts'
import { bindKnowledgeRoutes } from './routes/knowledge-routes.ts'
import { bindLogRoutes } from './routes/log-routes.ts'
import { bindTrajectoryRoutes } from './routes/trajectory-routes.ts'
import { bindEmitRoutes } from './routes/emit-routes.ts'
import { bindExplainRoutes } from './routes/explain-routes.ts'
import { bindMeRoutes } from './routes/me-routes.ts'
import { bindOperationRoutes } from './routes/operation-routes.ts'
import { bindSwarmRoutes } from './routes/swarm-routes.ts'
import { bindBankRoutes } from './routes/bank-routes.ts'
import { bindCoordinationRoutes } from './routes/coordination-routes.ts'
import { bindMemoryRoutes } from './routes/memory-routes.ts'
import { bindVoteRoutes } from './routes/vote-routes.ts'
import { bindLockRoutes } from './routes/lock-routes.ts'
import { bindRememberRoutes } from './routes/remember-routes.ts'
import { bindFiguresRoutes } from './routes/figures-routes.ts'
import { bindMaintenanceRoutes } from './routes/maintenance-routes.ts'
import { bindTrustRoutes } from './routes/trust-routes.ts'
import { createTrafficCounts } from './traffic-counts.ts'
import { createSessions } from './sessions.ts'

const BODY_BYTES_MAX = 8 * 1024 * 1024

/** The gateway as a function of requests: served over HTTP, or called in process by `app.request`. */
export function createGatewayApp(options: GatewayOptions): ClosableGatewayApp {
  const { bus, random, clock, grants, bodyBytesMax = BODY_BYTES_MAX } = options
  const { traffic = createTrafficCounts() } = options
  const logger = tracedLogger(options.logger)
  const parts: GatewayParts = {
    ...options,
    logger,
    traffic,
    readers: createPastReaders(bus),
    sessions: createSessions(bus, random),
    doorkeeper: createDoorkeeper(() => (typeof grants === 'function' ? grants() : grants), clock),
  }
  const app: GatewayApp = new OpenAPIHono()
  app.onError((error, c) => {
    const problem = problemOf(error, logger)
    if (error instanceof GatewayFault && error.context.retryAfter !== undefined)
      c.header('retry-after', String(Math.ceil(error.context.retryAfter)))
    c.header('content-type', 'application/problem+json')
    return c.body(JSON.stringify(problem), problem.status as 400)
  })
  app.notFound((c) => {
    const what = `There is no ${c.req.method} ${c.req.path}; /openapi.json lists what there is`
    throw new GatewayFault('ROUTE_UNKNOWN', what)
  })
  observeRequests(app, { clock, traffic })
  app.use(requestId())
  app.use(secureHeaders())
  const limit = bodyLimit({
    maxSize: bodyBytesMax,
    onError: () => {
      throw new GatewayFault('BODY_TOO_LARGE', `A body may have ${bodyBytesMax} bytes`)
    },
  })
  app.use((c, next) => (isLineStream(c) ? next() : limit(c, next)))
  guardHttp(app, parts)
  bindMeRoutes(app, parts)
  bindEmitRoutes(app, parts)
  bindSwarmRoutes(app, parts)
  bindTrajectoryRoutes(app, parts)
  bindLogRoutes(app, parts)
  bindDecisionRoutes(app, parts)
  bindContextRoutes(app, parts)
  bindOperationRoutes(app, parts)
  bindBankRoutes(app, parts)
  bindCoordinationRoutes(app, parts)
  bindMemoryRoutes(app, parts)
  bindKnowledgeRoutes(app, parts)
  bindExplainRoutes(app, parts)
  bindVoteRoutes(app, parts)
  bindLockRoutes(app, parts)
  bindRememberRoutes(app, parts)
  bindFiguresRoutes(app, parts)
  bindMaintenanceRoutes(app, parts)
  bindTrustRoutes(app, parts)
  const mcp = mountMcp(app, parts)
  bindLiveTail(app, parts, createLiveStats(parts))
  mountBeside(app, parts)
  return Object.assign(app, { close: () => mcp.close() })
}
