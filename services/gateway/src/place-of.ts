import type { EventLog } from '@waggle/log'
import { partitionOf } from '@waggle/log'
import type { Position, TopicPartition } from '@waggle/event'

/** The partition of a key, such as `swarm/proposal`. */
export function placeOf(log: EventLog, topic: string, key: string): TopicPartition {
  return { topic, partition: partitionOf(key, log.topics[topic] ?? 1) }
}

/** A position of a partition as text. */
export function textAt({ topic, partition }: TopicPartition, offset: bigint | number): string {
  return `${topic}/${partition}@${offset}`
}

export function positionAt(at: TopicPartition, offset: bigint | number): Position {
  return { ...at, offset: BigInt(offset) }
}
