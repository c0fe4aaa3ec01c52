import { ROUTES } from '@waggle/api'
import { positionText } from '@waggle/event'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'
import { writableRunIn } from '../read-scope.ts'
import { remember, type Remembered } from '../remember.ts'
import { createRepeats } from '../repeats.ts'

/** Writing memory, as the agents that a token may speak as. */
export function bindRememberRoutes(app: GatewayApp, { sessions }: GatewayParts): void {
  const repeats = createRepeats<Remembered>()
  bindRoute(app, ROUTES.remember, async ({ params, query, body, principal }) => {
    const swarm = params['swarm']!
    authorize(principal, { verb: 'remember', swarm, agent: body.agent })
    const speaker = { swarm, agent: body.agent, run: writableRunIn(query) }
    const { request } = body
    const name = request === undefined ? undefined : [swarm, speaker.run, body.agent, request]
    const { value } = await repeats.answer(name, () =>
      remember(sessions.agent(speaker, request), body),
    )
    const { id, version, position } = value
    const at = positionText(position)
    return { data: { id, version, position: at }, position: at }
  })
}
