import { silentLogger } from '@waggle/base'
import { createAssignedRunner, type AssignedRunner } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import {
  COORDINATION_TOPICS,
  createCoordinationProjection,
  type CoordinationProjection,
} from '@waggle/view-coordination'
import { bend, publisherWith } from './bugs.ts'
import { processLog } from './process-log.ts'
import type { Process } from './scheduler.ts'
import { between, chance, pick, SECOND, type World } from './world.ts'

/** One life of a coordinator service: the product's own runner, projection and publisher. */
export interface Coordinator {
  readonly process: Process
  readonly runner: AssignedRunner
  readonly projection: CoordinationProjection
  readonly partitions: readonly TopicPartition[]
  assign(partitions: readonly TopicPartition[]): void
}

/** Two coordinators share the partitions; an operator moves partitions, and kills and replaces them. */
export interface Coordinators {
  readonly living: readonly Coordinator[]
  /** Lets faults happen until the world has none. */
  operate(): Promise<void>
  /** Shares all partitions out once more. */
  settle(): void
}

export async function startCoordinators(world: World): Promise<Coordinators> {
  const all = partitionsOf(world.log, COORDINATION_TOPICS)
  const operator = world.process('operator')
  const { random } = operator
  let lives = 0
  const start = async (): Promise<Coordinator> => {
    const coordinator = createCoordinator(world, `coordinator-${++lives}`)
    await coordinator.runner.start()
    return coordinator
  }
  const living = [await start(), await start()]
  const share = (): void => {
    const first = all.filter(() => chance(random, 0.5))
    living[0]!.assign(first)
    living[1]!.assign(all.filter((at) => !first.includes(at)))
  }

  /** The one that loses partitions hears of it late, or the one that gets them does. */
  const rebalance = async (): Promise<void> => {
    const first = all.filter(() => chance(random, 0.5))
    const shares = [first, all.filter((at) => !first.includes(at))]
    const order = pick(random, [
      [0, 1],
      [1, 0],
    ])
    for (const index of order) {
      living[index]!.assign(shares[index]!)
      await world.scheduler.turn(operator, between(random, 0, 5 * SECOND))
    }
  }

  const crash = async (): Promise<void> => {
    const index = pick(random, [0, 1])
    const { process, partitions } = living[index]!
    process.dead = true
    living[index] = await start()
    await world.scheduler.turn(operator, between(random, 0, 5 * SECOND))
    living[index].assign(partitions)
  }

  share()
  return {
    living,
    operate: async () => {
      while (world.faults.size > 0) {
        await world.scheduler.turn(operator, between(random, SECOND, 8 * SECOND))
        if (world.faults.has('rebalances') && chance(random, 0.3)) await rebalance()
        if (world.faults.has('crashes') && chance(random, 0.3)) await crash()
      }
    },
    settle: share,
  }
}

function createCoordinator(world: World, name: string): Coordinator {
  const process = world.process(name)
  const log = processLog(world, process, { fallible: true })
  const clock = world.scheduler.clock(process)
  const { bug, codec } = world
  const publisher = publisherWith(bug, log, codec, name)
  const made = createCoordinationProjection(publisher)
  const projection =
    bug === 'ignores-tokens' || bug === 'skips-a-batch' ? made : bend(bug, made, clock)
  let onAssigned: (partitions: readonly TopicPartition[]) => void = () => {}
  let assigned: readonly TopicPartition[] = []
  const runner = createAssignedRunner(
    { log, codec, clock, projection, logger: silentLogger },
    { start: (listener) => void (onAssigned = listener), leave: () => Promise.resolve() },
  )
  return {
    process,
    runner,
    projection,
    get partitions() {
      return assigned
    },
    assign: (partitions) => {
      assigned = partitions
      onAssigned(partitions)
    },
  }
}
