import type { Micros } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import type { PartitionState, RunState } from './fold-coordination.ts'

const LIVE = ''

/**
 * Partitions of the live run in which something ends by time alone, and should have by `by`: a deadline, a
 * lease, a wait, an unanswered signal, a silent member. Only a record can move their time.
 */
export function duePartitions(
  partitions: Iterable<readonly [TopicPartition, PartitionState]>,
  by: Micros,
): TopicPartition[] {
  const due: TopicPartition[] = []
  for (const [at, { runs }] of partitions) {
    const live = runs.get(LIVE)
    if (live !== undefined && dueAt(live) < by) due.push(at)
  }
  return due
}

function dueAt({ proposals, locks, signals, members }: RunState): Micros {
  const deadline = proposals.due[0]?.at ?? Infinity
  return Math.min(deadline, locks.dueAt, signals.dueAt, silenceEnd(members))
}

/** When the first member that is alive will count as lost. */
function silenceEnd({ bySwarm, clock }: RunState['members']): Micros {
  let end = Infinity
  for (const { joined } of bySwarm.values()) {
    for (const { lastHeard, ttlMs } of joined.values()) {
      const lostAt = lastHeard + ttlMs * 1000
      if (lostAt >= clock) end = Math.min(end, lostAt)
    }
  }
  return end
}
