import type { Subscription, WaggleEvent } from '@waggle/event'

/**
 * Where the durable subscriptions of agents stand, as a pure function of the order of one partition (an
 * agent's subscription events share one).
 *
 *   none --OPENED--> open --ADVANCED--> open --CLOSED--> none
 *
 * - OPENED sets pattern and positions, of one that is open too: that is how it is moved back.
 * - ADVANCED moves positions forward only, so that a reader that was replaced and is late changes nothing;
 *   without a subscription it changes nothing either.
 * - CLOSED forgets it.
 *
 * Bounds for each run and partition: AGENTS_MAX agents with SUBSCRIPTIONS_MAX each; a further OPENED is not
 * taken. Positions are of partitions 0 to 9999; others are left out.
 */
export interface SubscriptionState {
  readonly pattern: string
  /** Offset to go on from, by partition of the messages. */
  readonly positions: Map<string, number>
}

/** Subscriptions by name of one agent. */
export type AgentSubscriptions = Map<string, SubscriptionState>

export const SUBSCRIPTIONS_MAX = 1000
export const AGENTS_MAX = 100_000
const PARTITION = /^(0|[1-9]\d{0,3})$/

/** Takes an event in place. */
export function foldSubscriptions(
  agents: Map<string, AgentSubscriptions>,
  event: WaggleEvent,
): void {
  if (event.kind === 'subscription') takeSubscription(agents, event)
}

function takeSubscription(agents: Map<string, AgentSubscriptions>, event: Subscription): void {
  const agent = subscriberName(event)
  const own: AgentSubscriptions = agents.get(agent) ?? new Map<string, SubscriptionState>()
  const { subscription: name, op, pattern } = event
  switch (op) {
    case 'OPENED':
      if (!own.has(name) && own.size >= SUBSCRIPTIONS_MAX) return
      if (!agents.has(agent) && agents.size >= AGENTS_MAX) return
      own.set(name, { pattern, positions: new Map(positionsIn(event)) })
      break
    case 'ADVANCED':
      advance(own.get(name), event)
      break
    case 'CLOSED':
      own.delete(name)
      break
  }
  if (own.size > 0) agents.set(agent, own)
  else agents.delete(agent)
}

export function subscriberName({
  swarm,
  agent,
}: {
  readonly swarm: string
  readonly agent: string
}): string {
  return `${swarm}\u0000${agent}`
}

function advance(state: SubscriptionState | undefined, event: Subscription): void {
  if (state === undefined) return
  for (const [partition, offset] of positionsIn(event)) {
    state.positions.set(partition, Math.max(offset, state.positions.get(partition) ?? 0))
  }
}

function positionsIn({ positions }: Subscription): [partition: string, offset: number][] {
  return Object.entries(positions).filter(([key, offset]) => PARTITION.test(key) && offset >= 0)
}
