import type { AnyDraft } from '@waggle/emit'
import { draftOf, type AGENTS, type Step } from '../support/past-world.ts'
import type { SimAgent } from './sim-agent.ts'
import { between, chance, pick, SECOND } from './world.ts'

/** What is said beside coordination: views of knowledge are made of it, and it takes part in no vote and no lock. */
const THOUGHTS: readonly Step['what'][] = [
  'observation',
  'observation',
  'decision',
  'decision',
  'outcome',
  'outcome',
  'verdict',
  'bar',
  'agent_state',
  'subscription',
  'fact',
  'fact',
  'experience',
  'procedure',
  'recall',
  'quarantine',
]

export interface Thinker extends SimAgent {
  readonly name: (typeof AGENTS)[number]
}

/**
 * Sees, decides, learns how it went and corrects what it said. Some of it is told late, as of the time it claims to
 * have been known, which may be longer ago than what everybody has been told since.
 */
export async function thinkLife(agent: Thinker, ids: string[]): Promise<void> {
  const { random, name } = agent
  for (let round = 0; round < 7; round++) {
    await agent.rest(0, 6 * SECOND)
    const step = { agent: name, what: pick(random, THOUGHTS), pick: between(random, 0, 30) }
    const draft = draftOf(step, ids, agent.now())
    const at = agent.now() - between(random, 0, 40) * SECOND
    const late = chance(random, 0.3) ? { known_at: at, occurred_at: at } : {}
    const { event } = await agent.say({ ...draft, ...late } as AnyDraft)
    ids.push(event.id)
  }
}
