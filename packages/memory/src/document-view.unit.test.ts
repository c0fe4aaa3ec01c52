import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCOPE, teller } from '../../../test/support/memory-steps.ts'
import { foldMemory } from './fold-memory.ts'
import { compareDocuments } from './compare-documents.ts'
import { DOCUMENT_VERSIONS } from './document-state.ts'
import { checkDocument } from './document-types.ts'
import { emptyMemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'

const anyWrite = fc.record({
  expected: fc.option(fc.integer({ min: 0, max: 8 }), { nil: null }),
  value: fc.option(fc.integer({ min: 0, max: 3 }).map(String), { nil: null, freq: 4 }),
  ttl: fc.option(fc.constant(2500), { nil: null, freq: 3 }),
})

describe('documents', () => {
  it('take the write that has seen the newest version, keep the newest and answer about the past', () => {
    fc.assert(
      fc.property(fc.array(anyWrite, { minLength: 1, maxLength: 30 }), (writes) => {
        const state = emptyMemoryState()
        const view = createMemoryView(state)
        const { say } = teller()
        let head = { version: 0, expiresAt: Infinity }
        let last = 0
        let given: { version: number; value: string; at: number; expiresAt: number }[] = []
        const answers: { asOf: number; value: string | undefined }[] = []
        for (const { expected, value, ttl } of writes) {
          const known = say({
            kind: 'document',
            namespace: 'ann',
            type: 'block',
            key: 'k',
            value,
            expected_version: expected,
            ttl_ms: ttl,
          })
          foldMemory(state, known)
          const at = known.knownFrom
          const present = head.expiresAt <= at ? 0 : head.version
          const counts =
            (expected === null || expected === present) && (value !== null || present !== 0)
          const answer = view.namespaceWrite(SCOPE, 'ann', known.position)
          expect(answer === 'COUNTS').toBe(counts)
          if (counts && value === null) {
            head = { version: 0, expiresAt: Infinity }
            given = []
          } else if (counts && value !== null) {
            const expiresAt = ttl === null ? Infinity : at + ttl * 1000
            head = { version: ++last, expiresAt }
            given.push({ version: last, value, at, expiresAt })
          }
          const shown = head.expiresAt <= at || head.version === 0 ? undefined : given.at(-1)
          expect(view.documentHead(SCOPE, 'ann', 'block', 'k')).toBe(shown?.version ?? 0)
          const found = view.document(SCOPE, 'ann', 'block', 'k')
          expect([found?.version, found?.event.value]).toEqual([shown?.version, shown?.value])
          answers.push({ asOf: at, value: shown?.value })
        }
        for (const { asOf, value } of answers) {
          try {
            const then = view.document(SCOPE, 'ann', 'block', 'k', { asOf })
            expect(then?.event.value).toBe(value)
          } catch (error) {
            expect(error).toMatchObject({ code: 'AS_OF_TOO_OLD' })
            expect(last).toBeGreaterThan(DOCUMENT_VERSIONS)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('are listed by type, prefix and range of a figure', () => {
    const state = emptyMemoryState()
    const view = createMemoryView(state)
    const { say } = teller()
    const put = (type: string, key: string, sharpe?: number) =>
      foldMemory(
        state,
        say({
          kind: 'document',
          namespace: 'ann',
          type,
          key,
          value: '{}',
          metrics: sharpe === undefined ? {} : { sharpe },
        }),
      )
    put('backtest', 'mean/1', 0.5)
    put('backtest', 'mean/2', 1.5)
    put('backtest', 'trend/1', 2.5)
    put('model', 'mean/1')
    const keys = (filter: Parameters<typeof view.documents>[2]) =>
      view.documents(SCOPE, 'ann', filter).map(({ event }) => `${event.type}:${event.key}`)
    expect(keys({ prefix: 'mean/' })).toEqual([
      'backtest:mean/1',
      'backtest:mean/2',
      'model:mean/1',
    ])
    expect(keys({ type: 'backtest', metric: { name: 'sharpe', min: 1 } })).toEqual([
      'backtest:mean/2',
      'backtest:trend/1',
    ])
    expect(keys({ metric: { name: 'sharpe', min: 1, max: 2 } })).toEqual(['backtest:mean/2'])
    expect(keys({ metric: { name: 'constructor' } })).toEqual([])
    expect(keys({ limit: 1 })).toEqual(['backtest:mean/1'])
    foldMemory(
      state,
      say({ kind: 'removal', namespace: 'ann', memory: 'document:backtest/mean/1' }),
    )
    expect(keys({ type: 'backtest', prefix: 'mean' })).toEqual(['backtest:mean/2'])
  })

  it('are compared by figures and by paths', () => {
    const before = { metrics: { sharpe: 1, gone: 2 }, value: '{"a":{"b/c":1},"l":[1,2]}' }
    const after = { metrics: { sharpe: 1.5, made: 0 }, value: '{"a":{"b/c":2},"l":[1]}' }
    expect(compareDocuments(before, after)).toEqual({
      metrics: [
        { name: 'gone', before: 2, after: null, change: null, relative: null },
        { name: 'made', before: null, after: 0, change: null, relative: null },
        { name: 'sharpe', before: 1, after: 1.5, change: 0.5, relative: 0.5 },
      ],
      values: [
        { path: '/a/b~1c', before: 1, after: 2 },
        { path: '/l/1', before: 2, after: undefined },
      ],
    })
    expect(compareDocuments(before, before).values).toEqual([])
  })

  it('of well-known types name the path that is wrong; others take anything', () => {
    const state = { broker: 'b', account: 'a', at: 1, cash: '10.5' }
    const positions = [{ instrument: 'X', quantity: '1' }]
    expect(() => checkDocument('broker_state', { ...state, positions, more: 1 })).not.toThrow()
    expect(() =>
      checkDocument('broker_state', { ...state, positions: [{ instrument: 'X', quantity: 1 }] }),
    ).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', field: 'value.positions.0.quantity' }),
    )
    expect(() => checkDocument('my_own', 7)).not.toThrow()
    expect(() => checkDocument('toString', 7)).not.toThrow()
  })
})
