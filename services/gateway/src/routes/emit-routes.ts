import { ROUTES } from '@waggle/api'
import { bindRoute } from '../bind-route.ts'
import { emitDrafts, emittedJson, tokenOfPositions } from '../emit/emit-drafts.ts'
import { bindEmitStream } from '../emit/emit-stream.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { writableRunIn } from '../read-scope.ts'

export { emittedJson, tokenOfPositions } from '../emit/emit-drafts.ts'

/** Emitting one event, several as one append, or a stream of lines. */
export function bindEmitRoutes(app: GatewayApp, parts: GatewayParts): void {
  bindEmitStream(app, parts)
  bindRoute(app, ROUTES.emit, async ({ params, query, body, principal }) => {
    const drafts = Array.isArray(body) ? body : [body]
    const request = { swarm: params['swarm']!, run: writableRunIn(query), principal, drafts }
    const emitted = await emitDrafts(parts, request)
    return { data: emitted.map(emittedJson), position: tokenOfPositions(emitted) }
  })
}
