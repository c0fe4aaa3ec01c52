import { createAssignedRunner, withSnapshots } from '@waggle/consume'
import { snapshotsOf, type ServiceContext, type Worker } from '@waggle/service'
import { createCoordinationProjection, createResultPublisher } from '@waggle/view-coordination'
import { createTicker } from './ticker.ts'
import { createWeigherService } from './weigher.ts'

/** The coordinator as a process: partitions of locks, proposals and the like are shared by a consumer group. */
export async function buildCoordinator(context: ServiceContext): Promise<Worker> {
  const { log, codec, config, assignments } = context
  const counting = createCoordinationProjection(createResultPublisher(log, codec))
  const projection = withSnapshots(counting, { ...context, snapshots: snapshotsOf(context) })
  const runner = createAssignedRunner(
    { ...context, projection },
    assignments('coordinator', projection.topics),
  )
  const ticker = createTicker({ ...context, projection, intervalMs: config.WAGGLE_TICK_MS })
  const weigher = config.WAGGLE_WEIGHTS === 'off' ? undefined : sharedWeigher(context)
  return {
    start: async () => {
      await runner.start()
      await ticker.start()
      weigher?.start()
    },
    stop: async () => {
      await weigher?.stop()
      await ticker.stop()
      await runner.stop()
      await projection.saveSnapshot()
    },
    status: () => runner.status(),
  }
}

/** Runs in the process that has the one partition of agents, so that one says the weights. */
function sharedWeigher(context: ServiceContext) {
  const { WAGGLE_TICK_MS: tickMs } = context.config
  const weigher = createWeigherService({ ...context, tickMs, snapshots: snapshotsOf(context) })
  const ours = context.assignments('weigher', ['waggle.agents.v1'])
  let last: Promise<void> = Promise.resolve()
  const follow = (has: boolean): Promise<void> =>
    (last = last.then(() => (has ? weigher.start() : weigher.stop())))
  return {
    start: () => ours.start((partitions) => void follow(partitions.length > 0)),
    stop: async () => {
      await ours.leave()
      await follow(false)
    },
  }
}
