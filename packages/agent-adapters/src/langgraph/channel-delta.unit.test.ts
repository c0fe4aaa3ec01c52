import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  packedItems,
  readChannel,
  storeChannel,
  type Packed,
  type StoredChannel,
} from './channel-delta.ts'

const json = (value: unknown): Packed => ({ type: 'json', text: JSON.stringify(value) })

/** Stores values one after the other, each going on from the one before. */
function storeAll(values: readonly Packed[]): Map<string, StoredChannel> {
  const at = new Map<string, StoredChannel>()
  values.forEach((value, index) => {
    const id = String(index - 1)
    const stored = at.get(id)
    const before = stored === undefined ? undefined : { id, stored, value: values[index - 1]! }
    at.set(String(index), storeChannel(value, before))
  })
  return at
}

describe('values of a channel', () => {
  it('come back as they were, whatever was stored before', () => {
    const value = fc.oneof(
      fc.array(fc.jsonValue(), { maxLength: 8 }).map(json),
      fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 }).map(json),
      fc.jsonValue().map(json),
      fc.string().map((text) => ({ type: 'bytes', text })),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), (values) => {
        const at = storeAll(values)
        values.forEach((one, index) => {
          const read = readChannel(String(index), (id) => at.get(id))!
          expect(read.type).toBe(one.type)
          if (one.type === 'json') expect(JSON.parse(read.text)).toEqual(JSON.parse(one.text))
          else expect(read.text).toBe(one.text)
        })
      }),
    )
  })

  it('cost for a growing list a few times its final size, not its square', () => {
    const item = JSON.stringify('x'.repeat(100))
    const values = Array.from({ length: 400 }, (_, index) =>
      packedItems(
        'json',
        Array.from({ length: index + 1 }, () => item),
      ),
    )
    const written = [...storeAll(values).values()].reduce(
      (sum, stored) => sum + JSON.stringify(stored).length,
      0,
    )
    expect(written).toBeLessThan(4 * values.at(-1)!.text.length)
  })

  it('are whole again where nothing of the earlier list is left', () => {
    const at = storeAll([json(['a', 'b']), json(['c'])])
    expect(at.get('1')).toEqual({ is: 'whole', ...json(['c']) })
  })
})
