import type { Signal } from '@waggle/event'
import type { SimAgent } from './sim-agent.ts'
import { between, chance, pick, SECOND } from './world.ts'

/** Warns of what it sees; unheard, it escalates. */
export async function warnLife(agent: SimAgent, heard: Signal[]): Promise<void> {
  const { random } = agent
  for (let round = 0; round < 4; round++) {
    await agent.rest(0, 8 * SECOND)
    const { event } = await agent.say({
      kind: 'signal',
      domain: 'risk',
      severity: 'CRITICAL',
      confidence: 1,
      targets: pick(random, [[], ['medic'], ['medic', 'nurse']]),
      dedupe_key: pick(random, [null, 'fire']),
      escalate_after_ms: between(random, 1000, 9000),
      escalate_to: ['speaker'],
    })
    heard.push(event as Signal)
  }
}

/** Acknowledges some of what it hears, sometimes twice, in no order. */
export async function healLife(agent: SimAgent, heard: readonly Signal[]): Promise<void> {
  const { random } = agent
  for (let round = 0; round < 6; round++) {
    await agent.rest(0, 6 * SECOND)
    if (heard.length === 0 || chance(random, 0.3)) continue
    const { id, agent: sender } = pick(random, heard)
    const status = pick(random, ['RECEIVED', 'PROCESSING', 'DONE', 'DECLINED'] as const)
    await agent.say({ kind: 'acknowledgment', signal: id, signal_agent: sender, status })
  }
}
