import { describe, expect, it } from 'vitest'
import { seededRandom } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { bankSteps, compareKnownEvents } from '../../../test/support/bank-steps.ts'
import { DEFAULT_BANK } from './bank-config.ts'
import { createBankView } from './bank-view.ts'
import { emptyBank, foldBank } from './fold-bank.ts'

const STEP = 1_000_000

/** Chance alone, but each decision names an observation that tells its own outcome, and is known after it. */
function leaking(known: 'afterwards' | 'in time'): KnownEvent[] {
  const random = seededRandom(11)
  const steps = bankSteps()
  for (let n = 0; n < 400; n++) {
    const at = (n + 1) * STEP
    const value = random.next() < 0.5 ? -0.02 : 0.02
    const observed = { occurred_at: at - 10, features: { tomorrow: value } }
    const observe = (when: number): void => steps.push('observation', `o${n}`, when, observed, 'z')
    const decision = { inputs: [`o${n}`], horizon_at: at + 100 }
    if (known === 'in time') observe(at - 10)
    steps.push('decision', `d${n}`, at, decision)
    if (known === 'afterwards') observe(at + 50)
    steps.push('outcome', `r${n}`, at + 100, { decision: `d${n}`, value, success: value > 0 })
  }
  steps.seal(500 * STEP)
  return steps.events
}

function promoted(events: readonly KnownEvent[]): string[] {
  const state = emptyBank()
  foldBank(state, events, DEFAULT_BANK)
  const patterns = createBankView(state, DEFAULT_BANK).patterns({ swarm: 's', run: null })
  return patterns.filter(({ status }) => status === 'PROMOTED').map(({ situation }) => situation)
}

describe('an outcome that leaks into the features of its decision', () => {
  it('gains nothing where it became known too late', () => {
    expect(promoted(leaking('afterwards'))).toEqual([])
  })

  it('would gain, were it known in time or the log cut by when things happened', () => {
    expect(promoted(leaking('in time'))).toContain('tomorrow=high')
    const byEventTime = leaking('afterwards')
      .map((known) => ({ ...known, knownFrom: known.event.occurred_at }))
      .sort(compareKnownEvents)
    expect(promoted(byEventTime)).toContain('tomorrow=high')
  })
})
