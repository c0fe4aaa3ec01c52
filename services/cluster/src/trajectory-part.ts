import { isWaggleError, type Service } from '@waggle/base'
import {
  createRunner,
  emptyAdmission,
  judgeBatch,
  type Checkpoint,
  type ProjectionRunner,
  type RunnerOptions,
} from '@waggle/consume'
import { positionText } from '@waggle/event'
import {
  createTrajectoryProjection,
  judgedAt,
  type IndexStore,
  type TrajectoryIndex,
} from '@waggle/replay'

export interface TrajectoryPart extends Service {
  readonly runner: ProjectionRunner
  readonly view: TrajectoryIndex
}

type Parts = Omit<RunnerOptions, 'projection'>

/**
 * Where events stand, in a store that ends with it. A store outlives the cluster whose log it was made from, so one that
 * does not know the record it ends at is of another log, and is made again.
 */
export function trajectoryPart(parts: Parts, store: IndexStore): TrajectoryPart {
  const made = createTrajectoryProjection({ store, log: parts.log })
  const projection = {
    ...made,
    checkpoints: async () => {
      const stored = await made.checkpoints()
      for (const at of stored) {
        if (await isOfLog(parts, made.index, at)) continue
        const record = positionText({ ...at, offset: at.nextOffset - 1n })
        parts.logger.warn({ view: made.name, record }, 'The index is of another log: made again')
        await made.reset()
        return made.checkpoints()
      }
      return stored
    },
  }
  const runner = createRunner({ ...parts, projection })
  return {
    name: made.name,
    runner,
    view: made.index,
    start: () => runner.start(),
    stop: async () => {
      await runner.stop()
      await store.close()
    },
  }
}

/** Whether the last record of what was indexed stands in the log, and is found by its id. */
async function isOfLog(
  { log, codec }: Parts,
  index: TrajectoryIndex,
  { topic, partition, nextOffset }: Checkpoint,
): Promise<boolean> {
  const last = { topic, partition, offset: nextOffset - 1n }
  const records = await log.read(last, 1).catch((error: unknown) => {
    if (isWaggleError(error, 'OFFSET_OUT_OF_RANGE')) return undefined
    throw error
  })
  if (records === undefined) return false
  const prefix = await index.of(last)
  // Offsets without a record, and records that were refused, are in no index.
  if (prefix === undefined || judgedAt(prefix, Number(last.offset)) === undefined) return true
  if (records[0]?.offset !== last.offset) return false
  const { admitted } = await judgeBatch(codec, emptyAdmission(), { ...last, records })
  return admitted.some(({ envelope }) =>
    index.find(last, envelope, { id: envelope.id }).includes(Number(last.offset)),
  )
}
