import type { Micros } from '@waggle/base'
import type { Snapshots } from '@waggle/consume'
import { sealRun } from '@waggle/emit'
import { projectAsOf, type AsOf } from '@waggle/replay'
import type { CoordinationScope } from '@waggle/view-coordination'
import {
  answerOf,
  trajectoryOf,
  VIEW_NAMES,
  type Answered,
  type Fold,
  type PastBus,
  type ViewName,
} from '../support/past-answers.ts'
import { AGENTS, type Asked } from '../support/past-world.ts'
import { foldWith, snapshotsWith } from './past-bugs.ts'
import { processLog } from './process-log.ts'
import { NAMESPACE, PROPOSALS, RESOURCES, SCOPES } from './scenario.ts'
import type { SnapshotsTaken } from './snapshots-taken.ts'
import { between, chance, pick, SECOND, type World } from './world.ts'

/** A question about the past. */
export interface Question {
  readonly of: ViewName | 'trajectory'
  readonly scope: CoordinationScope
  readonly asOf: Micros
}

/** What was answered while the bus ran, and what is answered to the same in the end. */
export interface Remembered extends Question {
  readonly answer: Answered
  /** Asked by the same time; undefined where the answer was not sealed. */
  readonly byTime: Answered | undefined
  /** Asked by the positions of the answer; undefined where time and snapshots say it already. */
  readonly byPositions: Answered | undefined
  /** The same made from snapshots taken meanwhile, by the time where it was sealed; undefined where there is none. */
  readonly fromSnapshots: Answered | undefined
}

export interface Historian {
  /** Asks until the agents are through. */
  work(isOver: () => boolean): Promise<void>
  /** Asks everything once more, from the log and from snapshots. */
  askAgain(snapshots: Snapshots): Promise<Remembered[]>
}

const QUESTIONS = [...VIEW_NAMES, 'trajectory'] as const

/** Asks about the past at any turn, now and then moves a run's clock on, and remembers what it was told. */
export function createHistorian(world: World, taken: SnapshotsTaken): Historian {
  const process = world.process('historian')
  const { random } = process
  const { scheduler, codec, bug } = world
  const bus = { log: processLog(world, process), codec }
  const sealed = new Map<string | null, Micros>()
  const given: (Question & { readonly answer: Answered })[] = []

  const seal = async ({ swarm, run }: CoordinationScope): Promise<void> => {
    const at = scheduler.now
    await sealRun({ ...bus, swarm, run, at })
    sealed.set(run, at)
  }

  const ask = async (scope: CoordinationScope): Promise<void> => {
    const past = sealed.get(scope.run) ?? scheduler.now
    const ago = between(random, 0, 40) * SECOND
    const asOf = pick(random, [past - 1, past - ago, past - ago, past, scheduler.now - ago])
    const question = { of: pick(random, QUESTIONS), scope, asOf }
    given.push({ ...question, answer: await answerTo(bus, question, asOf, foldWith(bug)) })
  }

  return {
    work: async (isOver) => {
      for (let round = 0; !isOver(); round++) {
        await scheduler.turn(process, between(random, 8, 50) * SECOND)
        const scope = pick(random, SCOPES)
        if (chance(random, 0.5)) await seal(scope)
        await ask(scope)
        if (chance(random, 0.6)) await taken.take(random)
      }
    },
    askAgain: async (snapshots) => {
      const fold: Fold = (make, options) =>
        projectAsOf(make, { ...options, snapshots: snapshotsWith(bug, snapshots) })
      const all: Remembered[] = []
      for (const { answer, ...question } of given) {
        const { sealed: final, positions } = answer
        const again = (asOf: AsOf, by: Fold): Promise<Answered> =>
          answerTo(world, question, asOf, by)
        const kept = question.of !== 'trajectory'
        all.push({
          ...question,
          answer,
          byTime: final ? await again(question.asOf, foldWith(bug)) : undefined,
          byPositions: final && kept ? undefined : await again(positions, projectAsOf),
          fromSnapshots: kept ? await again(final ? question.asOf : positions, fold) : undefined,
        })
      }
      return all
    },
  }
}

export function askedOf(scope: CoordinationScope): Asked {
  return { scope, agents: AGENTS, proposals: PROPOSALS, locks: RESOURCES, namespace: NAMESPACE }
}

/** The agent whose trajectory is asked for depends on the time alone, so that it is the same one again. */
export function answerTo(
  bus: PastBus,
  { of, scope, asOf: time }: Question,
  asOf: AsOf,
  fold: Fold,
): Promise<Answered> {
  const asked = askedOf(scope)
  if (of !== 'trajectory') return answerOf(of, bus, asOf, { fold, asked })
  return trajectoryOf(bus, AGENTS[time % AGENTS.length]!, asOf, asked)
}
