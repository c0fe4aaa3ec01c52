import { ROUTES } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { Term } from '@waggle/replay'
import { bindRoute } from '../bind-route.ts'
import { causesOf, findEvent } from '../causes.ts'
import { createRunDiffs } from '../diff-of-runs.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { openedJson } from '../json/known-event-json.ts'
import { openLogRead, saidBy } from '../read-log.ts'
import { timeIn, tokenOfEnds } from '../read-scope.ts'
import { readTrajectory } from '../trajectory-page.ts'
import { kindIn } from './log-routes.ts'

const LIMIT = 500

/** The log read as lines of action, causes and comparisons of runs. */
export function bindTrajectoryRoutes(app: GatewayApp, { bus }: GatewayParts): void {
  const { vault, clock } = bus
  const diffOf = createRunDiffs(bus)

  bindRoute(app, ROUTES.trajectory, async ({ params, query }) => {
    const { kind, from, to, resume, limit = LIMIT } = query
    const read = await openLogRead(bus, { swarm: params['swarm']!, query })
    const page = await readTrajectory(read, clock, {
      of: termIn(query),
      kinds: kind?.split(',').map(kindIn),
      from: from === undefined ? undefined : timeIn(from, 'from'),
      to: to === undefined ? undefined : timeIn(to, 'to'),
      resume,
      limit,
    })
    const events = []
    for (const { known, depth } of page.events)
      for (const shown of await openedJson(vault, [known])) events.push({ ...shown, depth })
    const known = page.events.map((one) => one.known)
    const data = { events, gaps: [...page.gaps], next: page.next ?? null }
    return { data, ...(await saidBy(read, known)) }
  })

  bindRoute(app, ROUTES.event, async ({ params, query }) => {
    const read = await openLogRead(bus, { swarm: params['swarm']!, query })
    const found = await findEvent(read, params['id']!)
    const [data] = await openedJson(vault, [found])
    if (data === undefined) throw erased(params['id']!)
    return { data, ...(await saidBy(read, [found])) }
  })

  bindRoute(app, ROUTES.causation, async ({ params, query }) => {
    const read = await openLogRead(bus, { swarm: params['swarm']!, query })
    const { event, ...around } = await causesOf(read, params['id']!)
    const [shown] = await openedJson(vault, [event])
    if (shown === undefined) throw erased(params['id']!)
    const causes = await openedJson(vault, around.causes)
    const effects = await openedJson(vault, around.effects)
    const inputs = await openedJson(vault, around.inputs)
    const all = [event, ...around.causes, ...around.effects, ...around.inputs]
    return { data: { event: shown, causes, effects, inputs }, ...(await saidBy(read, all)) }
  })

  bindRoute(app, ROUTES.diff, async ({ params, query: { a, b } }) => {
    const ends = await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS))
    const position = tokenOfEnds(ends)
    const data = await diffOf({ swarm: params['swarm']!, a, b, position })
    return { data, freshness: { position, age_ms: 0 } }
  })
}

/** INPUT_INVALID for more than one of them. */
function termIn(query: {
  readonly agent?: string | undefined
  readonly trajectory?: string | undefined
  readonly proposal?: string | undefined
}): Term | undefined {
  const { agent, trajectory, proposal } = query
  const given = Object.entries({ agent, trajectory, proposal }).filter(
    ([, value]) => value !== undefined,
  )
  if (given.length > 1)
    throw new WaggleError('INPUT_INVALID', 'Give one of agent, trajectory and proposal', {
      field: given[1]![0],
    })
  return given.length === 0 ? undefined : (Object.fromEntries(given) as unknown as Term)
}

function erased(id: string): WaggleError {
  return new WaggleError('SUBJECT_ERASED', `What ${id} said about its subject was erased`, {
    input: id,
  })
}
