import { ROUTES } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { createKnowledgeWriter } from '../knowledge/change-knowledge.ts'
import { createGraphReader } from '../knowledge/graph-reader.ts'
import { selectNodes } from '../knowledge/select-nodes.ts'
import { authorize } from '../principal.ts'
import { readScope } from '../read-scope.ts'
import { readersOf } from '../readers-of.ts'

/** What a namespace knows, as a graph. */
export function bindKnowledgeRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { bus, readers } = parts
  const write = createKnowledgeWriter(parts)

  bindRoute(app, ROUTES.knowledge, ({ params, query, body, principal }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { namespace } = body
    return scope.view('memory', (view) => {
      // A token bound to agents reads as they may.
      const mayRead = (agent: string | undefined): boolean =>
        agent === undefined || view.mayRead(scope, agent, namespace)
      if (!readersOf(principal, undefined).some(mayRead))
        throw new WaggleError(
          'ACCESS_DENIED',
          `The agents of the token ${principal.name} may not read ${namespace}`,
          { field: 'namespace', input: namespace },
        )
      return selectNodes(createGraphReader(view, scope, namespace).graph(), body)
    })
  })

  bindRoute(app, ROUTES.changeKnowledge, ({ params, query, body, principal }) => {
    const swarm = params['swarm']!
    const { agent, namespace = agent, change } = body
    authorize(principal, { verb: 'remember', swarm, agent })
    const run = query.run === undefined || query.run === 'live' ? null : query.run
    return write({ speaker: { swarm, agent, run }, namespace, change })
  })
}
