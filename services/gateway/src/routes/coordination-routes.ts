import { ROUTES } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { lockJson, proposalJson, signalJson } from '../json/coordination-json.ts'
import { placeOf } from '../place-of.ts'
import { readScope } from '../read-scope.ts'
import { reasonsOf } from '../vote-reasons.ts'

const LIMIT = 100
const LOCKS_MOST = 1000
/** The most severe ones first. */
const SIGNALS_MOST = 1000

/** Proposals, locks and signals, now or as of then. */
export function bindCoordinationRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  const placeOfProposal = (swarm: string, proposal: string) =>
    placeOf(bus.log, 'waggle.proposals.v1', `${swarm}/${proposal}`)

  bindRoute(app, ROUTES.proposals, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { status = 'open', limit = LIMIT } = query
    return scope.view('coordination', (view) => {
      const open = status === 'decided' ? [] : view.openProposals(scope, limit)
      const decided = status === 'open' ? [] : view.decidedProposals(scope, limit)
      return [...open, ...decided]
        .sort((a, b) => b.proposedAt - a.proposedAt || (a.proposal < b.proposal ? -1 : 1))
        .slice(0, limit)
        .map((report) => proposalJson(report, placeOfProposal(scope.swarm, report.proposal)))
    })
  })
  bindRoute(app, ROUTES.proposal, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const proposal = params['proposal']!
    return scope.view('coordination', async (view) => {
      const report = view.proposal(scope, proposal)
      if (report === undefined) throw unknown('proposal', proposal)
      const at = placeOfProposal(scope.swarm, proposal)
      return proposalJson(report, at, await reasonsOf(bus, at, report.votes))
    })
  })
  bindRoute(app, ROUTES.locks, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    return scope.view('coordination', (view) => view.locks(scope, LOCKS_MOST).map(lockJson))
  })
  bindRoute(app, ROUTES.signals, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { target, domain } = query
    const filter = {
      ...(target === undefined ? {} : { agent: target }),
      ...(domain === undefined ? {} : { domains: [domain] }),
    }
    return scope.view('coordination', (view) =>
      view
        .activeSignals(scope, filter)
        .slice(0, SIGNALS_MOST)
        .map((report) =>
          signalJson(
            report,
            placeOf(bus.log, 'waggle.signals.v1', `${scope.swarm}/${report.signal.agent}`),
          ),
        ),
    )
  })
}

export function unknown(what: string, name: string): WaggleError {
  return new WaggleError('NOT_FOUND', `There is no ${what} ${name}`, { input: name })
}
