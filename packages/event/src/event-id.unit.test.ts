import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TIMESTAMP_MAX } from './avro-schema.ts'
import { derivedId, eventId } from './event-id.ts'

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const knownAt = fc.integer({ min: 0, max: TIMESTAMP_MAX })
const seq = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('event ids', () => {
  it('are UUIDs v7 that carry the millisecond, and stable', () => {
    fc.assert(
      fc.property(fc.string(), seq, knownAt, (session, number, at) => {
        const id = eventId(session, number, at)
        expect(id).toMatch(V7)
        expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Math.floor(at / 1000))
        expect(eventId(session, number, at)).toBe(id)
      }),
    )
  })

  it('stay the same between releases', () => {
    expect(eventId('session', 1, 1_600_000_000_123_456)).toBe(
      '0174876e-807b-7f3a-b1ec-ebbd00000001',
    )
  })

  it('differ by session and by seq, and sort by time', () => {
    fc.assert(
      fc.property(seq, seq, knownAt, (a, b, at) => {
        expect(eventId('s', a, at) === eventId('s', b, at)).toBe(a === b)
        expect(eventId('s', a, at)).not.toBe(eventId('t', a, at))
        expect(eventId('s', a, at) < eventId('t', b, at + 1000)).toBe(true)
      }),
    )
  })

  it('of times before 1970 are still UUIDs v7', () => {
    expect(eventId('s', 1, -1)).toMatch(V7)
  })
})

describe('derived ids', () => {
  it('are stable UUIDs v8, one for each text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(derivedId(a)).toMatch(V8)
        expect(derivedId(a) === derivedId(b)).toBe(a === b)
      }),
    )
  })
})
