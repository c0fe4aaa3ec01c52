import { ROUTES } from '@waggle/api'
import type { Emitted } from '@waggle/emit'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'
import { timeIn, writableRunIn } from '../read-scope.ts'
import { emittedJson, tokenOfPositions } from './emit-routes.ts'

/** Quarantines and erasures: the token needs the verb erase, and the agent it speaks as the right in its swarm. */
export function bindTrustRoutes(app: GatewayApp, { sessions }: GatewayParts): void {
  bindRoute(app, ROUTES.quarantine, async ({ params, query, body, principal }) => {
    const swarm = params['swarm']!
    const { by, reason, since = '0', lifted = false } = body
    authorize(principal, { verb: 'erase', swarm, agent: by })
    const { trust } = sessions.agent({ swarm, agent: by, run: writableRunIn(query) })
    const agent = params['agent']!
    return written(
      await (lifted
        ? trust.release(agent, reason)
        : trust.quarantine(agent, timeIn(since, 'since'), reason)),
    )
  })
  bindRoute(app, ROUTES.erase, async ({ params, body, principal }) => {
    const swarm = params['swarm']!
    const { by, subject, reason } = body
    authorize(principal, { verb: 'erase', swarm, agent: by })
    const { trust } = sessions.agent({ swarm, agent: by, run: null })
    return written(await trust.requestErasure(subject, reason))
  })
}

function written(emitted: Emitted) {
  return { data: emittedJson(emitted), position: tokenOfPositions([emitted]) }
}
