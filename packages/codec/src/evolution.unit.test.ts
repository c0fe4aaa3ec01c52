import { describe, expect, it } from 'vitest'
import type { AvroField, AvroRecord, AvroType } from '@waggle/event'
import { evolutionProblems } from './evolution.ts'

const micros = { type: 'long', logicalType: 'timestamp-micros' } as const
const FIELDS: readonly AvroField[] = [
  { name: 'agent', type: 'string', minLength: 1, maxLength: 10 },
  { name: 'at', type: micros },
  { name: 'op', type: { type: 'enum', name: 'Op', symbols: ['A', 'B'] } },
  { name: 'score', type: 'double', minimum: 0, maximum: 1, default: 0 },
  { name: 'text', type: ['null', 'string'], default: null, erasable: true },
  {
    name: 'votes',
    type: {
      type: 'array',
      items: { type: 'record', name: 'V', fields: [{ name: 'weight', type: 'int' }] },
    },
  },
]

const record = (fields: readonly AvroField[]): AvroRecord => ({
  type: 'record',
  name: 'waggle.R',
  fields,
})
const OLD = record(FIELDS)
const withField = (name: string, change: object): AvroRecord =>
  record(FIELDS.map((field) => (field.name === name ? { ...field, ...change } : field)))
const votes = (fields: readonly AvroField[]): AvroType => ({
  type: 'array',
  items: { type: 'record', name: 'V', fields },
})
const weight = { name: 'weight', type: 'int' }
const op = (symbols: readonly string[], more = {}): AvroType =>
  ({ type: 'enum', name: 'Op', symbols, ...more }) as AvroType

describe('a schema that follows its released versions', () => {
  it.each<[string, AvroRecord]>([
    ['as it is', OLD],
    ['with a new field at the end', record([...FIELDS, { name: 'new', type: 'int', default: 1 }])],
    ['with wider bounds', withField('score', { minimum: -1, maximum: 2 })],
    ['without bounds', record([{ name: 'agent', type: 'string' }, ...FIELDS.slice(1)])],
    [
      'with a new symbol and a default',
      withField('op', { type: op(['A', 'B', 'C'], { default: 'B' }) }),
    ],
    ['with a wider integer', withField('votes', { type: votes([{ ...weight, type: 'long' }]) })],
    [
      'with a nested field at the end',
      withField('votes', { type: votes([weight, { name: 'n', type: 'int', default: 0 }]) }),
    ],
    ['that erases more', withField('agent', { erasable: true })],
    ['with another doc', withField('agent', { doc: 'who' })],
  ])('%s', (_name, next) => {
    expect(evolutionProblems(next, [OLD])).toEqual([])
  })

  it.each<[string, AvroRecord, string, RegExp]>([
    ['a removed field', record(FIELDS.slice(0, -1)), '.votes', /^removed/],
    [
      'a removed field in between',
      record(FIELDS.filter((f) => f.name !== 'at')),
      '.at',
      /^removed/,
    ],
    [
      'a renamed field, with an alias for Avro',
      withField('at', { name: 'when', aliases: ['at'] }),
      '.at',
      /^renamed to when/,
    ],
    ['reordered fields', record([FIELDS[1]!, FIELDS[0]!, ...FIELDS.slice(2)]), '.agent', /^moved/],
    [
      'a new field without a default',
      record([...FIELDS, { name: 'new', type: 'int' }]),
      '.new',
      /without a default/,
    ],
    [
      'a new field that is not at the end',
      record([{ name: 'new', type: 'int', default: 0 }, ...FIELDS]),
      '.agent',
      /^moved/,
    ],
    ['another type', withField('score', { type: 'string', default: '' }), '.score', /cannot read/],
    [
      'another logical type',
      withField('at', { type: { type: 'long', logicalType: 'timestamp-millis' } }),
      '.at',
      /logical type timestamp-micros became/,
    ],
    [
      'a symbol without a default of the enum',
      withField('op', { type: op(['A', 'B', 'C']) }),
      '.op',
      /new symbols C/,
    ],
    [
      'a symbol in between',
      withField('op', { type: op(['A', 'C', 'B'], { default: 'A' }) }),
      '.op',
      /B lost/,
    ],
    ['a removed symbol', withField('op', { type: op(['A']) }), '.op', /B lost|lacks symbols B/],
    ['a raised minimum', withField('score', { minimum: 0.5 }), '.score', /minimum 0 was narrowed/],
    ['a lowered maximum', withField('score', { maximum: 0.5 }), '.score', /maximum 1 was narrowed/],
    ['a longer minLength', withField('agent', { minLength: 2 }), '.agent', /minLength 1/],
    ['a shorter maxLength', withField('agent', { maxLength: 9 }), '.agent', /maxLength 10/],
    ['a bound where none was', withField('text', { maxLength: 9 }), '.text', /maxLength none/],
    ['another default', withField('score', { default: 1 }), '.score', /default 0 became 1/],
    ['a default taken away', withField('score', { default: undefined }), '.score', /became none/],
    [
      'text that is no longer erasable',
      withField('text', { erasable: false }),
      '.text',
      /erasable/,
    ],
    [
      'a nested field removed',
      withField('votes', { type: votes([{ name: 'x', type: 'int', default: 0 }]) }),
      '.votes[].weight',
      /removed/,
    ],
    ['a value made required', withField('text', { type: 'string', default: '' }), '.text', /./],
  ])('is refused for %s', (_name, next, path, reason) => {
    const problems = evolutionProblems(next, [OLD])
    expect(problems).toContainEqual({ path, reason: expect.stringMatching(reason), version: 1 })
  })

  it('is held against every version, not only the last', () => {
    const second = withField('score', { maximum: 2 })
    const next = withField('score', { maximum: 1.5 })
    expect(evolutionProblems(next, [OLD, second])).toMatchObject([{ path: '.score', version: 2 }])
    const back = record([...FIELDS, { name: 'new', type: 'string', default: '' }])
    const other = record([...FIELDS, { name: 'new', type: 'int', default: 0 }])
    expect(evolutionProblems(back, [OLD, other, back])).toMatchObject([
      { path: '.new', version: 2 },
      { path: '.new', version: 2 },
    ])
  })
})
