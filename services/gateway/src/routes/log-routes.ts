import { ROUTES, tokenOf } from '@waggle/api'
import { EVENT_TOPICS, isKind, type Kind } from '@waggle/event'
import { bindRoute } from '../bind-route.ts'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { createRecordJudge } from '../log/judge-record.ts'
import { readLogPage } from '../log/log-page.ts'
import { covers, type Principal } from '../principal.ts'
import { positionsOf, timeIn, tokenOfEnds } from '../read-scope.ts'
import { runsOf } from '../run-scopes.ts'

const LIMIT = 100

/** The log page by page, as it stands. */
export function bindLogRoutes(app: GatewayApp, { bus }: GatewayParts): void {
  const openJudge = createRecordJudge(bus)
  bindRoute(app, ROUTES.log, async ({ params, query, principal }) => {
    const swarm = params['swarm']!
    const { topic, kind, run, from, since, limit = LIMIT } = query
    const runs = run === undefined ? await runsOf(bus, swarm) : []
    const source = {
      log: bus.log,
      index: bus.trajectories,
      vault: bus.vault,
      judge: openJudge(),
      runs: runs.map((one) => one.run),
    }
    const page = await readLogPage(source, {
      swarm,
      unreadable: seesUnreadable(principal),
      topics: topic === undefined ? EVENT_TOPICS : [topicIn(topic)],
      partition: query.partition,
      agent: query.agent,
      kind: kind === undefined ? undefined : kindIn(kind),
      run: run === 'live' ? null : run,
      trajectory: query.trajectory,
      from: from === undefined ? undefined : positionsOf(from, 'from'),
      newestFirst: query.newest === true,
      since: since === undefined ? -Infinity : timeIn(since, 'since'),
      limit,
    })
    const { records, next, ends } = page
    return {
      data: {
        records,
        next:
          next === undefined
            ? null
            : tokenOf(next.map((at) => ({ ...at, offset: String(at.offset) }))),
      },
      freshness: { position: tokenOfEnds(ends), age_ms: 0 },
    }
  })
}

/** What nobody can read belongs to no swarm: it is for those who may see every one, or who keep the bus running. */
function seesUnreadable({ swarms, verbs }: Principal): boolean {
  return covers(swarms, '*') || verbs.includes('operate')
}

function topicIn(topic: string): string {
  if ((EVENT_TOPICS as readonly string[]).includes(topic)) return topic
  throw invalid('topic', `${topic.slice(0, 64)} is no topic of events`)
}

/** A kind by its name. REQUEST_INVALID for one that is none. */
export function kindIn(kind: string): Kind {
  if (isKind(kind)) return kind
  throw invalid('kind', `${kind.slice(0, 64)} is no kind`)
}

function invalid(field: string, what: string): GatewayFault {
  return new GatewayFault('REQUEST_INVALID', `${field}: ${what}`, { field })
}
