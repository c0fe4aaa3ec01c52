import type { Micros, Random } from '@waggle/base'
import { createEmitter, type AnyDraft, type Emitted } from '@waggle/emit'
import type { Position } from '@waggle/event'
import type { CoordinationScope } from '@waggle/view-coordination'
import { processLog } from './process-log.ts'
import { between, chance, HOUR, pick, SECOND, type World } from './world.ts'

/** What the log acknowledged to an agent. */
export interface Acknowledged {
  readonly session: string
  readonly seq: number
  readonly position: Position
}

/** An agent of the simulation: its own clock, its own connection, and what it was told. */
export interface SimAgent {
  readonly name: string
  readonly scope: CoordinationScope
  readonly random: Random
  now(): Micros
  /** Emits, and notes the acknowledgment. */
  say(draft: AnyDraft): Promise<Emitted>
  rest(min: Micros, max: Micros): Promise<void>
}

/** Some agents are a little off, some by just as much as is let through, some by an hour. */
const SKEWS: readonly Micros[] = [0, 0, 0, 0, 0, 1000, -SECOND, 300 * SECOND, HOUR, -HOUR]

export function createAgent(
  world: World,
  scope: CoordinationScope,
  name: string,
  acknowledged: Acknowledged[],
): SimAgent {
  const process = world.process(`${scope.swarm}/${scope.run ?? ''}/${name}`)
  const { random } = process
  const skew = world.faults.has('skew') ? pick(random, SKEWS) : 0
  const clock = world.scheduler.clock(process, skew)
  const session = random.sessionId()
  const { codec } = world
  const { swarm, run } = scope
  const log = processLog(world, process)
  const emitter = createEmitter({ log, codec, clock, swarm, agent: name, session, run })
  return {
    name,
    scope,
    random,
    now: () => clock.now(),
    say: async (draft) => {
      const emitted = await emitter.emit(draft as never)
      const { position, event } = emitted as Emitted
      acknowledged.push({ session, seq: event.seq, position })
      return emitted
    },
    rest: (min, max) => {
      const pauses = world.faults.has('pauses') && chance(random, 0.02)
      return clock.sleep(between(random, min, pauses ? 20 * max : max) / 1000)
    },
  }
}
