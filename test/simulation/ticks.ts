import type { Micros } from '@waggle/base'
import { eventId, type Tick } from '@waggle/event'
import { partitionsOf, type AppendRecord } from '@waggle/log'
import { COORDINATION_TOPICS } from '@waggle/view-coordination'
import { NO_CONTEXT } from '../support/no-context.ts'
import { processLog } from './process-log.ts'
import { between, chance, HOUR, pick, SECOND, type World } from './world.ts'
import { SCOPES } from './scenario.ts'

/** The run clocks: ticks to some partitions of each run now and then, until the agents are through. */
export async function keepTicking(world: World, isOver: () => boolean): Promise<void> {
  const process = world.process('run-clock')
  const log = processLog(world, process)
  const { random } = process
  for (let round = 1; !isOver(); round++) {
    await world.scheduler.turn(process, between(random, 5, 15) * SECOND)
    const late = world.faults.has('late-ticks')
    const claimed = late ? pick(random, [0, -SECOND, -HOUR, 300 * SECOND]) : 0
    const at = world.scheduler.now + claimed
    await log.append(ticks(world, round, at).filter(() => chance(random, late ? 0.2 : 0.6)))
  }
}

/** Brings every partition to the present; returns when that is. */
export async function tickLast(world: World): Promise<Micros> {
  const { now } = world.scheduler
  await world.land(ticks(world, 1_000_000, now))
  return now
}

function ticks({ log, codec }: World, round: number, at: Micros): AppendRecord[] {
  const swarms = new Map(SCOPES.map((scope) => [scope.run, scope.swarm]))
  return [...swarms].flatMap(([run, swarm]) => {
    const session = `run-clock/${run ?? ''}`
    const own = { agent: 'run-clock', session, seq: round, occurred_at: at, known_at: at, run }
    const id = eventId(session, round, at)
    const tick: Tick = { ...NO_CONTEXT, kind: 'tick', id, swarm, ...own }
    const value = codec.encode(tick)
    return partitionsOf(log, COORDINATION_TOPICS).map((partition) => ({
      ...partition,
      key: swarm,
      value,
      producer: { session, seq: round },
    }))
  })
}
