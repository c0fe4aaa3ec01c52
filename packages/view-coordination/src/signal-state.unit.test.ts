import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Acknowledgment, Signal } from '@waggle/event'
import {
  emptySignals,
  escalateDue,
  OTHERS_MAX,
  SIGNALS_MAX,
  STRAY_MAX,
  takeAcknowledgment,
  takeSignal,
  type SignalsState,
} from './signal-state.ts'
import { createSignalView, type SignalReport } from './signal-view.ts'

const SCOPE = { swarm: 's', run: null }
const MS = 1000

function signal(id: string, more: Partial<Signal> = {}): Signal {
  return {
    kind: 'signal',
    id,
    swarm: 's',
    agent: 'sender',
    domain: 'd',
    targets: [],
    severity: 'LOW',
    ttl_ms: 100,
    dedupe_key: null,
    escalate_after_ms: null,
    escalate_to: [],
    ...more,
  } as Signal
}

function ack(
  id: string,
  agent: string,
  status: Acknowledgment['status'] = 'RECEIVED',
): Acknowledgment {
  return {
    kind: 'acknowledgment',
    swarm: 's',
    agent,
    signal: id,
    signal_agent: 'sender',
    status,
    note: '',
  } as Acknowledgment
}

const viewOf = (...states: SignalsState[]): ReturnType<typeof createSignalView> =>
  createSignalView(
    new Map(states.map((signals, index) => [`${index}`, { runs: new Map([['', { signals }]]) }])),
  )
const ids = (reports: readonly SignalReport[]): string[] =>
  reports.map((report) => report.signal.id)

describe('a signal', () => {
  it('is active until its time is over, by log time', () => {
    const state = emptySignals()
    escalateDue(state, 0)
    takeSignal(state, signal('x'), 0, 0)
    escalateDue(state, 100 * MS - 1)
    expect(ids(viewOf(state).activeSignals(SCOPE))).toEqual(['x'])
    escalateDue(state, 100 * MS)
    expect(viewOf(state).activeSignals(SCOPE)).toEqual([])
    expect(viewOf(state).activeSignals(SCOPE, { at: 5 })).toHaveLength(1)
    expect(viewOf(state).signal(SCOPE, { agent: 'sender', id: 'x' })).toBeDefined()
  })

  it('escalates once where a target stays silent, and names who did', () => {
    const state = emptySignals()
    takeSignal(state, signal('x', { targets: ['a', 'b'], escalate_after_ms: 10 }), 7, 0)
    takeAcknowledgment(state, ack('x', 'a'), 8, MS)
    takeAcknowledgment(state, ack('x', 'stranger'), 9, MS)
    expect(escalateDue(state, 10 * MS)).toEqual([])
    expect(escalateDue(state, 10 * MS + 1).map(({ offset }) => offset)).toEqual([7])
    expect(escalateDue(state, 50 * MS)).toEqual([])
    const [report] = viewOf(state).activeSignals(SCOPE, { unacknowledged: true })
    expect(report).toMatchObject({ silent: ['b'], escalatedAt: 10 * MS, acknowledged: false })
    expect(report!.statuses.map(({ agent, addressed }) => [agent, addressed])).toEqual([
      ['a', true],
      ['stranger', false],
    ])
  })

  it('for a domain is acknowledged by anyone but its sender', () => {
    const state = emptySignals()
    takeSignal(state, signal('x', { escalate_after_ms: 10 }), 0, 0)
    takeSignal(state, signal('y', { escalate_after_ms: 10 }), 1, 0)
    takeAcknowledgment(state, ack('x', 'sender'), 2, 0)
    takeAcknowledgment(state, ack('y', 'anyone'), 3, 0)
    expect(escalateDue(state, 11 * MS).map((due) => due.signal.id)).toEqual(['x'])
  })

  it('that expires first never escalates; one that was due before it expired still does', () => {
    const state = emptySignals()
    takeSignal(state, signal('short', { escalate_after_ms: 100 }), 0, 0)
    takeSignal(state, signal('due', { escalate_after_ms: 99 }), 1, 0)
    expect(escalateDue(state, 1e9).map((due) => due.signal.id)).toEqual(['due'])
  })

  it('can be acknowledged up to the last moment, whatever escalates before', () => {
    const state = emptySignals()
    takeSignal(state, signal('early', { escalate_after_ms: 10 }), 0, 0)
    takeSignal(state, signal('x', { escalate_after_ms: 20 }), 1, 0)
    expect(escalateDue(state, 20 * MS).map((due) => due.signal.id)).toEqual(['early'])
    takeAcknowledgment(state, ack('x', 'a'), 2, 20 * MS)
    expect(escalateDue(state, 90 * MS)).toEqual([])
  })

  it('with a dedupe_key absorbs its repeats while it is active, and their acknowledgments', () => {
    const state = emptySignals()
    const key = { dedupe_key: 'k', escalate_after_ms: 50 }
    takeSignal(state, signal('first', key), 0, 0)
    takeSignal(state, signal('again', key), 1, MS)
    takeSignal(state, signal('of another', { ...key, agent: 'other' }), 2, MS)
    escalateDue(state, 2 * MS)
    takeAcknowledgment(state, ack('again', 'a', 'DONE'), 3, 2 * MS)
    const view = viewOf(state)
    expect(ids(view.activeSignals(SCOPE)).sort()).toEqual(['first', 'of another'])
    expect(view.signal(SCOPE, { agent: 'sender', id: 'again' })).toMatchObject({
      signal: { id: 'first' },
      repeats: 1,
      repeatedAt: MS,
      acknowledged: true,
    })
    escalateDue(state, 100 * MS)
    takeSignal(state, signal('later', key), 4, 100 * MS)
    expect(ids(viewOf(state).activeSignals(SCOPE))).toContain('later')
  })

  it('shows who it is for: by name, or everyone in the domain but the sender', () => {
    const state = emptySignals()
    takeSignal(state, signal('named', { targets: ['a'], domain: 'far' }), 0, 0)
    takeSignal(state, signal('open', { severity: 'CRITICAL' }), 1, 0)
    takeSignal(state, signal('elsewhere', { domain: 'e' }), 2, 0)
    takeSignal(state, signal('newer', { severity: 'CRITICAL' }), 3, 1)
    escalateDue(state, 1)
    const of = (filter: object): string[] => ids(viewOf(state).activeSignals(SCOPE, filter))
    expect(of({ agent: 'a', domains: ['d'] })).toEqual(['newer', 'open', 'named'])
    expect(of({ agent: 'b', domains: ['d'] })).toEqual(['newer', 'open'])
    expect(of({ agent: 'sender' })).toEqual([])
    expect(of({ severity: 'MEDIUM' })).toEqual(['newer', 'open'])
    takeAcknowledgment(state, ack('open', 'b'), 4, 1)
    expect(of({ agent: 'b', unacknowledged: true, domains: ['d'] })).toEqual(['newer'])
  })

  it('keeps within its bounds, and escalates what has to make room', () => {
    const state = emptySignals()
    const [ttl_ms, escalate_after_ms] = [1e9, 1e6]
    for (let offset = 0; offset < SIGNALS_MAX; offset++)
      takeSignal(
        state,
        signal(`${offset}`, { ttl_ms, escalate_after_ms, dedupe_key: `${offset}` }),
        offset,
        0,
      )
    const displaced = takeSignal(state, signal('more', { ttl_ms }), SIGNALS_MAX, 1)
    expect(displaced.map(({ offset }) => offset)).toEqual(
      Array.from({ length: SIGNALS_MAX / 10 }, (_, offset) => offset),
    )
    expect(state.signals.size).toBe(SIGNALS_MAX * 0.9 + 1)
    expect(state.byDedupeKey.size).toBe(SIGNALS_MAX * 0.9)
    for (let index = 0; index < OTHERS_MAX + STRAY_MAX; index++) {
      takeAcknowledgment(state, ack('more', `agent-${index}`), index, 1)
      takeAcknowledgment(state, ack('unknown', `agent-${index}`), index, 1)
    }
    expect(state.signals.get('s\u0000sender\u0000more')!.statuses.size).toBe(OTHERS_MAX)
    expect(viewOf(state).strayAcknowledgments(SCOPE)).toHaveLength(STRAY_MAX)
  })
})

const step = fc.record({
  what: fc.constantFrom('signal', 'ack', 'ack', 'tick'),
  id: fc.constantFrom('x', 'y', 'z'),
  agent: fc.constantFrom('a', 'b', 'c', 'sender'),
  targets: fc.constantFrom([], ['a'], ['a', 'b']),
  status: fc.constantFrom('RECEIVED', 'PROCESSING', 'DONE', 'DECLINED'),
  dedupe: fc.constantFrom(null, 'k'),
  later: fc.constantFrom(0, 1, 6, 30),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Runs the steps; gives each signal that escalated and every status as it was set. */
function play(
  steps: readonly Step[],
  sender = 'sender',
): { state: SignalsState; escalated: string[]; log: string[] } {
  const state = emptySignals()
  const escalated: string[] = []
  const log: string[] = []
  let now = 0
  for (const [offset, { what, id, agent, targets, status, dedupe, later }] of steps.entries()) {
    now += later * MS
    escalated.push(...escalateDue(state, now).map((due) => due.signal.id))
    const more = {
      targets: [...targets],
      dedupe_key: dedupe,
      escalate_after_ms: 5,
      ttl_ms: 20,
      agent: sender,
    }
    if (what === 'signal') takeSignal(state, signal(id, more), offset, now)
    if (what === 'ack') takeAcknowledgment(state, ack(id, agent, status), offset, now)
    for (const [name, { statuses }] of state.signals)
      for (const [by, { status: is }] of statuses) log.push(`${name} ${by} ${is}`)
  }
  return { state, escalated, log }
}

describe('signals, whatever happens', () => {
  it('escalate at most once and never what was acknowledged in time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { state, escalated } = play(steps)
        expect(new Set(escalated).size).toBe(escalated.length)
        for (const { signal: of, escalatedAt, statuses, sentAt } of state.signals.values()) {
          if (escalatedAt === null) continue
          const inTime = [...statuses].filter(([, { at }]) => at <= sentAt + 5 * MS)
          const heard = inTime.map(([agent]) => agent).filter((agent) => agent !== 'sender')
          if (of.targets.length === 0) expect(heard).toEqual([])
          else expect(of.targets.every((target) => heard.includes(target))).toBe(false)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('have statuses that only go forward', () => {
    const rank = ['RECEIVED', 'PROCESSING', 'DONE DECLINED']
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const seen = new Map<string, string>()
        for (const line of play(steps).log) {
          const at = line.lastIndexOf(' ')
          const [name, status] = [line.slice(0, at), line.slice(at + 1)]
          const before = seen.get(name)
          if (before !== undefined && before !== status) {
            const place = (text: string): number => rank.findIndex((all) => all.includes(text))
            expect(place(status)).toBeGreaterThan(place(before))
          }
          seen.set(name, status)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('are shown in one order, however the partitions come', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 4 }),
        fc.array(step, { maxLength: 4 }),
        (left, right) => {
          const [a, b] = [play(left).state, play(right, 'other').state]
          expect(viewOf(a, b).activeSignals(SCOPE)).toEqual(viewOf(b, a).activeSignals(SCOPE))
        },
      ),
      { numRuns: 1000 },
    )
  })
})
