import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWaggleError } from '@waggle/base'
import { SCOPE, teller } from '../../../test/support/memory-steps.ts'
import { contextWindow, estimateTokens } from './context-window.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'
import { TURNS_MAX } from './turn-state.ts'

const anyWindow = fc.record({
  turns: fc
    .array(fc.record({ tokens: fc.integer({ min: 1, max: 40 }), pinned: fc.boolean() }), {
      maxLength: 15,
    })
    .map((all) => all.map((turn, at) => ({ ...turn, id: `t${at}`, content: '' }))),
  memories: fc
    .array(
      fc.record({
        size: fc.integer({ min: 0, max: 120 }),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 8 },
    )
    .map((all) =>
      all.map(({ size, score }, at) => ({ id: `m${at}`, text: 'x'.repeat(size), score })),
    ),
  budget: fc.integer({ min: 0, max: 200 }),
  system: fc.string({ maxLength: 40 }),
})

describe('a context window', () => {
  it('stays within its budget, keeps what must stay, has no gaps, and says what it left out', () => {
    fc.assert(
      fc.property(anyWindow, (parts) => {
        const { turns, memories, budget, system } = parts
        const must = turns.filter(({ pinned }, at) => pinned || at === turns.length - 1)
        const needed = must.reduce((sum, { tokens }) => sum + tokens, estimateTokens(system))
        if (needed > budget) {
          expect(() => contextWindow(parts)).toThrow(`need ${needed}`)
          return
        }
        const window = contextWindow(parts)
        expect(contextWindow(parts)).toEqual(window)
        const cost =
          window.turns.reduce((sum, { tokens }) => sum + tokens, estimateTokens(system)) +
          window.memories.reduce((sum, { text }) => sum + Math.max(1, estimateTokens(text)), 0)
        expect(window.tokens).toBe(cost)
        expect(cost).toBeLessThanOrEqual(budget)
        const ids = new Set(window.turns.map(({ id }) => id))
        for (const { id } of must) expect(ids.has(id)).toBe(true)
        const free = turns.filter(({ pinned }) => !pinned)
        const first = free.findIndex(({ id }) => ids.has(id))
        if (first >= 0) for (const { id } of free.slice(first)) expect(ids.has(id)).toBe(true)
        expect(window.turns).toEqual(turns.filter(({ id }) => ids.has(id)))
        const out = window.leftOut.map(({ id }) => id)
        const all = [...turns, ...memories].map(({ id }) => id)
        const there = [...window.turns, ...window.memories].map(({ id }) => id)
        expect([...there, ...out].sort()).toEqual(all.sort())
        // Nothing that would still fit is left out, save turns behind a gap.
        const left = budget - cost
        for (const { tokens, reason } of window.leftOut)
          if (reason === 'does not fit') expect(tokens).toBeGreaterThan(left)
      }),
      { numRuns: 500 },
    )
  })

  it('takes memories by score per token, beside the newest turns', () => {
    const turns = ['a', 'b', 'c'].map((id) => ({ id, content: '', tokens: 10 }))
    const memories = [
      { id: 'long', text: 'x'.repeat(40), score: 0.9 },
      { id: 'short', text: 'x'.repeat(20), score: 0.5 },
    ]
    const window = contextWindow({ turns, memories, budget: 30 })
    expect(window.memories.map(({ id }) => id)).toEqual(['short'])
    expect(window.turns.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(window.leftOut).toEqual([
      { id: 'long', tokens: 10, reason: 'does not fit' },
      { id: 'a', tokens: 10, reason: 'does not fit' },
    ])
    expect(() => contextWindow({ turns, budget: 9 })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', field: 'budget' }),
    )
    expect(() => contextWindow({ turns, budget: 99, memoryShare: 2 })).toThrow('A share of 2')
    const counted = contextWindow({
      turns: [{ id: 'z', content: 'xyz' }],
      budget: 3,
      tokensOf: (text) => text.length,
    })
    expect(counted.tokens).toBe(3)
  })
})

describe('conversations', () => {
  it('keep the newest turns and pinned ones; what is older is in the log only', () => {
    const state = emptyMemoryState()
    const view = createMemoryView(state)
    const { say } = teller()
    const speak = (content: string, pinned = false) => {
      const known = say({
        kind: 'turn',
        namespace: 'ann',
        conversation: 'c',
        role: 'USER',
        content,
        tokens: 1,
        pinned,
      })
      foldMemory(state, known)
      return known
    }
    const early = speak('summary', true)
    for (let i = 0; i < TURNS_MAX + 5; i++) speak(String(i))
    const words = view.turns(SCOPE, 'ann', 'c', { limit: 2 }).map(({ event }) => event.content)
    expect(words).toEqual(['summary', String(TURNS_MAX + 3), String(TURNS_MAX + 4)])
    const asOf = early.knownFrom + 3_000_000
    let refused: unknown
    try {
      view.turns(SCOPE, 'ann', 'c', { asOf })
    } catch (error) {
      refused = error
    }
    expect(isWaggleError(refused, 'AS_OF_TOO_OLD')).toBe(true)
    const last = speak('last')
    foldMemory(state, say({ kind: 'removal', namespace: 'ann', memory: last.event.id }))
    const newest = () => view.turns(SCOPE, 'ann', 'c', { limit: 1 }).at(-1)?.event.content
    expect(newest()).toBe(String(TURNS_MAX + 4))
    foldMemory(state, say({ kind: 'removal', namespace: 'ann', memory: 'conversation:c' }))
    expect(view.turns(SCOPE, 'ann', 'c')).toEqual([])
    expect(view.conversations(SCOPE, 'ann')).toEqual([])
    const then = view.turns(SCOPE, 'ann', 'c', { limit: 1, asOf: last.knownFrom })
    expect(then.at(-1)?.event.content).toBe('last')
    speak('anew')
    expect(newest()).toBe('anew')
  })
})
