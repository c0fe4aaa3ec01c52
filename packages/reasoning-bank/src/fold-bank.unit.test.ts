import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import { partitionName, type Pattern } from '@waggle/event'
import {
  bankSteps,
  compareKnownEvents,
  eventsOfTrials,
  trials,
} from '../../../test/support/bank-steps.ts'
import { DEFAULT_BANK, type BankConfig } from './bank-config.ts'
import { createBankView, type BankView } from './bank-view.ts'
import { digestBank } from './digest-bank.ts'
import { emptyBank, foldBank, idlePartitions } from './fold-bank.ts'
import { patternId } from './pattern-state.ts'

/** Promotes after a few lessons, so that everything a bank can say is said in a short log. */
const EAGER: BankConfig = {
  ...DEFAULT_BANK,
  costBps: 0,
  returnBound: 0.05,
  falseDiscoveryRate: 1,
  screen: { least: 2, most: 4, t: 0 },
  drift: { runLength: 4, share: 0.5 },
}
const SCOPE = { swarm: 's', run: null }

interface Played {
  readonly said: Pattern[]
  readonly view: BankView
  readonly digest: string
}

function play(batches: Iterable<readonly KnownEvent[]>, config: BankConfig = EAGER): Played {
  const state = emptyBank()
  const said: Pattern[] = []
  for (const batch of batches) said.push(...foldBank(state, batch, config))
  return { said, view: createBankView(state, config), digest: digestBank(state) }
}

function* shuffled(
  events: readonly KnownEvent[],
  picks: Iterator<readonly [number, number]>,
): Generator<KnownEvent[]> {
  const rest = [...Map.groupBy(events, ({ position }) => partitionName(position)).values()]
  while (rest.some((of) => of.length > 0)) {
    const [pick, size] = picks.next().value as readonly [number, number]
    const open = rest.filter((of) => of.length > 0)
    yield open[pick % open.length]!.splice(0, size)
  }
}

function everythingIn(view: BankView, asOf?: number): unknown {
  const at = asOf === undefined ? {} : { asOf }
  return [view.patterns(SCOPE, at), view.calibration(SCOPE, undefined, asOf)]
}

describe('what the bank says', () => {
  it('is the same however partitions and batches come', () => {
    const statuses = new Set<string>()
    const picks = fc.infiniteStream(fc.tuple(fc.nat(16), fc.integer({ min: 1, max: 9 })))
    fc.assert(
      fc.property(trials, picks, (all, order) => {
        const events = eventsOfTrials(all)
        const plain = play([events])
        const other = play(shuffled(events, order[Symbol.iterator]()))
        expect(other.said).toEqual(plain.said)
        expect(other.digest).toBe(plain.digest)
        expect(plain.said.map(({ seq }) => seq)).toEqual(plain.said.map((_, index) => index + 1))
        for (const { status } of plain.said) statuses.add(status)
      }),
      { numRuns: 200 },
    )
    expect([...statuses].sort()).toEqual(['CANDIDATE', 'DEMOTED', 'PROMOTED'])
  })

  it('about a time never changes when more is appended', () => {
    let patterns = 0
    fc.assert(
      fc.property(trials, fc.integer({ min: 0, max: 99 }), (all, share) => {
        const events = eventsOfTrials(all)
        const times = events.map(({ knownFrom }) => knownFrom).filter((at) => at < 10_000)
        const asOf = times.sort((a, b) => a - b)[Math.floor((share / 100) * times.length)]!
        const then = bankSteps()
        then.seal(asOf + 1)
        const known = events.filter(({ knownFrom }) => knownFrom <= asOf)
        const before = play([known, then.events]).view
        const { view } = play([events])
        expect(everythingIn(view, asOf)).toEqual(everythingIn(before))
        // Asked again after a later time, and going on from an earlier one.
        everythingIn(view, asOf - 7)
        expect(everythingIn(view, asOf)).toEqual(everythingIn(before))
        patterns += view.patterns(SCOPE, { asOf }).length
      }),
      { numRuns: 200 },
    )
    expect(patterns).toBeGreaterThan(200)
  })
})

describe('a lesson', () => {
  /** Evidence shown about times before its outcome or its decision was known. */
  const shownTooEarly = (events: readonly KnownEvent[], shown: readonly KnownEvent[]): number => {
    const knownFrom = new Map(events.map(({ event, knownFrom: at }) => [event.id, at]))
    const { view } = play([shown])
    let found = 0
    for (let asOf = 0; asOf < 400; asOf += 7) {
      for (const { evidence } of view.patterns(SCOPE, { asOf })) {
        for (const { decision, outcome } of evidence) {
          if (knownFrom.get(decision)! > asOf) found++
          if (outcome !== undefined && knownFrom.get(outcome)! > asOf) found++
        }
      }
    }
    return found
  }

  it('is in no answer before its outcome was known', () => {
    fc.assert(
      fc.property(trials, (all) => {
        const events = eventsOfTrials(all)
        expect(shownTooEarly(events, events)).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('would be, were the log cut by when things happened', () => {
    const steps = bankSteps()
    steps.push('decision', 'd', 10, { horizon_at: 20 })
    steps.push('outcome', 'r', 300, { decision: 'd', occurred_at: 20 })
    steps.seal(1000)
    const byEventTime = steps.events
      .map((known) => ({ ...known, knownFrom: known.event.occurred_at }))
      .sort(compareKnownEvents)
    expect(shownTooEarly(steps.events, steps.events)).toBe(0)
    expect(shownTooEarly(steps.events, byEventTime)).toBeGreaterThan(0)
  })

  it('knows nothing of inputs that became known after the decision', () => {
    const situations = (inputKnown: number): string[] => {
      const steps = bankSteps()
      steps.push('signal', 'i', inputKnown, { domain: 'leak' }, 'z')
      steps.push('decision', 'd', 10, { horizon_at: 20, inputs: ['i'] })
      steps.seal(1000)
      return play([steps.events])
        .view.patterns(SCOPE)
        .map(({ situation }) => situation)
    }
    expect(situations(9)).toContain('signal:leak=up')
    expect(situations(10)).toContain('signal:leak=up')
    expect(situations(11)).toEqual(['any'])
  })
})

describe('an outcome', () => {
  const after = (push: (steps: ReturnType<typeof bankSteps>) => void, config = EAGER): unknown => {
    const steps = bankSteps()
    steps.push('decision', 'd', 10, { horizon_at: 20 })
    push(steps)
    steps.seal(1000)
    const { view } = play([steps.events], config)
    const { count, refused } = view.calibration(SCOPE)
    const reason = Object.entries(refused).find(([, times]) => times > 0)?.[0]
    return [count, reason]
  }
  const outcome = { decision: 'd' }

  it.each([
    ['after the horizon is a verdict', 20, 'a', EAGER, [1, undefined]],
    ['before the horizon is none', 19, 'a', EAGER, [0, 'early']],
    ['known before its decision is none', 9, 'a', EAGER, [0, 'unknown']],
    [
      'by the decider counts not where others judge',
      20,
      'a',
      { ...EAGER, reporters: 'others' },
      [0, 'reporter'],
    ],
    [
      'by another counts where others judge',
      20,
      'b',
      { ...EAGER, reporters: 'others' },
      [1, undefined],
    ],
    ['by one not named counts not', 20, 'b', { ...EAGER, reporters: ['c'] }, [0, 'reporter']],
  ] as const)('%s', (_name, at, agent, config, expected) => {
    expect(
      after((steps) => steps.push('outcome', 'r', at, outcome, agent), config as BankConfig),
    ).toEqual(expected)
  })

  it('counts once, and only with a decision', () => {
    const twice = after((steps) => {
      steps.push('outcome', 'r1', 20, outcome)
      steps.push('outcome', 'r2', 21, { ...outcome, value: 0.04 })
    })
    expect(twice).toEqual([1, 'second'])
    expect(after((steps) => steps.push('outcome', 'r', 20, { decision: 'x' }))).toEqual([
      0,
      'unknown',
    ])
  })

  it('that never comes counts as the worst there can be', () => {
    const steps = bankSteps()
    const late = 2 * 3_600_000_000
    steps.push('decision', 'd1', 10, { horizon_at: 20 })
    steps.push('decision', 'd2', late, { horizon_at: late + 1 })
    steps.seal(late * 2)
    const [any] = play([steps.events]).view.patterns(SCOPE)
    expect(any).toMatchObject({ samples: 1, missing: 1, meanReturn: -0.05, successes: 0 })
    const trusting: BankConfig = { ...EAGER, missing: 'ignored' }
    expect(play([steps.events], trusting).view.patterns(SCOPE)[0]).toMatchObject({
      samples: 0,
      missing: 1,
    })
  })

  it('tests one decision of a pattern at a time', () => {
    const steps = bankSteps()
    for (const at of [10, 11, 12]) steps.push('decision', `d${at}`, at, { horizon_at: 20 })
    for (const at of [10, 11, 12]) steps.push('outcome', `r${at}`, 20 + at, { decision: `d${at}` })
    steps.seal(1000)
    const { view } = play([steps.events])
    expect(view.patterns(SCOPE)).toMatchObject([{ samples: 1, evidence: [{ decision: 'd10' }] }])
    expect(view.calibration(SCOPE).count).toBe(3)
  })
})

describe('what holds up an outcome', () => {
  it('is every partition not known to be later', () => {
    const steps = bankSteps()
    steps.push('decision', 'd', 10, { horizon_at: 20 })
    const state = emptyBank()
    foldBank(state, steps.events, EAGER)
    expect(idlePartitions(state, 1000)).toEqual([])
    steps.push('outcome', 'r', 20, { decision: 'd' })
    foldBank(state, steps.events.slice(1), EAGER)
    expect(idlePartitions(state, 20)).toEqual([])
    expect(idlePartitions(state, 21)).toHaveLength(17)
    const ticks = bankSteps()
    ticks.seal(21)
    foldBank(state, ticks.events, EAGER)
    expect(idlePartitions(state, 1000)).toEqual([])
    expect(createBankView(state, EAGER).calibration(SCOPE).count).toBe(1)
  })
})

describe('a recall that names a pattern', () => {
  it('is counted as an access, and changes nothing else', () => {
    const steps = bankSteps()
    steps.push('decision', 'd', 10, { horizon_at: 20 })
    steps.seal(100)
    const id = patternId('general', 'any', 'BUY')
    const found = [{ memory: `pattern:${id}`, score: 1 }]
    for (const at of [30, 40]) steps.push('recall', `q${at}`, at, { found })
    const { view } = play([steps.events])
    expect(view.explain(SCOPE, id)).toMatchObject({ accesses: 2, status: 'OBSERVED', samples: 0 })
    expect(view.explain(SCOPE, id, 35)).toMatchObject({ accesses: 1 })
  })
})
