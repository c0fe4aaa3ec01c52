import { createAssignedRunner } from '@waggle/consume'
import type { ServiceContext, Worker } from '@waggle/service'
import { createCoordinationProjection, createResultPublisher } from '@waggle/view-coordination'

/** The coordinator as a process: partitions of locks and proposals are shared out by a consumer group. */
export async function buildCoordinator(context: ServiceContext): Promise<Worker> {
  const { log, codec, assignments } = context
  const projection = createCoordinationProjection(createResultPublisher(log, codec))
  return createAssignedRunner(
    { ...context, projection },
    assignments('coordinator', projection.topics),
  )
}
