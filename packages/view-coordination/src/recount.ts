import { knownEventOf, readAdmitted } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import type { Agent, TopicPartition, WaggleEvent } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { emptyPartition } from './fold-coordination.ts'
import { emptyWeighing, foldWeights } from './fold-weights.ts'
import { VERDICT_TOPIC } from './project-weights.ts'
import { foldResults } from './result-events.ts'

/** All results of a partition that is coordinated, from the log alone: what anyone can recount. */
export async function recount(
  log: EventLog,
  codec: Codec,
  at: TopicPartition,
): Promise<WaggleEvent[]> {
  const state = emptyPartition()
  const results: WaggleEvent[] = []
  for (const end of await log.ends([at])) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      results.push(...foldResults(state, at, batch.map(knownEventOf)))
    }
  }
  return results
}

/** Every weight that the verdicts sealed so far bring about, by swarm and run in the order it is said. */
export async function recountWeights(log: EventLog, codec: Codec): Promise<Agent[]> {
  const state = emptyWeighing()
  const said: Agent[] = []
  const partitions = partitionsOf(log, [VERDICT_TOPIC])
  for (const end of await log.ends(partitions)) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      said.push(...foldWeights(state, partitions.length, batch.map(knownEventOf)))
    }
  }
  return said
}
