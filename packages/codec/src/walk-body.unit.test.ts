import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '@waggle/base'
import type { AvroField, AvroRecord, AvroType } from '@waggle/event'
import { ByteCursor } from './byte-cursor.ts'
import { decimalToBytes } from './decimal-type.ts'
import { longBytes } from './object-container.ts'
import { compileFieldWalkers } from './walk-body.ts'
import { avroTypeOf } from './writer-schema.ts'

/** Walks the bytes of one field; 'ok', or why they are refused. */
function walk(type: AvroType, bytes: Uint8Array, bounds: Partial<AvroField> = {}): string {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'f', type }] } as AvroRecord
  const [field] = compileFieldWalkers(schema, () => bounds)
  const cursor = new ByteCursor(Buffer.from(bytes), 0)
  cursor.field = 'f'
  try {
    field!.walk(cursor)
    return cursor.position === bytes.length ? 'ok' : 'left over'
  } catch (error) {
    expect(error).toMatchObject({ code: 'BYTES_MALFORMED', field: 'f' })
    return (error as Error).message
  }
}

const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([longBytes(bytes.length), bytes])
}
const uuid = { type: 'string', logicalType: 'uuid' }
const decimal = { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 9 }
const UUID = '0191f000-0000-7000-8000-000000000001'
const longs = { type: 'array', items: 'long' }

describe('texts', () => {
  it('are bounded in characters as at emit, however many bytes a character takes', () => {
    const unit = fc.constantFrom('a', 'é', '€', '😀')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const value = units.join('')
        const expected = value.length <= 8 ? 'ok' : expect.stringMatching(/at most 8|outside/)
        expect(walk('string', text(value), { maxLength: 8 })).toEqual(expected)
      }),
    )
  })

  it('must be UTF-8 and not empty where they name something', () => {
    expect(walk('string', text(Uint8Array.of(0x61, 0xff)))).toMatch(/not UTF-8/)
    expect(walk('string', text(Uint8Array.of(0xed, 0xa0, 0x80)))).toMatch(/not UTF-8/)
    expect(walk('string', text(''), { minLength: 1 })).toMatch(/Empty/)
    expect(walk('string', text(''))).toBe('ok')
  })

  it.each([
    ['a negative length', [0x01]],
    ['a length beyond the end', [0x08, 0x61]],
    ['a length of gigabytes', [...longBytes(2 ** 40)]],
    ['a number that does not end', [0x80]],
  ])('%s is refused', (_name, bytes) => {
    expect(walk('string', Uint8Array.from(bytes))).toMatch(/outside|Truncated/)
  })
})

describe('UUIDs', () => {
  it.each([
    ['as it should be', [...text(UUID)], 'ok'],
    ['too short', [...text(UUID.slice(1))], /36 characters/],
    ['of other characters', [...text(UUID.replace('f', 'g'))], /no UUID/],
    ['hyphens elsewhere', [...text(UUID.replace('1f', '-f'))], /no UUID/],
    ['its length in two bytes', [0xc8, 0x00, ...Buffer.from(UUID)], /36 characters/],
    ['cut off', [...text(UUID)].slice(0, -1), /Truncated/],
  ])('%s', (_name, bytes, expected) => {
    expect(walk(uuid, Uint8Array.from(bytes))).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })
})

describe('numbers', () => {
  it('keep to the bounds of the schema', () => {
    const double = (value: number): Buffer => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(value)
      return bytes
    }
    const unit = { minimum: 0, maximum: 1 }
    expect([0, 0.5, 1].map((value) => walk('double', double(value), unit))).toEqual(
      Array(3).fill('ok'),
    )
    for (const value of [-0.1, 1.1, NaN, Infinity])
      expect(walk('double', double(value), unit)).not.toBe('ok')
    expect(walk('long', longBytes(-1), { minimum: 0 })).toMatch(/outside/)
    expect(walk('int', longBytes(2 ** 31))).toMatch(/outside/)
    expect(walk('boolean', Uint8Array.of(2))).toMatch(/neither/)
    expect(walk(['null', 'long'], Uint8Array.of(4))).toMatch(/Union branch 2/)
    expect(walk(['null', 'long'], Uint8Array.of(1))).toMatch(/Union branch -1/)
    const en = { type: 'enum', name: 'E', symbols: ['A'] }
    expect([0, 2, 1].map((byte) => walk(en, Uint8Array.of(byte)) === 'ok')).toEqual([
      true,
      false,
      false,
    ])
  })

  it('of money have at most 38 digits', () => {
    expect(walk(decimal, text(decimalToBytes(10n ** 38n - 1n)))).toBe('ok')
    expect(walk(decimal, text(decimalToBytes(-(10n ** 38n))))).toMatch(/digits/)
    expect(walk(decimal, text(Buffer.alloc(17)))).toMatch(/outside/)
    expect(walk(decimal, text(''))).toMatch(/without bytes/)
  })
})

describe('blocks', () => {
  it('of any shape are walked as avsc reads them', () => {
    const type = avroTypeOf(longs)
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(), { minLength: 1 })), fc.boolean(), (blocks, sized) => {
        const bytes = blocks.map((block) => {
          const items = Buffer.concat(block.map(longBytes).map((item) => Buffer.from(item)))
          return sized
            ? Buffer.concat([longBytes(-block.length), longBytes(items.length), items])
            : Buffer.concat([longBytes(block.length), items])
        })
        const body = Buffer.concat([...bytes, Uint8Array.of(0)])
        expect(type.fromBuffer(body)).toEqual(blocks.flat())
        expect(walk(longs, body)).toBe('ok')
      }),
    )
  })

  it.each([
    ['twenty million items', [...longBytes(20_000_000)], /items/],
    ['many blocks that sum up', [], /items/],
    ['a negative count of millions', [...longBytes(-20_000_000), 2], /items/],
    ['a negative size', [...longBytes(-1), 1, 2, 0], /Negative block size/],
    ['a size that is too small', [...longBytes(-2), 2, 2, 4, 0], /another size/],
    ['a size that is too large', [...longBytes(-1), 4, 2, 0], /another size/],
    ['no end', [2, 2], /Truncated/],
  ])('%s are refused', (_name, bytes, reason) => {
    const many = Array<number[]>(LIMITS.collectionItemsMax + 1)
      .fill([2, 2])
      .flat()
    expect(walk(longs, Uint8Array.from(bytes.length > 0 ? bytes : many))).toMatch(reason)
  })

  it('of items without bytes are refused', () => {
    expect(walk({ type: 'array', items: 'null' }, Uint8Array.of(2, 0))).toMatch(/without bytes/)
    const empty = { type: 'record', name: 'E', fields: [] }
    expect(walk({ type: 'array', items: empty }, Uint8Array.of(2, 0))).toMatch(/without bytes/)
  })

  it('of a map must not name the prototype', () => {
    const map = { type: 'map', values: 'long' }
    const entry = (key: string): Buffer =>
      Buffer.concat([Uint8Array.of(2), text(key), Uint8Array.of(2, 0)])
    expect(walk(map, entry('constructor'))).toBe('ok')
    expect(walk(map, entry('__proto__'))).toMatch(/__proto__/)
  })

  it('nested to any depth of a finite schema keep to the bytes there are', () => {
    let type: AvroType = 'long'
    for (let i = 0; i < 50; i++) type = { type: 'array', items: type }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof walk(type, bytes)).toBe('string')
      }),
    )
  })
})
