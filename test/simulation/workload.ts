import type { Signal } from '@waggle/event'
import { lockLife, type AskViews, type Write } from './lock-life.ts'
import { SCOPES, VOTERS } from './scenario.ts'
import { createAgent, type Acknowledged, type SimAgent } from './sim-agent.ts'
import { countLife } from './memory-life.ts'
import { healLife, warnLife } from './signal-life.ts'
import { thinkLife, type Thinker } from './think-life.ts'
import { proposeLife, voteLife } from './vote-life.ts'
import { AGENTS } from '../support/past-world.ts'
import type { World } from './world.ts'

/** What the agents do, and everything they know of it. */
export interface Workload {
  readonly writes: Write[]
  readonly acknowledged: Acknowledged[]
  /** Resolves when all agents are through. */
  readonly done: Promise<unknown>
}

export function startWorkload(world: World, views: AskViews): Workload {
  const writes: Write[] = []
  const acknowledged: Acknowledged[] = []
  const fenced = world.bug !== 'unfenced-writes'
  const lives = SCOPES.flatMap((scope) => {
    const agent = (name: string): SimAgent => createAgent(world, scope, name, acknowledged)
    const heard: Signal[] = []
    const thoughts: string[] = []
    return [
      ...['x', 'y', 'z'].map((name) => lockLife(agent(name), { views, writes, fenced })),
      ...VOTERS.map((voter) => voteLife(agent(voter.agent))),
      ...['stranger', 'warden'].map((name) => voteLife(agent(name))),
      proposeLife(agent('speaker')),
      ...['one', 'two'].map((name) => countLife(agent(name), views)),
      ...AGENTS.map((name) => thinkLife(agent(name) as Thinker, thoughts)),
      warnLife(agent('scout'), heard),
      ...['medic', 'nurse'].map((name) => healLife(agent(name), heard)),
    ]
  })
  return { writes, acknowledged, done: Promise.all(lives) }
}
