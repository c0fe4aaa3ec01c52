import { decimalToNumber, formatDecimal } from '@waggle/base'
import type { HotView, SwarmScope } from '@waggle/view-hot'
import { AGENT_NAMES } from './agents/roster.ts'

/** What the swarm believed, as text; a function of the view alone, so equal beliefs read equal. */
export function beliefText(view: HotView, scope: SwarmScope, symbol: string): string {
  const [bar] = view.lastBars(scope, symbol, 1)
  const signals = view
    .activeSignals(scope)
    .map(
      ({ event }) =>
        `  ${event.severity} from ${event.agent}: ${event.message} (${event.confidence.toFixed(2)})`,
    )
  const decisions = view
    .recentDecisions(scope, 3)
    .map(
      ({ event }) =>
        `  ${event.agent}: ${event.action} at ${event.confidence.toFixed(2)}: ${event.reasoning}`,
    )
  const holdings = view
    .holdings(scope)
    .map(
      ({ agent, instrument, quantity }) =>
        `  ${agent} holds ${formatDecimal(quantity)} ${instrument}`,
    )
  const states = AGENT_NAMES.flatMap((agent) => {
    const state = view.agentState(scope, agent)
    return state === undefined ? [] : [`  ${agent}: ${state.event.state}`]
  })
  return [
    `last close ${bar === undefined ? 'unknown' : decimalToNumber(bar.event.close)}`,
    'active signals:',
    ...signals,
    'last decisions:',
    ...decisions,
    'holdings:',
    ...holdings,
    'states:',
    ...states,
  ].join('\n')
}
