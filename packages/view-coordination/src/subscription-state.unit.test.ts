import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Subscription } from '@waggle/event'
import {
  foldSubscriptions,
  SUBSCRIPTIONS_MAX,
  type AgentSubscriptions,
} from './subscription-state.ts'
import { createSubscriptionView, type SubscriptionReport } from './subscription-view.ts'

const SCOPE = { swarm: 's', run: null }

function event(op: Subscription['op'], more: Partial<Subscription> = {}): Subscription {
  const fields = { swarm: 's', agent: 'a', subscription: 'n', pattern: '>', positions: {} }
  return { kind: 'subscription', op, ...fields, ...more } as Subscription
}

function stateAfter(events: readonly Subscription[]): Map<string, AgentSubscriptions> {
  const agents = new Map<string, AgentSubscriptions>()
  for (const each of events) foldSubscriptions(agents, each)
  return agents
}

function standAfter(events: readonly Subscription[], name = 'n'): SubscriptionReport | undefined {
  const subscriptions = stateAfter(events)
  const view = createSubscriptionView(
    new Map([['p', { runs: new Map([['', { subscriptions }]]) }]]),
  )
  return view.subscription(SCOPE, 'a', name)
}

describe('a durable subscription', () => {
  it('moves forward only, back only by opening it again, and is forgotten when closed', () => {
    const opened = event('OPENED', { positions: { 0: 5, 1: 5 } })
    const late = event('ADVANCED', { positions: { 0: 9, 1: 3 } })
    expect(standAfter([opened, late])?.positions).toEqual(
      new Map([
        [0, 9n],
        [1, 5n],
      ]),
    )
    expect(standAfter([opened, late, opened])?.positions).toEqual(
      new Map([
        [0, 5n],
        [1, 5n],
      ]),
    )
    expect(standAfter([opened, event('CLOSED'), late])).toBeUndefined()
  })

  it('never loses ground, whatever late readers write', () => {
    const offsets = fc.array(fc.nat(20), { maxLength: 20 })
    fc.assert(
      fc.property(offsets, (all) => {
        const events = all.map((offset) => event('ADVANCED', { positions: { 0: offset } }))
        const stand = standAfter([event('OPENED', { positions: { 0: 0 } }), ...events])
        expect(stand?.positions.get(0)).toBe(BigInt(Math.max(0, ...all)))
      }),
    )
  })

  it('takes no positions but those of partitions', () => {
    const positions = { 0: 1, '-1': 2, '01': 3, x: 4, 10000: 5, 2: -6 }
    const events = [event('OPENED', { positions }), event('ADVANCED', { positions })]
    expect(standAfter(events)?.positions).toEqual(new Map([[0, 1n]]))
  })

  it('is not taken beyond the bound of its agent', () => {
    const names = Array.from({ length: SUBSCRIPTIONS_MAX + 1 }, (_, index) => `${index}`)
    const events = names.map((subscription) => event('OPENED', { subscription }))
    expect(standAfter(events, '0')).toBeDefined()
    expect(standAfter(events, `${SUBSCRIPTIONS_MAX}`)).toBeUndefined()
    const room = [...events, event('CLOSED', { subscription: '0' }), events.at(-1)!]
    expect(standAfter(room, `${SUBSCRIPTIONS_MAX}`)).toBeDefined()
  })
})
