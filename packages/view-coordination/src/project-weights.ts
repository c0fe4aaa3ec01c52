import type { Micros } from '@waggle/base'
import { knownEventOf, type Checkpoint, type Dump, type KeptProjection } from '@waggle/consume'
import { partitionName, type TopicPartition, type WaggleEvent } from '@waggle/event'
import { digestState } from './digest-state.ts'
import {
  emptyWeighing,
  foldWeights,
  idlePartitions,
  plainWeighing,
  type WeighingState,
} from './fold-weights.ts'
import type { ResultPublisher } from './project-coordination.ts'

export const VERDICT_TOPIC = 'waggle.verdicts.v1'

export interface WeightProjection extends KeptProjection {
  /** Partitions of the live run whose silence holds up what was known before `by`. */
  due(by: Micros): TopicPartition[]
}

/**
 * Weights of agents, learned in process from all verdicts and said in the registry. As with other results,
 * the state moves first, and a failed publication is repeated before anything else is applied.
 *
 * @param partitions How many partitions verdicts have; the runner must be given all of them.
 */
export function createWeightProjection(
  publisher: ResultPublisher,
  partitions: number,
): WeightProjection {
  let state = emptyWeighing()
  let pending: readonly WaggleEvent[] = []
  const checkpoints = new Map<string, Checkpoint>()

  const publishPending = async (): Promise<void> => {
    if (pending.length > 0) await publisher.publish(pending)
    pending = []
  }

  return {
    name: 'weights',
    version: 1,
    topics: [VERDICT_TOPIC],
    checkpoints: async () => {
      await publishPending()
      return [...checkpoints.values()]
    },
    apply: async ({ topic, partition, nextOffset, events, admission }) => {
      await publishPending()
      const name = partitionName({ topic, partition })
      const applied = checkpoints.get(name)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      const fresh = events.filter(({ record }) => record.offset >= applied)
      pending = foldWeights(state, partitions, fresh.map(knownEventOf))
      checkpoints.set(name, { topic, partition, nextOffset, admission })
      await publishPending()
    },
    reset: async () => {
      state = emptyWeighing()
      pending = []
      checkpoints.clear()
    },
    due: (by) =>
      idlePartitions(state, partitions, by).map((partition) => ({
        topic: VERDICT_TOPIC,
        partition,
      })),
    digest: async () => digestState(plainWeighing(state)),
    dump: () =>
      pending.length > 0 ? undefined : { state, checkpoints: [...checkpoints.values()] },
    load: (dump: Dump) => {
      state = dump.state as WeighingState
      for (const at of dump.checkpoints) checkpoints.set(partitionName(at), at)
    },
  }
}
