import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCOPE, teller } from '../../../test/support/memory-steps.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'

interface Said {
  readonly agent: string
  readonly value: string
  readonly from: number
  readonly to: number | null
  readonly multiple: boolean
  readonly removes: number | null
}

const anySaid: fc.Arbitrary<Said> = fc.record({
  agent: fc.constantFrom('ann', 'bob'),
  value: fc.constantFrom('A', 'B', 'C'),
  from: fc.integer({ min: 0, max: 8 }),
  to: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 2 }),
  multiple: fc.boolean(),
  removes: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null, freq: 5 }),
})

/** The definition, as slowly as it is written: each fact against each other one. */
function oracle(facts: readonly (Said & { id: string })[]) {
  const ends = facts.map((fact) => {
    if (fact.to !== null) return fact.to
    if (fact.multiple) return Infinity
    const later = facts
      .filter((one) => !one.multiple && one.value !== fact.value && one.from > fact.from)
      .map(({ from }) => from)
    return Math.min(Infinity, ...later)
  })
  const clashes: string[] = []
  facts.forEach((a, i) => {
    facts.forEach((b, j) => {
      if (i >= j || a.multiple || b.multiple || a.value === b.value) return
      const [from, to] = [Math.max(a.from, b.from), Math.min(ends[i]!, ends[j]!)]
      if (from < to) clashes.push(`${a.id} ${b.id} ${from} ${to}`)
    })
  })
  const at = (time: number): string | undefined =>
    facts.findLast((fact, index) => fact.from <= time && time < ends[index]!)?.id
  return { at, clashes: clashes.sort() }
}

describe('facts in two times', () => {
  it('hold and contradict each other as the definition says, whatever is known when, and by whom', () => {
    fc.assert(
      fc.property(fc.array(anySaid, { maxLength: 14 }), fc.boolean(), (all, distrust) => {
        const state = emptyMemoryState()
        const view = createMemoryView(state)
        const { say } = teller()
        const facts: (Said & { id: string; known: number; gone: number })[] = []
        const about = { namespace: 'shared', entity: 'e', attribute: 'a' }
        const times: number[] = []
        for (const said of all) {
          const { agent, value, from, to, multiple, removes } = said
          const target = removes === null ? undefined : facts[removes]
          const known =
            target === undefined
              ? say({
                  kind: 'fact',
                  ...about,
                  agent,
                  value,
                  multiple,
                  valid_from: from,
                  valid_to: to,
                })
              : say({ kind: 'removal', namespace: 'shared', memory: target.id })
          foldMemory(state, known)
          times.push(known.knownFrom)
          const { id } = known.event
          if (target !== undefined) target.gone = Math.min(target.gone, known.knownFrom)
          else if (to === null || to > from)
            facts.push({ ...said, id, known: known.knownFrom, gone: Infinity })
        }
        const since = times[Math.floor(times.length / 2)] ?? 0
        const warden = teller('waggle.compensations.v1')
        const verdictAt = (times.at(-1) ?? 0) + 5
        if (distrust) {
          const quarantine = { kind: 'quarantine', quarantined: 'bob', since, reason: '' } as const
          foldMemory(state, warden.say({ ...quarantine, agent: 'warden' }, verdictAt))
        }
        for (const asOf of [...times, verdictAt]) {
          const seen = facts.filter(
            ({ known, gone, agent }) =>
              known <= asOf &&
              asOf < gone &&
              !(distrust && asOf >= verdictAt && agent === 'bob' && known >= since),
          )
          const expected = oracle(seen)
          for (let validAt = 0; validAt <= 11; validAt++) {
            const found = view.fact(SCOPE, 'shared', 'e', 'a', { validAt, asOf })
            expect(found?.event.id).toBe(expected.at(validAt))
          }
          const clashes = view
            .contradictions(SCOPE, 'shared', { asOf })
            .map(
              ({ sides: [a, b], from, to }) =>
                `${a.event.id} ${b.event.id} ${from} ${to ?? Infinity}`,
            )
          expect(clashes.sort()).toEqual(expected.clashes)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('closes the former value, puts what is learned late in its place, and keeps both sides', () => {
    const state = emptyMemoryState()
    const view = createMemoryView(state)
    const { say } = teller()
    const rating = (value: string, valid_from: number, valid_to: number | null, agent = 'ann') =>
      foldMemory(
        state,
        say({
          kind: 'fact',
          namespace: 'shared',
          agent,
          entity: 'ACME',
          attribute: 'rating',
          value,
          valid_from,
          valid_to,
          confidence: 0.8,
        }),
      )
    const at = (validAt: number, asOf?: number) =>
      view.fact(SCOPE, 'shared', 'ACME', 'rating', {
        validAt,
        ...(asOf === undefined ? {} : { asOf }),
      })?.event.value
    rating('AA', 10, null)
    rating('B', 20, null)
    const before = view.fact(SCOPE, 'shared', 'ACME', 'rating', { validAt: 15 })
    expect(before).toMatchObject({ validFrom: 10, validTo: 20, contradictedBy: [] })
    const asOf = before!.knownFrom + 1_000_000
    rating('C', 5, null)
    expect([at(7), at(12), at(25)]).toEqual(['C', 'AA', 'B'])
    expect([at(7, asOf), at(12, asOf)]).toEqual([undefined, 'AA'])
    rating('D', 22, 30, 'bob')
    expect(view.contradictions(SCOPE, 'shared', { entity: 'ACME' })).toEqual([])
    rating('E', 22, null, 'eve')
    const [clash] = view.contradictions(SCOPE, 'shared', { entity: 'ACME' })
    expect(clash).toMatchObject({ from: 22, to: 30 })
    expect(
      clash!.sides.map(({ source, event }) => [source, event.value, event.confidence]),
    ).toEqual([
      ['bob', 'D', 0.8],
      ['eve', 'E', 0.8],
    ])
    expect(view.factHistory(SCOPE, 'shared', 'ACME', 'rating')).toHaveLength(5)
  })
})
