import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AvroType } from '@waggle/event'
import { checkCompatibility, readerProblems, type CompatibilityLevel } from './compatibility.ts'

const record = (fields: object[], name = 'R', rest: object = {}): AvroType =>
  ({ type: 'record', name, fields, ...rest }) as AvroType
const field = (type: unknown, rest: object = {}): object => ({ name: 'f', type, ...rest })
const enumOf = (symbols: string[], rest: object = {}): AvroType =>
  ({ type: 'enum', name: 'E', symbols, ...rest }) as AvroType
const fixed = (size: number, name = 'F'): AvroType => ({ type: 'fixed', name, size })
const decimal = (precision: number, scale: number): AvroType => ({
  type: 'bytes',
  logicalType: 'decimal',
  precision,
  scale,
})
const reads = (reader: AvroType, writer: AvroType): boolean =>
  readerProblems(reader, writer).length === 0

describe('promotions', () => {
  const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
  /** The specification's list, written down once more: writer -> readers. */
  const allowed: Record<string, string[]> = {
    int: ['long', 'float', 'double'],
    long: ['float', 'double'],
    float: ['double'],
    string: ['bytes'],
    bytes: ['string'],
  }
  it.each(PRIMITIVES)('%s is read by itself and by what it may be promoted to', (writer) => {
    for (const reader of PRIMITIVES) {
      const expected = reader === writer || (allowed[writer]?.includes(reader) ?? false)
      expect([reader, reads(reader, writer)]).toEqual([reader, expected])
      expect(reads({ type: reader }, { type: writer, note: 1 } as AvroType)).toBe(expected)
    }
  })
})

describe('a reader', () => {
  const N = ['null', 'string']
  const table: [string, AvroType, AvroType, boolean][] = [
    ['reads more symbols', enumOf(['A', 'B']), enumOf(['A']), true],
    ['does not read unknown symbols', enumOf(['A']), enumOf(['A', 'B']), false],
    ['reads them as its default', enumOf(['A'], { default: 'A' }), enumOf(['A', 'B']), true],
    ['tells enums by name', enumOf(['A']), enumOf(['A'], { name: 'X' }), false],
    ['knows the alias', enumOf(['A'], { aliases: ['X'] }), enumOf(['A'], { name: 'X' }), true],
    ['reads fixed of its size', fixed(4), fixed(4), true],
    ['reads no other size', fixed(4), fixed(8), false],
    ['tells fixed by name', fixed(4), fixed(4, 'G'), false],
    ['does not read fixed as bytes', 'bytes', fixed(4), false],
    ['reads a branch of its union', N, 'string', true],
    ['promotes into a union', ['null', 'long'], 'int', true],
    ['reads only its branches', N, 'int', false],
    ['reads a union if it reads all', 'string', ['string', 'bytes'], true],
    ['does not read a null', 'string', N, false],
    ['reads a smaller union', ['null', 'string', 'int'], N, true],
    ['reads items', { type: 'array', items: 'long' }, { type: 'array', items: 'int' }, true],
    ['no array as map', { type: 'map', values: 'int' }, { type: 'array', items: 'int' }, false],
    ['reads values', { type: 'map', values: 'int' }, { type: 'map', values: 'long' }, false],
    ['takes a default', record([field('int', { default: 1 })]), record([]), true],
    ['takes null as a default', record([field(N, { default: null })]), record([]), true],
    ['misses a field', record([field('int')]), record([]), false],
    ['skips a field', record([]), record([field('int')]), true],
    [
      'knows a field by its alias',
      record([field('int', { aliases: ['g'] })]),
      record([{ name: 'g', type: 'int' }]),
      true,
    ],
    ['tells records by name', record([]), record([], 'S'), false],
    ['knows a record by its alias', record([], 'R', { aliases: ['S'] }), record([], 'S'), true],
    ['but not its namesake', record([], 'R', { aliases: ['x.S'] }), record([], 'S'), false],
    ['ignores namespaces', record([], 'a.R'), record([], 'b.R'), true],
    ['reads the same decimal', decimal(38, 9), decimal(38, 9), true],
    ['reads no other scale', decimal(38, 9), decimal(38, 2), false],
    ['reads a decimal as bytes', 'bytes', decimal(38, 9), true],
  ]
  it.each(table)('%s', (_name, reader, writer, expected) => {
    expect(reads(reader, writer)).toBe(expected)
  })

  it('says where and why', () => {
    const voters = (type: string): AvroType =>
      record([field({ type: 'array', items: record([{ name: 'w', type }], 'Voter') })])
    expect(readerProblems(voters('int'), voters('string'))).toEqual([
      { path: '.f[].w', reason: 'int cannot read string' },
    ])
  })
})

describe('records that contain themselves', () => {
  const list = (value: string, rest: object[] = []): AvroType =>
    record([{ name: 'value', type: value }, { name: 'next', type: ['null', 'R'] }, ...rest])

  it('are compared once', () => {
    expect(reads(list('long'), list('int'))).toBe(true)
    expect(readerProblems(list('int'), list('long'))[0]).toEqual({
      path: '.value',
      reason: 'int cannot read long',
    })
  })

  it('fail where the way back fails, found late or early', () => {
    const inner = (type: string): object => record([field(['null', 'Outer'])], type) as object
    const outer = (last: string): AvroType =>
      record(
        [
          { name: 'a', type: ['null', inner('Inner')] },
          { name: 'z', type: last },
        ],
        'Outer',
      )
    expect(reads(outer('int'), outer('string'))).toBe(false)
    expect(reads(outer('long'), outer('int'))).toBe(true)
  })

  it('are told apart by their full names', () => {
    const pair = (type: string): AvroType =>
      record(
        [
          { name: 'one', type: record([field('int')], 'a.In') },
          { name: 'two', type: record([field(type)], 'b.In') },
          { name: 'three', type: 'b.In' },
        ],
        'Out',
      )
    expect(reads(pair('long'), pair('int'))).toBe(true)
    expect(reads(pair('int'), pair('string'))).toBe(false)
  })

  it('with a billion paths to them are compared in as many steps as there are records', () => {
    const nested = (depth: number): AvroType => {
      const inner = depth === 0 ? record([field('int')], 'R0') : nested(depth - 1)
      return record([field(inner), { name: 'g', type: shortName(inner) }], `R${depth + 1}`)
    }
    expect(reads(nested(30), nested(30))).toBe(true)
  })
})

const shortName = (type: AvroType): string => (type as { name: string }).name

describe('levels', () => {
  const one = record([field('int')])
  const two = record([field('int'), { name: 'g', type: 'int', default: 0 }])
  const three = record([{ name: 'g', type: 'int', default: 0 }])
  const needs = record([{ name: 'h', type: 'int' }])
  const table: [CompatibilityLevel, AvroType, AvroType[], boolean][] = [
    ['NONE', needs, [one], true],
    ['BACKWARD', needs, [one], false],
    ['BACKWARD', needs, [], true],
    ['BACKWARD', three, [one], true],
    ['FORWARD', three, [one], false],
    ['FORWARD', needs, [three], true],
    ['FULL', two, [one], true],
    ['FULL', three, [one], false],
    ['BACKWARD', one, [needs, two], true],
    ['BACKWARD_TRANSITIVE', one, [needs, two], false],
    ['FORWARD', needs, [one, three], true],
    ['FORWARD_TRANSITIVE', needs, [one, three], false],
    ['FULL', two, [needs, one], true],
    ['FULL_TRANSITIVE', two, [needs, one], false],
  ]
  it.each(table)('%s', (level, next, earlier, expected) => {
    expect(checkCompatibility(level, next, earlier).length === 0).toBe(expected)
  })
})

describe('the rules', () => {
  const primitive = fc.constantFrom('null', 'int', 'long', 'double', 'string', 'bytes', 'boolean')
  const anySchema = fc.letrec<{ type: AvroType; record: AvroType }>((tie) => ({
    type: fc.oneof(
      { maxDepth: 3 },
      primitive,
      fc.constant(['null', 'long']),
      fc.constant(['null', 'string']),
      tie('type').map((items) => ({ type: 'array', items })),
      tie('type').map((values) => ({ type: 'map', values })),
    ),
    record: fc
      .uniqueArray(
        fc.record({
          name: fc.constantFrom('a', 'b', 'c'),
          type: tie('type'),
          optional: fc.boolean(),
        }),
        { selector: ({ name }) => name, maxLength: 3 },
      )
      .map((fields) =>
        record(
          fields.map(({ name, type, optional }) =>
            optional ? { name, type: ['null', 'int'], default: null } : { name, type },
          ),
        ),
      ),
  })).record

  it('agree with avsc on what can be read', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (reader, writer) => {
        const typeOf = (schema: AvroType): avro.Type =>
          avro.Type.forSchema(structuredClone(schema) as avro.Schema)
        const readable = (): boolean => {
          try {
            typeOf(reader).createResolver(typeOf(writer))
            return true
          } catch {
            return false
          }
        }
        expect(reads(reader, writer)).toBe(readable())
      }),
      { numRuns: 500 },
    )
  })

  it('let every schema read itself', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        expect(readerProblems(schema, structuredClone(schema))).toEqual([])
      }),
    )
  })
})
