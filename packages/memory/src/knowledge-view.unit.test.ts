import { describe, expect, it } from 'vitest'
import type { Kind } from '@waggle/event'
import { SCOPE, teller, type Said, type SaidOf } from '../../../test/support/memory-steps.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'

function stage() {
  const state = emptyMemoryState()
  const { say } = teller()
  const tell = (said: Said, at?: number) => {
    const known = say(said as SaidOf<Kind>, at)
    foldMemory(state, known)
    return known
  }
  const relate = (source: string, target: string, rest: object = {}) =>
    tell({ kind: 'relation', namespace: 'shared', source, type: 'leads_to', target, ...rest })
  return { view: createMemoryView(state), tell, relate }
}

describe('concepts and relations', () => {
  it('finds concepts by their present category, and as they were', () => {
    const { view, tell } = stage()
    const concept = { kind: 'concept', namespace: 'shared', name: 'ACME', description: '' } as const
    const first = tell({ ...concept, categories: ['growth'], attributes: { sector: 'tech' } })
    tell({ ...concept, categories: ['value'] })
    const names = (category: string, asOf?: number) =>
      view
        .concepts(SCOPE, 'shared', { category, ...(asOf === undefined ? {} : { asOf }) })
        .map(({ event, version }) => `${event.name} ${version}`)
    expect([names('growth'), names('value')]).toEqual([[], ['ACME 2']])
    expect(names('growth', first.knownFrom)).toEqual(['ACME 1'])
    tell({ kind: 'removal', namespace: 'shared', memory: 'concept:ACME' })
    expect(view.concept(SCOPE, 'shared', 'ACME')).toBeUndefined()
    expect(names('growth', first.knownFrom)).toEqual(['ACME 1'])
    tell({ ...concept, categories: [] })
    expect(view.concept(SCOPE, 'shared', 'ACME')?.version).toBe(3)
  })

  it('says that only the log has the answer where versions are gone', () => {
    const { view, tell } = stage()
    const concept = { kind: 'concept', namespace: 'shared', name: 'x', description: '' } as const
    const first = tell(concept)
    for (let i = 0; i < 5; i++) tell(concept)
    expect(() => view.concept(SCOPE, 'shared', 'x', { asOf: first.knownFrom })).toThrow(
      expect.objectContaining({ code: 'AS_OF_TOO_OLD' }),
    )
    const history = view.conceptHistory(SCOPE, 'shared', 'x')
    expect(history.map(({ version, event }) => [version, event !== undefined])).toEqual([
      [1, false],
      ...[2, 3, 4, 5, 6].map((version) => [version, true]),
    ])
  })

  it('walks relations that hold at the time, by the shortest way, first by name', () => {
    const { view, relate } = stage()
    relate('a', 'c')
    relate('a', 'b')
    relate('b', 'd')
    relate('c', 'd')
    relate('d', 'e', { valid_from: 10, valid_to: 20 })
    const path = (from: string, to: string, rest: object = {}) =>
      view.path(SCOPE, 'shared', from, to, rest)?.map(({ concept }) => concept)
    expect(path('a', 'd')).toEqual(['b', 'd'])
    expect(path('d', 'a', { direction: 'out' })).toBeUndefined()
    expect(path('a', 'd', { maxHops: 1 })).toBeUndefined()
    expect(path('a', 'e')).toBeUndefined()
    expect(path('d', 'e', { validAt: 15 })).toEqual(['e'])
    expect(path('a', 'a')).toEqual([])
    const neighbours = view.neighbours(SCOPE, 'shared', 'd')
    expect(neighbours.map(({ concept, direction }) => concept + direction)).toEqual(['bin', 'cin'])
  })

  it('ends a relation said again with an end; what is learned late about before changes nothing after', () => {
    const { view, relate, tell } = stage()
    const weight = (validAt: number) =>
      view.relation(SCOPE, 'shared', 'a|leads_to|b', { validAt })?.event.weight
    relate('a', 'b', { valid_from: 10, weight: 1 })
    relate('a', 'b', { valid_from: 2, valid_to: 4, weight: 2 })
    expect([weight(3), weight(5), weight(50)]).toEqual([2, undefined, 1])
    relate('a', 'b', { valid_from: 10, valid_to: 30, weight: 1 })
    expect([weight(20), weight(50)]).toEqual([1, undefined])
    tell({ kind: 'removal', namespace: 'shared', memory: 'relation:a|leads_to|b' })
    expect(weight(20)).toBeUndefined()
    relate('a', 'b', { valid_from: 12, weight: 3 })
    expect(weight(20)).toBe(3)
    relate('a|b', 'c')
    expect(view.refusedWrites(SCOPE, 'shared')).toMatchObject([{ code: 'FIELD_INVALID' }])
  })
})
