import { feedProjection } from '@waggle/consume'
import { EVENT_TOPICS, positionText } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import {
  createMemoryIndexStore,
  createTrajectoryProjection,
  ReplaySession,
  type ReplayQuery,
  type ReplaySessionOptions,
} from '@waggle/replay'
import { AGENTS } from '../support/past-world.ts'
import { processLog } from './process-log.ts'
import { SCOPES } from './scenario.ts'
import { between, chance, pick, SECOND, type World } from './world.ts'

/** A replay that was broken off and resumed by its token, again and again, while the log went on. */
export interface Resumed {
  readonly query: ReplayQuery
  /** Positions, in the order in which one session gave them that was never broken off. */
  readonly expected: readonly string[]
  readonly given: readonly string[]
}

export interface Replayer {
  readonly replays: readonly Resumed[]
  /** Replays until the agents are through, and the last replay to its end. */
  work(isOver: () => boolean): Promise<void>
}

/** Replays a swarm or an agent of it in pieces: each is read by a session of its own, some by an index that lags. */
export function createReplayer(world: World): Replayer {
  const process = world.process('replayer')
  const { random } = process
  const { log, codec, scheduler } = world
  const clock = scheduler.clock(process)
  const bus = { log: processLog(world, process), codec, clock }
  const projection = createTrajectoryProjection({ store: createMemoryIndexStore(), log })
  const replays: Resumed[] = []

  const indexed = async (): Promise<Partial<ReplaySessionOptions>> => {
    if (chance(random, 0.5)) return {}
    const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
    const some = ends.filter(() => chance(random, 0.3))
    await feedProjection(world, projection, some)
    return { index: projection.index }
  }

  const replay = async (isOver: () => boolean): Promise<void> => {
    const of = pick(random, [undefined, { agent: pick(random, AGENTS) }])
    const query = { ...pick(random, SCOPES), ...(of === undefined ? {} : { of }) }
    const whole = await ReplaySession.open({ log, codec, clock, query })
    const index = await indexed()
    let session = await ReplaySession.open({ ...bus, ...index, query })
    const expected: string[] = []
    for await (const batch of whole.batches())
      expected.push(...batch.map(({ position }) => positionText(position)))
    const given: string[] = []
    replays.push({ query, expected, given })
    for (;;) {
      const most = isOver() ? Infinity : between(random, 0, expected.length / 2)
      for (let left = most; left > 0; left--) {
        const known = await session.next()
        if (known === undefined) return
        given.push(positionText(known.position))
      }
      if (given.length > 0 && chance(random, 0.3)) {
        await session.previous()
        given.pop()
      }
      if (world.bug === 'skips-on-resume' && given.length > 0) await session.next()
      const resume = session.token
      await scheduler.turn(process, between(random, 5, 40) * SECOND)
      const batchRecords = between(random, 1, 200)
      session = await ReplaySession.open({
        ...bus,
        ...(await indexed()),
        query,
        resume,
        batchRecords,
      })
    }
  }

  return {
    replays,
    work: async (isOver) => {
      await scheduler.turn(process, between(random, 5, 30) * SECOND)
      do await replay(isOver)
      while (!isOver())
    },
  }
}
