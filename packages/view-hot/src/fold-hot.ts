import { multiplyDecimal, type Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Bar, Decision, Fill, Signal } from '@waggle/event'
import { keepNewest } from './hot-order.ts'
import {
  RECENT_BARS,
  RECENT_DECISIONS,
  RECENT_DECISIONS_BY_AGENT,
  swarmOf,
  type Entry,
  type HotState,
  type HotSwarm,
} from './hot-state.ts'

/** Topics the hot view lives on. */
/** Of what the view means and how it is kept: raise it with either, and every engine builds the view anew. */
export const HOT_VERSION = 1

export const HOT_TOPICS = [
  'waggle.agents.v1',
  'waggle.agent-states.v1',
  'waggle.bars.v1',
  'waggle.decisions.v1',
  'waggle.fills.v1',
  'waggle.signals.v1',
] as const

/**
 * Event -> state, in place. The order within a partition counts, the order between partitions does not:
 * so the rebuilt view equals the live one whatever was read first.
 */
export function foldHot(state: HotState, { event, position, knownFrom }: KnownEvent): void {
  const swarm = swarmOf(state, event.run, event.swarm)
  const order = { position, knownFrom }
  switch (event.kind) {
    case 'agent':
      // Heartbeats and weights make no member; they are the registry's, in the coordination view.
      if (event.op === 'JOINED' || event.op === 'LEFT')
        swarm.agents.set(event.agent, { ...order, event })
      break
    case 'agent_state': {
      const states = swarm.states.get(event.agent) ?? {}
      states[event.type] = { ...order, event }
      swarm.states.set(event.agent, states)
      break
    }
    case 'signal':
      addSignal(swarm, { ...order, event })
      break
    case 'decision':
      addDecision(swarm, { ...order, event })
      break
    case 'fill':
      addFill(swarm, event)
      break
    case 'bar':
      addBar(swarm, { ...order, event })
      break
    default:
      break
  }
  moveClock(swarm, knownFrom)
}

function addSignal(swarm: HotSwarm, entry: Entry<Signal>): void {
  const expiresAt = entry.knownFrom + entry.event.ttl_ms * 1000
  swarm.signals.set(entry.event.id, { ...entry, expiresAt })
  swarm.expiryDueAt = Math.min(swarm.expiryDueAt, expiresAt)
}

function addDecision(swarm: HotSwarm, entry: Entry<Decision>): void {
  keepNewest(swarm.decisions, entry, RECENT_DECISIONS)
  const { agent } = entry.event
  const own = swarm.decisionsByAgent.get(agent) ?? []
  swarm.decisionsByAgent.set(agent, keepNewest(own, entry, RECENT_DECISIONS_BY_AGENT))
}

/** A fill under a lock counts only with the highest token seen for the resource: the rest is fenced off. */
function addFill(swarm: HotSwarm, fill: Fill): void {
  if (fill.lock_resource !== null && fill.fencing_token !== null) {
    const highest = swarm.fences.get(fill.lock_resource) ?? -1
    if (fill.fencing_token < highest) {
      swarm.staleFills++
      return
    }
    swarm.fences.set(fill.lock_resource, fill.fencing_token)
  }
  const name = `${fill.agent}/${fill.instrument}`
  const holding = swarm.holdings.get(name) ?? {
    agent: fill.agent,
    instrument: fill.instrument,
    quantity: 0n,
    cash: 0n,
    fees: 0n,
    fills: 0,
  }
  holding.quantity += fill.quantity
  holding.cash -= multiplyDecimal(fill.quantity, fill.price) + fill.fee
  holding.fees += fill.fee
  holding.fills++
  swarm.holdings.set(name, holding)
}

function addBar(swarm: HotSwarm, entry: Entry<Bar>): void {
  const bars = swarm.bars.get(entry.event.instrument) ?? []
  const at = entry.event.occurred_at
  let index = bars.length
  while (index > 0 && bars[index - 1]!.event.occurred_at > at) index--
  const corrects = index > 0 && bars[index - 1]!.event.occurred_at === at
  bars.splice(corrects ? index - 1 : index, corrects ? 1 : 0, entry)
  if (bars.length > RECENT_BARS) bars.shift()
  swarm.bars.set(entry.event.instrument, bars)
}

function moveClock(swarm: HotSwarm, knownFrom: Micros): void {
  if (knownFrom <= swarm.clock) return
  swarm.clock = knownFrom
  if (knownFrom < swarm.expiryDueAt) return
  swarm.expiryDueAt = Infinity
  for (const [id, { expiresAt }] of swarm.signals) {
    if (expiresAt <= knownFrom) swarm.signals.delete(id)
    else swarm.expiryDueAt = Math.min(swarm.expiryDueAt, expiresAt)
  }
}
