import avro from 'avsc'
import { describe, expect, it } from 'vitest'
import { KINDS, SCHEMAS } from '@waggle/event'
import { parseSchema } from './parse-schema.ts'

const record = (fields: unknown, name: unknown = 'R', rest: object = {}): object => ({
  type: 'record',
  name,
  fields,
  ...rest,
})
const field = (type: unknown, rest: object = {}): object => ({ name: 'f', type, ...rest })
const nest = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>((items) => ({ type: 'array', items }), 'int')

describe('schemas that are valid', () => {
  it.each(KINDS)('%s', (kind) => {
    const parsed = parseSchema(SCHEMAS[kind])
    expect(parsed).toMatchObject({ type: 'record', name: `waggle.${SCHEMAS[kind].name}` })
  })

  it.each<[string, unknown]>([
    ['a primitive', 'string'],
    ['one in an object', { type: 'int' }],
    ['recursion', record([field(['null', 'R'])])],
    ['a full name in a namespace', record([field('x.R')], 'R', { namespace: 'x' })],
    ['a name with dots', record([field('x.y.R')], 'x.y.R')],
    ['the first branch as default', record([field(['string', 'null'], { default: 'a' })])],
    ['a nested default', record([field(record([field('int')], 'S'), { default: { f: 1 } })])],
    ['bytes as default', record([field('bytes', { default: 'ÿ' })])],
    ['an unknown logical type', { type: 'int', logicalType: 'constructor' }],
    ['a decimal that is none', { type: 'bytes', logicalType: 'decimal', precision: 0 }],
    ['no fields', record([])],
    ['forty arrays', nest(40)],
  ])('%s', (_name, schema) => {
    expect(() => parseSchema(schema)).not.toThrow()
    expect(() => avro.Type.forSchema(structuredClone(schema) as avro.Schema)).not.toThrow()
  })
})

describe('schemas that are not', () => {
  it.each<[string, unknown, RegExp]>([
    ['null', null, /neither/],
    ['a number', 4, /neither/],
    ['an unknown type', 'strin', /unknown type "strin"/],
    ['a name every object has', 'constructor', /unknown type/],
    ['an unknown complex type', { type: 'rekord' }, /unknown type "rekord"/],
    ['no name', record([], null), /bad name/],
    ['another branch as default', record([field(['null', 'int'], { default: 1 })]), /no union/],
    ['a type in a type', { type: { type: 'array', items: 'int' } }, /without a name/],
    ['a bad name', record([], 'a-b'), /bad name/],
    ['a bad namespace', record([], 'R', { namespace: 'a b' }), /bad namespace/],
    ['no fields', record(undefined), /without fields/],
    ['a field that is none', record([1]), /no object/],
    ['a field without a name', record([{ type: 'int' }]), /bad field name/],
    ['a field without a type', record([{ name: 'f' }]), /neither/],
    ['the same field twice', record([field('int'), field('int')]), /same field twice/],
    ['a name used twice', record([field(record([], 'R'))]), /defined already/],
    ['a name of Avro', record([], 'string'), /defined already/],
    ['a use before the definition', record([field('S'), field(record([], 'S'))]), /unknown type/],
    ['a union in a union', ['int', ['null', 'string']], /union directly/],
    ['a union of equals', ['null', 'int', 'int'], /same type twice/],
    ['symbols that are none', { type: 'enum', name: 'E', symbols: ['a b'] }, /without symbols/],
    ['no symbols', { type: 'enum', name: 'E' }, /without symbols/],
    ['equal symbols', { type: 'enum', name: 'E', symbols: ['A', 'A'] }, /symbol twice/],
    [
      'another default',
      { type: 'enum', name: 'E', symbols: ['A'], default: 'B' },
      /no symbol of it/,
    ],
    ['a negative size', { type: 'fixed', name: 'F', size: -1 }, /without a size/],
    ['a wrong default', record([field('int', { default: 'a' })]), /\.f: the default "a" is no int/],
    ['a large default', record([field('int', { default: 2 ** 31 })]), /no int/],
    [
      'a nested wrong default',
      record([field({ type: 'map', values: 'int' }, { default: { a: 'b' } })]),
      /no map/,
    ],
    ['aliases that are no names', record([], 'R', { aliases: 'S' }), /aliases/],
    ['endless nesting', nest(100_000), /nested deeper/],
    [
      'thousands of types',
      Array.from({ length: 600 }, (_, i) => record([], `R${i}`)),
      /named types/,
    ],
    ['too many values', record(Array.from({ length: 60_000 }, () => 1)), /values/],
  ])('%s', (_name, schema, reason) => {
    expect(() => parseSchema(schema)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID', message: expect.stringMatching(reason) }),
    )
  })
})
