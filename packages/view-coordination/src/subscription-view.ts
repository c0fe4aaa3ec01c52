import type { CoordinationScope } from './coordination-view.ts'
import { subscriberName, type AgentSubscriptions } from './subscription-state.ts'

export interface SubscriptionReport {
  readonly pattern: string
  /** Offset to go on from, by partition of the messages. */
  readonly positions: ReadonlyMap<number, bigint>
}

export interface SubscriptionView {
  /** Where an agent's durable subscription stands; undefined where there is none. */
  subscription(
    scope: CoordinationScope,
    agent: string,
    name: string,
  ): SubscriptionReport | undefined
}

interface SubscriptionPartition {
  readonly runs: ReadonlyMap<
    string,
    { readonly subscriptions: ReadonlyMap<string, AgentSubscriptions> }
  >
}

export function createSubscriptionView(
  partitions: ReadonlyMap<string, SubscriptionPartition>,
): SubscriptionView {
  return {
    subscription: ({ swarm, run }, agent, name) => {
      for (const { runs } of partitions.values()) {
        const found = runs
          .get(run ?? '')
          ?.subscriptions.get(subscriberName({ swarm, agent }))
          ?.get(name)
        if (found === undefined) continue
        const positions = [...found.positions].map(
          ([partition, offset]) => [Number(partition), BigInt(offset)] as const,
        )
        return { pattern: found.pattern, positions: new Map(positions) }
      }
      return undefined
    },
  }
}
