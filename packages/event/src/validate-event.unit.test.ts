import { describe, expect, it } from 'vitest'
import { LIMITS } from '@waggle/base'
import type { Decision } from './generated/kinds.ts'
import { validateEvent } from './validate-event.ts'

const UUID = '0191f000-0000-7000-8000-000000000001'
const envelope = {
  id: UUID,
  swarm: 'swarm',
  agent: 'agent',
  session: 'session',
  seq: 1,
  occurred_at: 1_600_000_000_000_000,
  known_at: 1_600_000_000_000_000,
}
const decision = {
  ...envelope,
  kind: 'decision' as const,
  action: 'LONG',
  context: 'c',
  reasoning: 'r',
  confidence: 0.5,
}
const proposal = {
  ...envelope,
  kind: 'proposal',
  proposal: 'p',
  question: 'q',
  options: ['yes', 'no'],
  electorate: [{ agent: 'a', weight: 1 }],
}
const observation = { ...envelope, kind: 'observation', domain: 'd', source: 's', content: 'c' }

/** The code and the field that a refusal names; 'valid' where there is none. */
function refusal(event: object): string {
  try {
    validateEvent(event as never)
    return 'valid'
  } catch (error) {
    const { code, field } = error as { code?: string; field?: string }
    return `${code} ${field}`
  }
}

describe('a valid event', () => {
  it('is completed with the defaults of its schema', () => {
    const event = validateEvent<Decision>(decision)
    expect(event).toMatchObject({ ...decision, inputs: [], trajectory: null, price: null })
    expect(validateEvent(event)).toEqual(event)
  })

  it('treats a field given as undefined as left out', () => {
    expect(validateEvent<Decision>({ ...decision, inputs: undefined } as never).inputs).toEqual([])
  })
})

describe('a bad event names its field', () => {
  const holes: unknown[] = [UUID]
  holes.length = 2
  const table: [string, object, string][] = [
    ['a missing field', { action: undefined }, 'FIELD_MISSING action'],
    ['a field without a schema', { mood: 'good' }, 'FIELD_UNKNOWN mood'],
    ['NaN', { confidence: NaN }, 'FIELD_INVALID confidence'],
    ['too much confidence', { confidence: 1.01 }, 'FIELD_INVALID confidence'],
    ['negative confidence', { confidence: -0.01 }, 'FIELD_INVALID confidence'],
    ['text for a number', { confidence: '0.5' }, 'FIELD_INVALID confidence'],
    ['infinity', { predicted_value: Infinity }, 'FIELD_INVALID predicted_value'],
    ['a number for a text', { action: 1 }, 'FIELD_INVALID action'],
    ['null where there must be a value', { action: null }, 'FIELD_INVALID action'],
    ['an empty name', { swarm: '' }, 'FIELD_INVALID swarm'],
    ['a long name', { agent: 'a'.repeat(129) }, 'FIELD_INVALID agent'],
    ['a bad id', { id: 'nothing' }, 'FIELD_INVALID id'],
    ['a bad cause', { cause: `${UUID}0` }, 'FIELD_INVALID cause'],
    ['a negative seq', { seq: -1 }, 'FIELD_INVALID seq'],
    ['a fraction', { seq: 1.5 }, 'FIELD_INVALID seq'],
    ['a large seq', { seq: 2 ** 52 }, 'FIELD_INVALID seq'],
    ['milliseconds in a string', { known_at: '2020' }, 'FIELD_INVALID known_at'],
    ['a time out of range', { occurred_at: 2 ** 52 - 1 }, 'FIELD_INVALID occurred_at'],
    ['a float for money', { price: 1.5 }, 'FIELD_INVALID price'],
    ['39 digits', { price: 10n ** 38n }, 'FIELD_INVALID price'],
    ['a bad item', { inputs: [UUID, 'x'] }, 'FIELD_INVALID inputs[1]'],
    ['a hole in an array', { inputs: holes }, 'FIELD_INVALID inputs[1]'],
    ['an object for an array', { inputs: {} }, 'FIELD_INVALID inputs'],
    ['half a character', { reasoning: 'a\ud800' }, 'FIELD_INVALID reasoning'],
    ['an object for a text', { reasoning: Object.create(null) }, 'FIELD_INVALID reasoning'],
    ['a symbol', { reasoning: Symbol('x') }, 'FIELD_INVALID reasoning'],
    ['an unknown kind', { kind: 'guess' }, 'KIND_UNKNOWN kind'],
    ['a kind every object has', { kind: 'constructor' }, 'KIND_UNKNOWN kind'],
    ['no kind', { kind: undefined }, 'KIND_UNKNOWN kind'],
  ]
  it.each(table)('%s', (_name, change, expected) => {
    expect(refusal({ ...decision, ...change })).toBe(expected)
  })

  it.each([
    ['the field of a nested record', [{ agent: 'a' }], 'FIELD_INVALID electorate[0].weight'],
    ['a misspelt one', [{ agent: 'a', weight: 1, x: 1 }], 'FIELD_UNKNOWN electorate[0].x'],
    ['a nested range', [{ agent: 'a', weight: -1 }], 'FIELD_INVALID electorate[0].weight'],
    ['null for a record', [null], 'FIELD_INVALID electorate[0]'],
  ])('%s', (_name, electorate, expected) => {
    expect(refusal({ ...proposal, electorate })).toBe(expected)
  })

  it.each([
    ['a Map', new Map([['a', 1]]), 'FIELD_INVALID features'],
    ['an array', [], 'FIELD_INVALID features'],
    ['a date', new Date(0), 'FIELD_INVALID features'],
    ['a bad value', { a: 'x' }, 'FIELD_INVALID features.a'],
    ['a prototype', JSON.parse('{"__proto__": 1}') as object, 'FIELD_INVALID features.__proto__'],
    ['a plain object', { a: 1, constructor: 2 }, 'valid'],
    ['an object without prototype', Object.create(null) as object, 'valid'],
  ])('%s for a map', (_name, features, expected) => {
    expect(refusal({ ...observation, features })).toBe(expected)
  })
})

describe('what the log would refuse later is refused at once', () => {
  it('text of more bytes than a field may have', () => {
    const half = LIMITS.fieldBytesMax / 2
    expect(refusal({ ...observation, content: 'é'.repeat(half) })).toBe('valid')
    expect(refusal({ ...observation, content: 'é'.repeat(half + 1) })).toBe('FIELD_INVALID content')
  })

  it('more items than a collection may have', () => {
    const features = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]))
    const max = LIMITS.collectionItemsMax
    expect(refusal({ ...observation, features: features(max) })).toBe('valid')
    expect(refusal({ ...observation, features: features(max + 1) })).toBe('FIELD_INVALID features')
    const inputs = Array<string>(max + 1).fill(UUID)
    expect(refusal({ ...decision, inputs })).toBe('FIELD_INVALID inputs')
  })

  it('an int beyond 32 bits', () => {
    const tally = (votes: number): object => ({
      ...envelope,
      kind: 'proposal_result',
      proposal: 'p',
      status: 'APPROVED',
      tallies: [{ choice: 'yes', weight: 1, votes }],
    })
    expect(refusal(tally(2 ** 31))).toBe('FIELD_INVALID tallies[0].votes')
  })

  it('and the message stays short whatever the value', () => {
    const long = { ...decision, action: 'x'.repeat(100_000) }
    expect(() => validateEvent(long as never)).toThrow(/^.{1,300}$/s)
    const items = { ...decision, inputs: Array<string>(20_000).fill('x') }
    expect(() => validateEvent(items as never)).toThrow(/^.{1,300}$/s)
  })
})

describe('what is to be erasable', () => {
  it('is not in the error that refuses it', () => {
    for (const field of ['content', 'subject']) {
      const secret = `secret-${'x'.repeat(LIMITS.fieldBytesMax)}`
      for (const value of [[secret], secret]) {
        const error = shownBy({ ...observation, [field]: value })
        expect(error).toContain(field)
        expect(error).not.toContain('secret')
      }
    }
    expect(shownBy({ ...observation, domain: 'secret'.repeat(100) })).toContain('secret')
  })
})

/** All that an error would bring into a log. */
function shownBy(event: object): string {
  try {
    return String(validateEvent(event as never))
  } catch (error) {
    return JSON.stringify({ ...(error as object), message: String(error) })
  }
}
