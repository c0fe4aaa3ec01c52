import { EVENT_TOPICS, partitionName } from '@waggle/event'
import {
  createRunLog,
  fork,
  forkLineage,
  rootLineage,
  viewDigests,
  type ForkedRun,
  type ForkPoint,
  type Lineage,
} from '@waggle/fork'
import { partitionsOf } from '@waggle/log'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { answerOf, SILENT, VIEW_NAMES, type ViewName } from '../support/past-answers.ts'
import { askedOf } from './historian.ts'
import { between, chance, SECOND, type World } from './world.ts'

/** A fork that changes nothing, and what its views and those of its parent say of the cut in the end. */
export interface Parted {
  readonly run: string
  readonly digests: Readonly<Record<string, string>>
  readonly parentDigests: Readonly<Record<string, string>>
  readonly view: ViewName
  readonly text: string
  readonly parentText: string
}

export interface Forker {
  work(isOver: () => boolean): Promise<void>
  compare(): Promise<Parted[]>
}

/** A run of one swarm: a fork tells the time by the records of its own swarm alone. */
const FORKED = { swarm: 'hive', parent: 'backtest' } as const

/** Forks a run at most once, as of a time or at positions, while everything else goes on. */
export function createForker(world: World): Forker {
  const process = world.process('forker')
  const { random } = process
  const { scheduler, codec } = world
  const log = { ...world.log, append: world.land }
  const clock = scheduler.clock(process)
  const forks: ForkedRun[] = []

  const pointOf = async (): Promise<ForkPoint> => {
    if (chance(random, 0.5)) return { at: scheduler.now - between(random, 0, 30) * SECOND }
    const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
    const some = ends.filter(({ offset }) => offset > 0n)
    return {
      positions: some.map((end) => ({
        ...end,
        offset: end.offset - BigInt(between(random, 0, 1)),
      })),
    }
  }

  return {
    work: async (isOver) => {
      await scheduler.turn(process, between(random, 10, 80) * SECOND)
      if (isOver() || chance(random, 0.4)) return
      const bus = { log, codec, clock }
      forks.push(await fork({ bus, ...FORKED, run: 'fork:null', from: await pointOf() }))
    },
    compare: () => Promise.all(forks.map((forked) => compareAt(world, forked))),
  }
}

async function compareAt({ log, codec, seed, bug }: World, forked: ForkedRun): Promise<Parted> {
  const { swarm, run, parent, cut } = forked
  const root = rootLineage(swarm, parent)
  const late = new Map([...cut].map(([name, offset]) => [name, offset + 1n]))
  const lineage = bug === 'cuts-forks-late' ? forkLineage(root, run, late) : forked.lineage
  const before: Lineage = { swarm, ancestors: [{ run: parent, before: cut }] }
  const digestsOf = (of: Lineage): Promise<Record<string, string>> =>
    viewDigests({ log, codec, lineage: of, parting: cut }, [
      createHotProjection(),
      createCoordinationProjection(SILENT),
    ])
  const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
  const at = ends.map((end) => ({ ...end, offset: cut.get(partitionName(end)) ?? 0n }))
  const view = VIEW_NAMES[seed % VIEW_NAMES.length]!
  const own = { log: createRunLog({ log, lineage }), codec }
  const said = await answerOf(view, own, ends, { asked: askedOf({ swarm, run }) })
  const parentSaid = await answerOf(view, { log, codec }, at, {
    asked: askedOf({ swarm, run: parent }),
  })
  return {
    run,
    view,
    digests: await digestsOf(lineage),
    parentDigests: await digestsOf(before),
    text: said.text.replaceAll(run, parent!),
    parentText: parentSaid.text,
  }
}
