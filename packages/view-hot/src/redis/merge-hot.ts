import type { Agent, AgentState, Bar, Decision, Signal } from '@waggle/event'
import { compareOrder, keepNewest, type Ordered } from '../hot-order.ts'
import {
  RECENT_BARS,
  RECENT_DECISIONS,
  RECENT_DECISIONS_BY_AGENT,
  type HotSwarm,
} from '../hot-state.ts'
import { decodeEntry, decodeHolding } from './hot-json.ts'
import type { HashCollection, ListCollection } from './hot-keys.ts'

/**
 * What partitions hold of a swarm, put together: the newest by the total order, sums of sums, the largest
 * fence and clock. Whatever the order in which the parts come, the result is that of the fold.
 */
export const absorbHash: Readonly<
  Record<HashCollection, (swarm: HotSwarm, hash: Readonly<Record<string, string>>) => void>
> = {
  totals: (swarm, { clock = '0', stale_fills: staleFills = '0' }) => {
    swarm.clock = Math.max(swarm.clock, Number(clock))
    swarm.staleFills += Number(staleFills)
  },
  agents: (swarm, hash) => {
    for (const text of Object.values(hash)) {
      const entry = decodeEntry<Agent>(text)
      const { agent } = entry.event
      swarm.agents.set(agent, newer(swarm.agents.get(agent), entry))
    }
  },
  states: (swarm, hash) => {
    for (const text of Object.values(hash)) {
      const entry = decodeEntry<AgentState>(text)
      const { agent, type } = entry.event
      const states = swarm.states.get(agent) ?? {}
      states[type] = newer(states[type], entry)
      swarm.states.set(agent, states)
    }
  },
  holdings: (swarm, hash) => {
    for (const [name, text] of Object.entries(hash)) {
      const holding = decodeHolding(text)
      const sum = swarm.holdings.get(name)
      if (sum === undefined) {
        swarm.holdings.set(name, holding)
        continue
      }
      sum.quantity += holding.quantity
      sum.cash += holding.cash
      sum.fees += holding.fees
      sum.fills += holding.fills
    }
  },
  fences: (swarm, hash) => {
    for (const [resource, token] of Object.entries(hash)) {
      swarm.fences.set(resource, Math.max(swarm.fences.get(resource) ?? -1, Number(token)))
    }
  },
}

export const absorbList: Readonly<
  Record<ListCollection, (swarm: HotSwarm, texts: readonly string[]) => void>
> = {
  signals: (swarm, texts) => {
    for (const text of texts) {
      const entry = decodeEntry<Signal>(text)
      const expiresAt = entry.knownFrom + entry.event.ttl_ms * 1000
      swarm.signals.set(
        entry.event.id,
        newer(swarm.signals.get(entry.event.id), { ...entry, expiresAt }),
      )
    }
  },
  decisions: (swarm, texts) => {
    for (const text of texts) {
      keepNewest(swarm.decisions, decodeEntry<Decision>(text), RECENT_DECISIONS)
    }
  },
  'agent-decisions': (swarm, texts) => {
    for (const text of texts) {
      const entry = decodeEntry<Decision>(text)
      const own = swarm.decisionsByAgent.get(entry.event.agent) ?? []
      keepNewest(own, entry, RECENT_DECISIONS_BY_AGENT)
      swarm.decisionsByAgent.set(entry.event.agent, own)
    }
  },
  // An instrument's bars lie in one partition, sorted and without two of the same time.
  bars: (swarm, texts) => {
    for (const text of texts) {
      const entry = decodeEntry<Bar>(text)
      const bars = swarm.bars.get(entry.event.instrument) ?? []
      bars.push(entry)
      if (bars.length > RECENT_BARS) bars.shift()
      swarm.bars.set(entry.event.instrument, bars)
    }
  },
}

function newer<T extends Ordered>(known: T | undefined, entry: T): T {
  return known !== undefined && compareOrder(known, entry) > 0 ? known : entry
}
