import { messageOf, type Service } from '@waggle/base'
import { partitionName, type TopicPartition } from '@waggle/event'
import { createRunner, type RunnerOptions, type RunnerStatus } from './projection-runner.ts'
import type { ProjectionRunner } from './projection-runner.ts'

/** Says which partitions are ours: a consumer group, or a fixed list. */
export interface Assignments {
  start(onAssigned: (partitions: readonly TopicPartition[]) => void): void
  leave(): Promise<void>
}

export interface AssignedRunner extends Service {
  /** Partitions of the running generation. */
  readonly partitions: readonly TopicPartition[]
  /** Generations seen so far. */
  readonly generations: number
  status(): Promise<RunnerStatus>
  pause(): Promise<void>
  /** Goes on from the view's own positions. */
  resume(): Promise<void>
}

/**
 * Runs a projection over the partitions assigned to this process. A new assignment drains the runner of
 * the old one, lets the view forget what others have now, and goes on from the view's own positions.
 */
export function createAssignedRunner(
  options: Omit<RunnerOptions, 'partitions'>,
  assignments: Assignments,
): AssignedRunner {
  const { projection, logger } = options
  let runner: ProjectionRunner | undefined
  let partitions: readonly TopicPartition[] = []
  let generations = 0
  let last: Promise<void> = Promise.resolve()
  let refused = 0

  const change = async (assigned: readonly TopicPartition[]): Promise<void> => {
    if (runner !== undefined && sameSet(partitions, assigned)) return
    await runner?.stop()
    refused += (await runner?.status().catch(() => undefined))?.refused ?? 0
    partitions = assigned
    generations++
    const names = assigned.map(partitionName)
    logger.info({ projection: projection.name, partitions: names }, 'partitions assigned')
    await projection.keep?.(assigned)
    runner = createRunner({ ...options, partitions: assigned })
    await runner.start()
  }

  return {
    name: projection.name,
    get partitions() {
      return partitions
    },
    get generations() {
      return generations
    },
    start: async () => {
      assignments.start((assigned) => {
        last = last
          .then(() => change(assigned))
          .catch((error: unknown) => logger.error({ err: error }, messageOf(error)))
      })
    },
    stop: async () => {
      await assignments.leave()
      await last
      await runner?.stop()
    },
    pause: async () => runner?.pause(),
    resume: async () => runner?.resume(),
    status: async () => {
      if (runner !== undefined) {
        const status = await runner.status()
        return { ...status, refused: status.refused + refused }
      }
      const reason = 'no partitions assigned yet'
      const { name } = projection
      return { name, state: 'idle', reason, lag: 0n, refused, applied: new Map(), partitions: 0 }
    },
  }
}

function sameSet(a: readonly TopicPartition[], b: readonly TopicPartition[]): boolean {
  const names = new Set(a.map(partitionName))
  return a.length === b.length && b.every((at) => names.has(partitionName(at)))
}
