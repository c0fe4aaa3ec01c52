import { ROUTES } from '@waggle/api'
import type { Emitted } from '@waggle/emit'
import { readView } from '@waggle/query'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { placeOf, positionAt } from '../place-of.ts'
import { authorize } from '../principal.ts'
import { runIn, writableRunIn } from '../read-scope.ts'
import { recountOf } from '../recount-proposal.ts'
import { emittedJson, tokenOfPositions } from './emit-routes.ts'
import { unknown } from './coordination-routes.ts'
import { createRepeats } from '../repeats.ts'

/** Casting votes, and counting them again. */
export function bindVoteRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { bus, sessions } = parts
  const repeats = createRepeats<Emitted>()
  const inTurn = oneAtATime()
  bindRoute(app, ROUTES.vote, async ({ params, query, body, principal }) => {
    const [swarm, proposal] = [params['swarm']!, params['proposal']!]
    const { agent, choice, value, reason: reasoning, request } = body
    authorize(principal, { verb: 'vote', swarm, agent })
    const speaker = { swarm, agent, run: writableRunIn(query) }
    await checkProposal(parts, speaker, proposal)
    const name = request === undefined ? undefined : [swarm, speaker.run, agent, proposal, request]
    const { value: emitted, repeated } = await repeats.answer(name, () =>
      sessions.agent(speaker, name && JSON.stringify(name)).vote({
        proposal,
        choice,
        ...(value === undefined ? {} : { value }),
        ...(reasoning === undefined ? {} : { reasoning }),
      }),
    )
    const data = { ...emittedJson(emitted), duplicate: repeated }
    return { data, position: tokenOfPositions([emitted]) }
  })
  bindRoute(app, ROUTES.recount, async ({ params, query }) => {
    const [swarm, proposal] = [params['swarm']!, params['proposal']!]
    const data = await inTurn(() => recountOf(bus, { swarm, run: runIn(query), proposal }))
    return { data, freshness: { position: '', age_ms: 0 } }
  })
  bindRoute(app, ROUTES.recountLock, async ({ params, query }) => {
    const [swarm, resource] = [params['swarm']!, params['resource']!]
    const data = await inTurn(() => recountOf(bus, { swarm, run: runIn(query), resource }))
    return { data, freshness: { position: '', age_ms: 0 } }
  })
}

/** NOT_FOUND for a proposal that nobody made, by all that its partition has now: the vote would be a stray. */
async function checkProposal(
  { bus }: GatewayParts,
  scope: { readonly swarm: string; readonly run: string | null },
  proposal: string,
): Promise<void> {
  const at = placeOf(bus.log, 'waggle.proposals.v1', `${scope.swarm}/${proposal}`)
  const end = (await bus.log.ends([at]))[0]!.offset
  const after = end === 0n ? [] : [positionAt(at, end - 1n)]
  const { value } = await readView(
    bus.coordination,
    (view) => view.proposal(scope, proposal) !== undefined,
    { after },
  )
  if (!value) throw unknown('proposal', proposal)
}
