import { createAgent, type Agent } from '@waggle/agent'
import { parseDecimal, type Decimal } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import type { OpenAgentBus } from './agent-bus.ts'

export const SWARM = 'desk'

export function decimal(text: string): Decimal {
  return parseDecimal(text)!
}

/** A member of the swarm that says what a test wants. */
export async function member(
  bus: OpenAgentBus,
  agent: string,
  run: string | null = null,
): Promise<Emitter> {
  const emitter = bus.emitter({ swarm: SWARM, agent, session: `${run}/${agent}`, run })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'trader', weight: 1 })
  await bus.hot.runner.caughtUp(10_000)
  return emitter
}

export interface Trade {
  readonly quantity: string
  readonly price: string
  readonly instrument?: string
  readonly fee?: string
  readonly lock?: { readonly resource: string; readonly token: number }
}

export async function trade(emitter: Emitter, fill: Trade, decision = NOBODY): Promise<string> {
  const { event } = await emitter.emit({
    kind: 'fill',
    decision,
    instrument: fill.instrument ?? 'SPX',
    quantity: decimal(fill.quantity),
    price: decimal(fill.price),
    fee: decimal(fill.fee ?? '0'),
    ...(fill.lock === undefined
      ? {}
      : { lock_resource: fill.lock.resource, fencing_token: fill.lock.token }),
  })
  return event.id
}

export const NOBODY = '00000000-0000-7000-8000-000000000000'

/** A decision that rests on something seen, something recalled and something said by another. */
export async function decide(
  bus: OpenAgentBus,
  name: string,
): Promise<{ agent: Agent; id: string }> {
  const agent = createAgent({ bus, swarm: SWARM, name, trajectory: `${name}/1` })
  await agent.join()
  const thought = agent.within({ follows: true })
  await agent.remember({ type: 'lesson', content: 'breakouts of the opening range hold' })
  const seen = await thought.observe({ domain: 'trend', source: 'test', content: 'up' })
  const { memories } = await thought.recall({ text: 'opening range breakout', record: true })
  const { event } = await thought.decide({
    action: 'LONG',
    context: 'up',
    reasoning: 'trend',
    confidence: 0.7,
    predictedValue: 0.01,
    inputs: [seen],
    memories,
  })
  return { agent, id: event.id }
}
