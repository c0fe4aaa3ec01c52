import { silentLogger } from '@waggle/base'
import {
  createRunner,
  emptyAdmission,
  judgeBatch,
  knownEventOf,
  type KnownEvent,
  type Refusal,
} from '@waggle/consume'
import { partitionName, type WaggleEvent } from '@waggle/event'
import { partitionsOf, type LogRecord } from '@waggle/log'
import { COORDINATION_TOPICS, recount } from '@waggle/view-coordination'
import { createHotProjection, type HotProjection } from '@waggle/view-hot'
import { asClaimed } from './bugs.ts'
import { startCoordinators } from './coordinators.ts'
import type { History } from './history.ts'
import { processLog } from './process-log.ts'
import { createReplayer } from './replayer.ts'
import { coordinationReplica, coordinatorEnd, hotEnd, hotReplica } from './replicas.ts'
import { createForker } from './forker.ts'
import { createHistorian } from './historian.ts'
import { takesSnapshots } from './snapshots-taken.ts'
import { keepTicking, tickLast } from './ticks.ts'
import { startWorkload } from './workload.ts'
import { createWorld, HOUR, pick, type SimulationOptions, type World } from './world.ts'

/**
 * A whole bus in one process, from a seed: agents, run clocks, two coordinators, a hot view and the memory log.
 * They are the product's own; every await of theirs is a turn of the scheduler, and no real time passes. Once
 * the agents are through the faults stop, all partitions are shared out again and ticks pass every deadline:
 * what the views then say must be what the log says.
 */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<History> {
  const world = await createWorld(seed, options)
  const faults = [...world.faults]
  const { scheduler } = world
  const coordinators = await startCoordinators(world)
  const hot = await startHotView(world)
  const living = () => [hot, ...coordinators.living.map(({ projection }) => projection)]
  const snapshots = takesSnapshots(world, living)
  const historian = createHistorian(world, snapshots)
  const replayer = createReplayer(world)
  const forker = createForker(world)
  const asker = world.process('asker').random
  const work = startWorkload(world, () => {
    const views = coordinators.living.map(({ projection }) => projection.view)
    return pick(asker, [views, views.toReversed()])
  })
  let over = false
  const ended = work.done.finally(() => void (over = true))
  const isOver = (): boolean => over
  const lasting = [historian, replayer, forker].map(({ work }) => work(isOver))
  const backstage = Promise.all([
    ended,
    coordinators.operate(),
    keepTicking(world, isOver),
    ...lasting,
  ])
  // Looked at below, once nothing moves any more.
  backstage.catch(() => {})
  await scheduler.run(() => over)
  world.faults.clear()
  await scheduler.run()
  await backstage
  const { results } = await coordinationReplica(world, 'replica-at-rest')
  const atRest = { results, ends: new Map(world.ends) }
  coordinators.settle()
  await scheduler.run()
  scheduler.pass(2 * HOUR)
  const lastTick = await tickLast(world)
  await scheduler.run()

  const replicas = []
  for (const at of [0, 1]) replicas.push(await coordinationReplica(world, `replica-${at}`))
  const ends = []
  for (const living of coordinators.living) ends.push(await coordinatorEnd(world, living))
  const hotViews = [await hotEnd('hot view', hot)]
  for (const at of [0, 1]) hotViews.push(await hotReplica(world, `hot-replica-${at}`))
  const refusedSnapshots: string[] = []
  const past = await snapshots.use(refusedSnapshots, historian.askAgain)
  const { writes, acknowledged } = work
  return {
    seed,
    faults,
    steps: scheduler.steps,
    lastTick,
    ...(await wholeLog(world)),
    acknowledged,
    writes,
    atRest,
    recounted: await recountAll(world),
    coordinators: ends,
    replicas,
    hotViews,
    refusedSnapshots,
    past,
    replays: replayer.replays,
    forks: await forker.compare(),
  }
}

async function startHotView(world: World): Promise<HotProjection> {
  const process = world.process('hot-view')
  const log = processLog(world, process)
  const clock = world.scheduler.clock(process)
  const projection = createHotProjection()
  const { codec } = world
  await createRunner({ log, codec, clock, projection, logger: silentLogger }).start()
  return projection
}

async function wholeLog({
  log,
  codec,
  bug,
}: World): Promise<Pick<History, 'records' | 'known' | 'refused'>> {
  const records = new Map<string, readonly LogRecord[]>()
  const known = new Map<string, readonly KnownEvent[]>()
  const refused: Refusal[] = []
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics)))) {
    if (end.offset === 0n) continue
    const name = partitionName(end)
    const all = await log.read({ ...end, offset: 0n }, Number(end.offset))
    records.set(name, all)
    if (end.topic === 'waggle.dead-letters.v1') continue
    const judged = await judgeBatch(codec, emptyAdmission(), { ...end, records: all })
    known.set(name, judged.admitted.map(bug === 'believes-claims' ? asClaimed : knownEventOf))
    refused.push(...judged.refusals)
  }
  return { records, known, refused }
}

/** As whoever reads them sees them: encoded and decoded. */
async function recountAll({ log, codec }: World): Promise<WaggleEvent[]> {
  const results = []
  for (const at of partitionsOf(log, COORDINATION_TOPICS)) {
    for (const event of await recount(log, codec, at))
      results.push(await codec.decode(codec.encode(event)))
  }
  return results
}
