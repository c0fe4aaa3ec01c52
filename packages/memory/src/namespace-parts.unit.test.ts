import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWaggleError } from '@waggle/base'
import type { Kind } from '@waggle/event'
import { SCOPE, teller, type Said, type SaidOf } from '../../../test/support/memory-steps.ts'
import { digestMemory } from './digest-memory.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState, type MemoryEvent, type MemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'

const AGENTS = ['ann', 'bob', 'desk'] as const
const SPACES = ['ann', 'desk', 'shared'] as const

interface Step {
  readonly agent: string
  readonly namespace: string
  readonly what: (typeof WHATS)[number]
  readonly pick: number
}

const PARTS = ['concept', 'relation', 'fact', 'define', 'back', 'execution', 'turn'] as const
const STORES = ['document', 'drop', 'grant', 'removal', 'decision', 'outcome'] as const
const WHATS = [...PARTS, ...STORES, 'quarantine', 'erasure'] as const

function anySteps(whats: readonly Step['what'][]) {
  const step = fc.record<Step>({
    agent: fc.constantFrom(...AGENTS),
    namespace: fc.constantFrom(...SPACES),
    what: fc.constantFrom(...whats),
    pick: fc.nat(1000),
  })
  return fc.array(step, { minLength: 5, maxLength: 60 })
}

const TOPICS = {
  decision: 'waggle.decisions.v1',
  outcome: 'waggle.outcomes.v1',
  quarantine: 'waggle.compensations.v1',
  erasure: 'waggle.compensations.v1',
} as const

/** The steps as events, each in its partition; namespaces have a partition each. */
function eventsOf(steps: readonly Step[]): MemoryEvent[] {
  const tellers = new Map<string, ReturnType<typeof teller>>()
  const ids: string[] = []
  return steps.map((step, index) => {
    const topic: string = TOPICS[step.what as keyof typeof TOPICS] ?? 'waggle.memories.v1'
    const isSpread = topic === 'waggle.memories.v1' || step.what === 'outcome'
    const partition = isSpread ? SPACES.indexOf(step.namespace as 'ann') : 0
    const name = `${topic}/${partition}`
    const { say } = tellers.get(name) ?? teller(topic, partition)
    if (!tellers.has(name)) tellers.set(name, { say, now: 0 })
    const said = { ...saidOf(step, ids), agent: step.agent } as SaidOf<Kind>
    const known = say(said, 1_600_000_000_000_000 + index * 1000)
    ids.push(known.event.id)
    return { ...known, frame: FRAME }
  })
}

function saidOf({ namespace, what, pick }: Step, ids: readonly string[]): Said {
  const subject = pick % 4 === 0 ? `person-${pick % 2}` : null
  const some = (names: string, by = pick): string => names[by % names.length]!
  const earlier = ids[pick % Math.max(ids.length, 1)] ?? '0191f000-0000-7000-8000-000000000000'
  const expected_version = pick % 3 === 0 ? pick % 5 : null
  switch (what) {
    case 'concept':
      return {
        kind: 'concept',
        namespace,
        subject,
        name: some('xy'),
        categories: [some('kl')],
        description: '',
      }
    case 'relation':
      return {
        kind: 'relation',
        namespace,
        subject,
        source: some('xyz'),
        type: 'to',
        target: some('zyx', pick >> 2),
      }
    case 'fact':
      return {
        kind: 'fact',
        namespace,
        subject,
        entity: some('xy'),
        attribute: 'a',
        value: some('AB', pick >> 2),
        valid_from: pick % 9,
      }
    case 'define':
      return { kind: 'procedure', namespace, subject, name: 'p', category: 'c', expected_version }
    case 'back':
      return {
        kind: 'procedure',
        namespace,
        subject,
        name: 'p',
        category: 'c',
        op: 'ROLLED_BACK',
        to_version: 1 + (pick % 4),
      }
    case 'execution':
      return {
        kind: 'execution',
        namespace,
        procedure: 'p',
        version: 1 + (pick % 3),
        arguments: '{}',
        success: pick % 2 === 0,
        duration_ms: pick,
      }
    case 'turn':
      return {
        kind: 'turn',
        namespace,
        subject,
        conversation: some('cd'),
        role: 'USER',
        content: `${pick}`,
        tokens: 1,
      }
    case 'document':
    case 'drop':
      return {
        kind: 'document',
        namespace,
        subject,
        type: 't',
        key: some('mn'),
        value: what === 'drop' ? null : `${pick}`,
        ttl_ms: pick % 7 === 0 ? 10 : null,
        expected_version,
      }
    case 'grant':
      return {
        kind: 'grant',
        namespace,
        grantee: pick % 2 === 0 ? '*' : 'bob',
        access: (['READ', 'WRITE', 'NONE'] as const)[pick % 3]!,
      }
    case 'removal': {
      const named = [
        'concept:x',
        'document:t/m',
        'procedure:p',
        'conversation:c',
        'relation:x|to|z',
      ]
      return { kind: 'removal', namespace, memory: [...named, earlier, earlier][pick % 7]! }
    }
    case 'decision':
      return {
        kind: 'decision',
        action: 'LONG',
        cause: earlier,
        context: '',
        reasoning: '',
        confidence: 1,
      }
    case 'outcome':
      return { kind: 'outcome', decision: earlier, value: 1, success: pick % 2 === 0 }
    case 'quarantine':
      return {
        kind: 'quarantine',
        quarantined: some('ab') === 'a' ? 'ann' : 'bob',
        since: 1_600_000_000_000_000 + (pick % 60) * 1000,
        lifted: pick % 3 === 0,
        reason: '',
      }
    default:
      return { kind: 'erasure', erased: `person-${pick % 2}`, step: 'REQUESTED' }
  }
}

/** All that a reader can see of a time; an answer that only the log has is no answer. */
function answersAt(state: MemoryState, asOf: number): Map<string, unknown> {
  const view = createMemoryView(state)
  const at = { asOf }
  const answers = new Map<string, () => unknown>()
  for (const agent of AGENTS)
    answers.set(`readable ${agent}`, () => view.readableNamespaces(SCOPE, agent, asOf))
  for (const space of SPACES) {
    const ask = (name: string, answer: () => unknown) => answers.set(`${space} ${name}`, answer)
    ask('concepts', () => view.concepts(SCOPE, space, { ...at, category: 'k' }))
    ask('facts', () => [
      view.facts(SCOPE, space, 'x', { ...at, validAt: 5 }),
      view.contradictions(SCOPE, space, at),
    ])
    ask('graph', () => [
      view.neighbours(SCOPE, space, 'x', at),
      view.path(SCOPE, space, 'x', 'z', at),
    ])
    ask('procedure', () => view.procedure(SCOPE, space, 'p', at))
    ask('statistics', () => view.procedureStatistics(SCOPE, space, 'p', at))
    ask('suggestion', () => view.suggestedVersion(SCOPE, space, 'p', at))
    ask('turns', () => view.turns(SCOPE, space, 'c', at))
    ask('latest turns', () => view.latestTurns(SCOPE, space, at))
    ask('documents', () => view.documents(SCOPE, space, at))
    ask('refused', () => [
      view.refusedWrites(SCOPE, space, at),
      view.grantHistory(SCOPE, space, at),
    ])
  }
  return new Map([...answers].map(([name, answer]) => [name, orTooOld(answer)]))
}

const TOO_OLD = 'only the log has it'

function orTooOld(answer: () => unknown): unknown {
  try {
    return structuredClone(answer())
  } catch (error) {
    if (isWaggleError(error, 'AS_OF_TOO_OLD')) return TOO_OLD
    throw error
  }
}

describe('the parts of a namespace', () => {
  it('are the same whichever partition is read first, and whether erasures come before or after', () => {
    fc.assert(
      fc.property(anySteps(WHATS), fc.array(fc.nat(), { maxLength: 10 }), (steps, order) => {
        const events = eventsOf(steps)
        const live = emptyMemoryState()
        for (const known of events) foldMemory(live, known)
        const gone = new Set(
          events.flatMap(({ event }) => (event.kind === 'erasure' ? [event.erased] : [])),
        )
        const queues = new Map<string, MemoryEvent[]>()
        for (const known of events) {
          const { topic, partition } = known.position
          const name = `${topic}/${partition}`
          // A rebuild finds no key for what was erased.
          const erased = known.event.subject !== null && gone.has(known.event.subject)
          queues.set(name, [...(queues.get(name) ?? []), { ...known, erased }])
        }
        const rebuilt = emptyMemoryState()
        const left = [...queues.values()].reverse()
        for (let turn = 0; left.length > 0; turn++) {
          const at = (order[turn % Math.max(order.length, 1)] ?? 0) % left.length
          foldMemory(rebuilt, left[at]!.shift()!)
          if (left[at]!.length === 0) left.splice(at, 1)
        }
        expect(digestMemory(rebuilt)).toBe(digestMemory(live))
        const end = 1_600_000_000_000_000 + steps.length * 1000
        expect(answersAt(rebuilt, end)).toEqual(answersAt(live, end))
      }),
      { numRuns: 300 },
    )
  })

  it('go back to a version whose subject is erased later, and then show neither', () => {
    const { say } = teller()
    const definition = { kind: 'procedure', namespace: 'ann', name: 'p', category: 'c' } as const
    const events = [
      say({ ...definition, subject: 'person-0' }),
      say({ ...definition, description: 'second' }),
      say({ ...definition, op: 'ROLLED_BACK', to_version: 1 }),
    ]
    const erasure = teller('waggle.compensations.v1').say(
      { kind: 'erasure', erased: 'person-0', step: 'REQUESTED' },
      events[2]!.knownFrom + 1,
    )
    const live = emptyMemoryState()
    for (const known of [...events, erasure]) foldMemory(live, known)
    const rebuilt = emptyMemoryState()
    const isGone = ({ event }: MemoryEvent): boolean => event.subject === 'person-0'
    for (const known of [erasure, ...events])
      foldMemory(rebuilt, { ...known, erased: isGone(known) })
    expect(digestMemory(rebuilt)).toBe(digestMemory(live))
    const shown = createMemoryView(live).procedure(SCOPE, 'ann', 'p')
    expect([shown?.version, shown?.event.description]).toEqual([2, 'second'])
    expect(createMemoryView(live).procedureHead(SCOPE, 'ann', 'p')).toBe(3)
  })

  it('answer about a time as they did then, whatever comes later', () => {
    const lasting = WHATS.filter((what) => what !== 'erasure')
    fc.assert(
      fc.property(anySteps(lasting), (steps) => {
        const state = emptyMemoryState()
        const then: [asOf: number, answers: Map<string, unknown>][] = []
        for (const known of eventsOf(steps)) {
          foldMemory(state, known)
          then.push([known.knownFrom, answersAt(state, known.knownFrom)])
        }
        for (const [asOf, answers] of then) {
          const now = answersAt(state, asOf)
          for (const [name, answer] of answers)
            if (now.get(name) !== TOO_OLD) expect([name, now.get(name)]).toEqual([name, answer])
        }
      }),
      { numRuns: 150 },
    )
  })
})

/** Episodes keep the bytes; the parts do not need them. */
const FRAME = { bytes: Buffer.alloc(0), writer: {} } as unknown as MemoryEvent['frame']
