import type { TopicPartition } from '@waggle/event'
import type { EventLog } from './event-log.ts'

/** Every partition of some topics, in order; a topic the log does not have gives none. */
export function partitionsOf(
  log: Pick<EventLog, 'topics'>,
  topics: readonly string[],
): TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: log.topics[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}
