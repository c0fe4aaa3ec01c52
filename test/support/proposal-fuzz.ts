import fc from 'fast-check'
import type { KnownEvent } from '@waggle/consume'
import { knownEvent } from './coordination-fuzz.ts'
import { START, SWARM } from './memory-bus.ts'

const VOTERS = ['a', 'b', 'c', 'd'] as const
const AGENTS = [...VOTERS, 'guard', 'stranger'] as const
const NAMES = ['p1', 'p2', 'p3'] as const

/** Weights are multiples of a quarter: their sums are exact, whoever adds them. */
const voter = fc.record({
  agent: fc.constantFrom(...VOTERS),
  weight: fc.constantFrom(0, 0, 0.5, 1, 1, 1, 1.5, 2),
})

const terms = fc.record({
  options: fc.constantFrom(
    ['approve', 'reject'],
    ['approve', 'reject'],
    ['x', 'y', 'z'],
    ['solo'],
    ['x', 'x', 'abstain', 'veto'],
    [],
  ),
  electorate: fc.oneof(
    fc.constant(VOTERS.map((agent) => ({ agent, weight: 1 }))),
    fc.array(voter, { maxLength: 4, size: 'max' }),
  ),
  quorum: fc.constantFrom(0, 0.5, 0.5, 0.67, 1),
  threshold: fc.constantFrom(0, 0.25, 0.5, 0.67, 1),
  rule: fc.constantFrom('OPTIONS', 'OPTIONS', 'MEDIAN'),
  vetoers: fc.constantFrom([], [], ['a'], ['guard'], ['a', 'guard']),
  revote: fc.constantFrom('LAST', 'FIRST'),
  lasts: fc.constantFrom(0, 3, 10, 30),
})

const step = fc.record({
  kind: fc.constantFrom('proposal', 'tick', 'vote', 'vote', 'vote', 'vote', 'vote', 'vote', 'vote'),
  proposal: fc.constantFrom('p1', 'p1', ...NAMES),
  agent: fc.constantFrom('a', 'b', 'c', 'd', ...AGENTS),
  /** Whose session it uses; mostly its own. */
  session: fc.constantFrom('', '', '', '', '', '', '', ...VOTERS),
  /** A number is an option of the first proposal. */
  choice: fc.constantFrom(0, 0, 0, 1, 1, 2, 'approve', 'reject', 'abstain', 'veto', 'maybe'),
  value: fc.constantFrom(null, -1, 0, 1, 1, 2.5),
  later: fc.constantFrom(0, 0, 1, 1, 4),
  swarm: fc.constantFrom(SWARM, SWARM, SWARM, SWARM, SWARM, 'other'),
  run: fc.constantFrom(null, null, null, null, null, null, 'backtest'),
  terms,
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A partition of proposals and votes under all rules: right ones, late ones, forged ones, for nothing. */
export const proposalHistory: fc.Arbitrary<KnownEvent[]> = fc
  .array(step, { minLength: 1, maxLength: 40, size: 'max' })
  .map((steps) => {
    let at = 0
    return steps.map((one, offset) => {
      at += one.later
      return knownEvent('waggle.proposals.v1', offset, at, fieldsOf(one, steps[0]!, at))
    })
  })

function fieldsOf(one: Step, first: Step, at: number): object {
  const { agent, proposal, choice, value, swarm, run } = one
  const common = { agent, swarm, run, session: `session-${one.session || agent}` }
  const kind = one === first ? 'proposal' : one.kind
  if (kind === 'tick') return { ...common, kind }
  if (kind === 'vote') {
    const named = typeof choice === 'number' ? (first.terms.options[choice] ?? 'x') : choice
    return { ...common, kind, proposal, choice: named, value, confidence: 1, reasoning: '' }
  }
  const { lasts, ...rest } = one.terms
  return { ...common, kind, proposal, question: '?', deadline_at: START + at + lasts, ...rest }
}
