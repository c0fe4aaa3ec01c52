import { expect, test } from 'vitest'
import { eventFromJson, eventToJson } from './event-json.ts'
import type { WaggleEvent } from './kind.ts'

const bar = {
  kind: 'bar',
  occurred_at: 1_236_556_800_000_000,
  instrument: 'SPX',
  open: 101_250_000_000n,
  trajectory: null,
} as unknown as WaggleEvent

test('decimals are texts, and come back as they were', () => {
  const json = eventToJson(bar)
  expect(json).toMatchObject({ open: '101.25', occurred_at: 1_236_556_800_000_000 })
  expect(eventFromJson(json)).toEqual(bar)
})

test('times are taken in ISO 8601', () => {
  const given = eventFromJson({ kind: 'bar', occurred_at: '2009-03-09T00:00:00Z' })
  expect(given['occurred_at']).toBe(1_236_556_800_000_000)
})

test('decimals inside of records and arrays', () => {
  const json = { kind: 'order_book', bids: [{ price: '1.5', quantity: '2' }] }
  const event = eventFromJson(json)
  expect(event['bids']).toEqual([{ price: 1_500_000_000n, quantity: 2_000_000_000n }])
  expect(eventToJson(event as unknown as WaggleEvent)).toEqual(json)
})

test.each([
  [{ kind: 'bar', open: 101.25 }, 'open'],
  [{ kind: 'bar', open: 'dear' }, 'open'],
  [{ kind: 'bar', known_at: 'yesterday' }, 'known_at'],
  [{ kind: 'order_book', bids: [{ price: 'x', quantity: '1' }] }, 'price'],
])('%j is refused by its field', (json, field) => {
  expect(() => eventFromJson(json)).toThrow(
    expect.objectContaining({ code: 'FIELD_INVALID', field }),
  )
})

test('an unknown kind is said', () => {
  expect(() => eventFromJson({ kind: 'dance' })).toThrow(
    expect.objectContaining({ code: 'KIND_UNKNOWN' }),
  )
})
