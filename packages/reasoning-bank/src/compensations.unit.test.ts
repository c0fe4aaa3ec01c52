import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import { bankSteps, eventsOfTrials, trials } from '../../../test/support/bank-steps.ts'
import { DEFAULT_BANK, type BankConfig } from './bank-config.ts'
import { createBankView, type BankView } from './bank-view.ts'
import { emptyBank, foldBank } from './fold-bank.ts'

const EAGER: BankConfig = {
  ...DEFAULT_BANK,
  costBps: 0,
  returnBound: 0.05,
  falseDiscoveryRate: 1,
  screen: { least: 2, most: 4, t: 0 },
}
const SCOPE = { swarm: 's', run: null }
const BEFORE = 9_000

function view(events: readonly KnownEvent[]): BankView {
  const state = emptyBank()
  foldBank(state, events, EAGER)
  return createBankView(state, EAGER)
}

/** What is learned, without when it was said and how often. */
function learned(of: BankView, asOf?: number): unknown {
  return of
    .patterns(SCOPE, asOf === undefined ? {} : { asOf })
    .map(({ id, status, samples, successes, returns, evidence }) => {
      const ids = evidence.map(({ decision, outcome }) => [decision, outcome])
      return { id, status, samples, successes, returns, ids }
    })
}

/** The trials, none of them distrusted, and then these. */
function withCompensation(
  all: readonly KnownEvent[],
  push: (steps: ReturnType<typeof bankSteps>) => void,
): KnownEvent[] {
  const steps = bankSteps()
  push(steps)
  const trusting = all.filter(({ event }) => event.kind !== 'quarantine' && event.kind !== 'tick')
  steps.seal(10_000)
  return [...trusting, ...steps.events]
}

const distrust = (since: number, lifted = false): object => ({ quarantined: 'a', since, lifted })

describe('quarantine', () => {
  it('draws every lesson again as if the agent had not spoken, and leaves earlier answers as they were', () => {
    fc.assert(
      fc.property(trials, (all) => {
        // A result that does not count frees the seat; so who is not heard judges nobody here.
        const events = eventsOfTrials(all.map((trial) => ({ ...trial, reporter: 'j' })))
        const trusted = view(withCompensation(events, () => undefined))
        const distrusted = view(
          withCompensation(events, (steps) =>
            steps.push('quarantine', 'q', 9_500, distrust(0), 'k'),
          ),
        )
        expect(learned(distrusted, BEFORE)).toEqual(learned(trusted))
        const silent = events.filter(({ event }) => event.agent !== 'a')
        const without = view(withCompensation(silent, () => undefined))
        expect(learned(distrusted)).toEqual(learned(without))
      }),
      { numRuns: 60 },
    )
  })

  it('ends when it is lifted, and touches nothing said before its time', () => {
    fc.assert(
      fc.property(trials, (all) => {
        const events = eventsOfTrials(all)
        const trusted = learned(view(withCompensation(events, () => undefined)))
        const lifted = withCompensation(events, (steps) => {
          steps.push('quarantine', 'q1', 9_500, distrust(0), 'k')
          steps.push('quarantine', 'q2', 9_600, distrust(0, true), 'k')
        })
        const later = withCompensation(events, (steps) =>
          steps.push('quarantine', 'q', 9_500, distrust(9_400), 'k'),
        )
        expect(learned(view(lifted))).toEqual(trusted)
        expect(learned(view(later))).toEqual(trusted)
      }),
      { numRuns: 60 },
    )
  })

  it('is said of patterns that no longer hold', () => {
    const steps = bankSteps()
    for (let n = 0; n < 40; n++) {
      steps.push('decision', `d${n}`, 10 + n * 10, { horizon_at: 12 + n * 10 })
      const outcome = { decision: `d${n}`, value: 0.04 }
      steps.push('outcome', `r${n}`, 13 + n * 10, outcome, 'liar')
    }
    steps.push('quarantine', 'q', 500, { quarantined: 'liar', since: 0 }, 'k')
    steps.seal(1000)
    const said = foldBank(emptyBank(), steps.events, EAGER)
    expect(said.map(({ status }) => status)).toEqual(['CANDIDATE', 'PROMOTED', 'DEMOTED'])
    expect(said.at(-1)).toMatchObject({
      samples: 0,
      reason: 'drawn again without liar',
      cause: 'q',
    })
  })
})

describe('erasure', () => {
  it('leaves nothing of the subject in any answer, about earlier times neither', () => {
    const events = (subject: string | null): KnownEvent[] => {
      const steps = bankSteps()
      for (let n = 0; n < 20; n++) {
        const own = n % 2 === 0 ? subject : null
        const at = 10 + n * 10
        const content = own === null ? 'calm' : 'canary'
        steps.push('observation', `o${n}`, at, { subject: own, content, features: { x: n } })
        const inputs = [`o${n}`]
        steps.push('decision', `d${n}`, at, { subject: own, inputs, horizon_at: at + 2 })
        steps.push('outcome', `r${n}`, at + 3, { subject: own, decision: `d${n}`, value: 0.04 })
      }
      steps.push('erasure', 'e', 500, { erased: 'person' }, 'k')
      steps.seal(1000)
      return steps.events
    }
    const erased = view(events('other,person'))
    for (const asOf of [undefined, 300]) {
      const shown = JSON.stringify(learned(erased, asOf))
      expect(shown).not.toContain('"d2"')
      expect(shown).toContain('"d3"')
    }
    expect(erased.calibration(SCOPE).count).toBe(10)
    expect(erased.calibration(SCOPE, undefined, 300).count).toBe(10)
    expect(view(events('somebody')).calibration(SCOPE).count).toBe(20)
  })
})
