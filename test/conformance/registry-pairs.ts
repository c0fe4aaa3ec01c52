/**
 * What a reader's schema reads of a writer's, by the Avro 1.12 specification ("Schema Resolution"). Registries
 * are asked for the same verdicts.
 */
export interface SchemaPair {
  readonly name: string
  readonly reader: unknown
  readonly writer: unknown
  /** The reader reads what the writer wrote. */
  readonly reads: boolean
  /** The other way round. */
  readonly readsBack: boolean
  /** Why Apicurio 3.3.3 says otherwise and we keep to ours. */
  readonly apicurioDiffers?: string
}

type Json = Readonly<Record<string, unknown>>

const record = (fields: readonly unknown[], more: Json = {}): Json => ({
  type: 'record',
  name: 'R',
  namespace: 'n',
  ...more,
  fields,
})
const f = (type: unknown, more: Json = {}): Json => ({ name: 'f', type, ...more })
/** A record of one field of the type. */
const of = (type: unknown, more: Json = {}): Json => record([f(type, more)])
const enumOf = (symbols: readonly string[], more: Json = {}): Json => ({
  type: 'enum',
  name: 'E',
  symbols,
  ...more,
})
const fixed = (size: number, more: Json = {}): Json => ({ type: 'fixed', name: 'F', size, ...more })
const decimal = (precision: number, scale: number): Json => ({
  type: 'bytes',
  logicalType: 'decimal',
  precision,
  scale,
})
const logical = (type: string, logicalType: string): Json => ({ type, logicalType })
const array = (items: unknown): Json => ({ type: 'array', items })
const map = (values: unknown): Json => ({ type: 'map', values })
const inner = (fields: readonly unknown[], more: Json = {}): Json =>
  record(fields, { name: 'I', ...more })
const node = (type: unknown): Json =>
  record([f(type), { name: 'next', type: ['null', 'n.R'], default: null }])
const A = { name: 'a', type: 'string' }
const NULLABLE = ['null', 'string']

type Row = readonly [name: string, reader: unknown, writer: unknown, both: string, differs?: string]

const FIELDS: readonly Row[] = [
  ['the same', record([A]), record([A]), '<>'],
  ['a field added with a default', record([A, f('int', { default: 0 })]), record([A]), '<>'],
  ['a field added without a default', record([A, f('int')]), record([A]), '>'],
  [
    'a nullable field added, null by default',
    record([A, f(NULLABLE, { default: null })]),
    record([A]),
    '<>',
  ],
  ['a nullable field added without a default', record([A, f(NULLABLE)]), record([A]), '>'],
  [
    'an enum added with a default of its own only',
    record([A, f(enumOf(['X'], { default: 'X' }))]),
    record([A]),
    '>',
  ],
  ['fields in another order', record([f('int'), A]), record([A, f('int')]), '<>'],
  ['a default changed', of('int', { default: 1 }), of('int', { default: 2 }), '<>'],
  ['doc and order changed', of('int', { doc: 'd', order: 'ignore' }), of('int'), '<>'],
  ['a field renamed', record([{ name: 'g', type: 'int' }]), of('int'), ''],
  [
    'a field renamed with an alias',
    record([{ name: 'g', type: 'int', aliases: ['f'] }]),
    of('int'),
    '<',
  ],
  [
    'an alias of a field of another type',
    record([{ name: 'g', type: 'int', aliases: ['f'] }]),
    of('string'),
    '',
  ],
  ['all fields removed', record([]), record([A]), '<'],
]

const PRIMITIVES: readonly Row[] = [
  ['int to long', of('long'), of('int'), '<'],
  ['int to float', of('float'), of('int'), '<'],
  ['int to double', of('double'), of('int'), '<'],
  ['long to float', of('float'), of('long'), '<'],
  ['long to double', of('double'), of('long'), '<'],
  ['float to double', of('double'), of('float'), '<'],
  ['string to bytes and back', of('bytes'), of('string'), '<>'],
  ['int to string', of('string'), of('int'), ''],
  ['boolean to int', of('int'), of('boolean'), ''],
  ['null to int', of('int'), of('null'), ''],
  ['a primitive type as an object', of({ type: 'int' }), of('int'), '<>'],
  ['a schema that is no record', 'long', 'int', '<'],
]

const NAMED: readonly Row[] = [
  ['a symbol added', of(enumOf(['X', 'Y'])), of(enumOf(['X'])), '<'],
  [
    'a symbol removed, with a default',
    of(enumOf(['X'], { default: 'X' })),
    of(enumOf(['X', 'Y'])),
    '<>',
  ],
  ['symbols in another order', of(enumOf(['Y', 'X'])), of(enumOf(['X', 'Y'])), '<>'],
  ['an enum renamed', of(enumOf(['X'], { name: 'G' })), of(enumOf(['X'])), ''],
  [
    'an enum renamed with an alias',
    of(enumOf(['X'], { name: 'G', aliases: ['E'] })),
    of(enumOf(['X'])),
    '<',
  ],
  ['an enum as a string', of('string'), of(enumOf(['X'])), ''],
  ['a fixed of another size', of(fixed(4)), of(fixed(8)), ''],
  ['a fixed renamed', of(fixed(4, { name: 'G' })), of(fixed(4)), ''],
  ['a fixed renamed with an alias', of(fixed(4, { name: 'G', aliases: ['F'] })), of(fixed(4)), '<'],
  ['a fixed as bytes', of('bytes'), of(fixed(4)), ''],
  ['a record renamed', record([A], { name: 'S' }), record([A]), ''],
  ['a record renamed with an alias', record([A], { name: 'S', aliases: ['R'] }), record([A]), '<'],
  ['an alias with the namespace', record([A], { name: 'S', aliases: ['n.R'] }), record([A]), '<'],
  ['an alias in another namespace', record([A], { name: 'S', aliases: ['m.R'] }), record([A]), ''],
  ['another namespace', record([A], { namespace: 'm' }), record([A]), '<>'],
  [
    'a full name instead of a namespace',
    record([A], { name: 'n.R', namespace: 'x' }),
    record([A]),
    '<>',
  ],
]

const NESTED: readonly Row[] = [
  [
    'a nested field added with a default',
    of(inner([A, f('int', { default: 0 })])),
    of(inner([A])),
    '<>',
  ],
  ['a nested field added without a default', of(inner([A, f('int')])), of(inner([A])), '>'],
  ['a nested record renamed', of(inner([A], { name: 'J' })), of(inner([A])), ''],
  [
    'a nested record in another namespace',
    of(inner([A], { namespace: 'm' })),
    of(inner([A])),
    '<>',
  ],
  [
    'a named type used twice',
    record([f(inner([A])), { name: 'g', type: 'n.I' }]),
    of(inner([A])),
    '>',
  ],
  ['a recursive record promoted', node('long'), node('int'), '<'],
  ['a recursive record of another type', node('string'), node('int'), ''],
  ['items promoted', of(array('long')), of(array('int')), '<'],
  ['items of another type', of(array('string')), of(array('int')), ''],
  [
    'items that are records',
    of(array(inner([A, f('int', { default: 0 })]))),
    of(array(inner([A]))),
    '<>',
  ],
  ['values promoted', of(map('double')), of(map('float')), '<'],
  ['values nullable', of(map(['null', 'int'])), of(map('int')), '<'],
  ['an array as a map', of(map('int')), of(array('int')), ''],
  ['a record as a map', of(map('string')), of(inner([A])), ''],
]

const UNIONS: readonly Row[] = [
  ['made nullable', of(NULLABLE), of('string'), '<'],
  ['a branch added', of(['null', 'string', 'int']), of(NULLABLE), '<'],
  ['branches in another order', of(['string', 'null']), of(NULLABLE), '<>'],
  ['a branch promoted', of(['null', 'long']), of(['null', 'int']), '<'],
  ['promoted into a union', of(['null', 'double']), of('int'), '<'],
  ['no branch for it', of(['null', 'int']), of('string'), ''],
  ['a union of one', of(['string']), of('string'), '<>'],
  ['all branches of the writer readable', of('bytes'), of(['string', 'bytes']), '<>'],
  [
    'a record in a union evolves',
    of(['null', inner([A, f('int', { default: 0 })])]),
    of(['null', inner([A])]),
    '<>',
  ],
  ['a record in a union breaks', of(['null', inner([A, f('int')])]), of(['null', inner([A])]), '>'],
  [
    'two records in a union',
    of([inner([A]), inner([A], { name: 'J' })]),
    of(inner([A], { name: 'J' })),
    '<',
  ],
  ['a top-level union', ['null', record([A])], record([A]), '<'],
]

const IGNORES_DECIMALS =
  'Java\'s SchemaCompatibility does not look at logical types; the specification ("Decimal") wants equal precision and scale'

const LOGICAL: readonly Row[] = [
  ['the same decimal', of(decimal(38, 9)), of(decimal(38, 9)), '<>'],
  ['a decimal of another scale', of(decimal(38, 9)), of(decimal(38, 2)), '', IGNORES_DECIMALS],
  ['a decimal of another precision', of(decimal(38, 9)), of(decimal(18, 9)), '', IGNORES_DECIMALS],
  ['a decimal as bytes', of('bytes'), of(decimal(38, 9)), '<>'],
  [
    'a decimal of a fixed',
    of(fixed(8, { logicalType: 'decimal', precision: 10, scale: 2 })),
    of(fixed(8)),
    '<>',
  ],
  ['a decimal that is none', of(decimal(0, 9)), of(decimal(38, 9)), '<>'],
  [
    'micros as millis',
    of(logical('long', 'timestamp-millis')),
    of(logical('long', 'timestamp-micros')),
    '<>',
  ],
  ['a time as a long', of('long'), of(logical('long', 'timestamp-micros')), '<>'],
  ['a date as a time', of(logical('long', 'timestamp-micros')), of(logical('int', 'date')), '<'],
  ['a uuid as a string', of('string'), of(logical('string', 'uuid')), '<>'],
  ['a logical type nobody knows', of(logical('string', 'x-colour')), of('string'), '<>'],
]

/** At least 40 pairs. '<' the reader reads the writer, '>' the writer would read the reader. */
export const SCHEMA_PAIRS: readonly SchemaPair[] = [
  ...FIELDS,
  ...PRIMITIVES,
  ...NAMED,
  ...NESTED,
  ...UNIONS,
  ...LOGICAL,
].map(([name, reader, writer, both, apicurioDiffers]) => ({
  name,
  reader,
  writer,
  reads: both.includes('<'),
  readsBack: both.includes('>'),
  ...(apicurioDiffers === undefined ? {} : { apicurioDiffers }),
}))

/** Three versions: whether the third may follow, by level. */
export const SCHEMA_CHAINS: readonly {
  readonly name: string
  readonly versions: readonly [unknown, unknown, unknown]
  readonly takes: Readonly<Record<string, boolean>>
}[] = [
  {
    name: 'a field that goes and comes back with another type',
    versions: [of('int'), record([]), of('string', { default: '' })],
    takes: {
      BACKWARD: true,
      BACKWARD_TRANSITIVE: false,
      FULL: true,
      FULL_TRANSITIVE: false,
      FORWARD: true,
      FORWARD_TRANSITIVE: false,
    },
  },
  {
    name: 'a default that the first version lacks',
    versions: [record([A]), record([A, f('int', { default: 0 })]), record([A, f('int')])],
    takes: { BACKWARD: true, BACKWARD_TRANSITIVE: false, FORWARD: true, FORWARD_TRANSITIVE: true },
  },
]

/** Refused by every registry with 42201. */
export const INVALID_SCHEMAS: readonly (readonly [
  name: string,
  text: string,
  apicurioDiffers?: string,
])[] = [
  ['no JSON', '{'],
  ['a number', '7'],
  ['no type of Avro', JSON.stringify(of('whole'))],
  ['no type', JSON.stringify({ name: 'R' })],
  ['a record without fields', JSON.stringify({ type: 'record', name: 'R' })],
  ['a record without a name', JSON.stringify({ type: 'record', fields: [] })],
  ['a field twice', JSON.stringify(record([A, A]))],
  [
    'a name with two meanings',
    JSON.stringify(record([f(inner([A])), { name: 'g', type: inner([]) }])),
  ],
  [
    'a name defined twice alike',
    JSON.stringify(record([f(inner([A])), { name: 'g', type: inner([A]) }])),
    'Java takes equal definitions; the specification ("Names") wants one, and avsc takes no second',
  ],
  ['a name with a dash', JSON.stringify(record([{ name: 'a-b', type: 'int' }]))],
  ['an enum without symbols', JSON.stringify(of({ type: 'enum', name: 'E' }))],
  ['a symbol twice', JSON.stringify(of(enumOf(['X', 'X'])))],
  ['a fixed without a size', JSON.stringify(of({ type: 'fixed', name: 'F' }))],
  ['a union with a type twice', JSON.stringify(of(['int', 'int']))],
  ['a union in a union', JSON.stringify(of(['null', ['int', 'string']]))],
  ['a default of another type', JSON.stringify(of('int', { default: 'x' }))],
  ['an enum default that is no symbol', JSON.stringify(of(enumOf(['X'], { default: 'Y' })))],
]
