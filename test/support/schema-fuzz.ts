import fc from 'fast-check'

/** A reader's and a writer's schema that are alike; names come from the path, so that both have the same. */
export type PairAt = (path: string) => readonly [reader: unknown, writer: unknown]

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
const DEFAULTS: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: true,
  int: 1,
  long: 2,
  float: 0.5,
  double: 0.25,
  bytes: 'ÿ',
  string: 's',
}
const SYMBOLS = ['X', 'Y', 'Z']

const primitive = fc.constantFrom(...PRIMITIVES)
const same = primitive.map((type): PairAt => () => [type, type])
const changed = fc.tuple(primitive, primitive).map(
  (types): PairAt =>
    () =>
      types,
)
const symbols = fc.subarray(SYMBOLS, { minLength: 1 })

const enums = fc
  .tuple(symbols, symbols, fc.boolean(), fc.integer({ min: 0, max: 9 }))
  .map(([mine, theirs, fallback, renamed]): PairAt => (path) => {
    const base = { type: 'enum', name: `E${path}` }
    const other = renamed === 0 ? { name: `G${path}` } : {}
    const alias = renamed === 1 ? { name: `G${path}`, aliases: [`E${path}`] } : {}
    const reads = { ...base, ...other, ...alias, symbols: mine }
    return [fallback ? { ...reads, default: mine[0] } : reads, { ...base, symbols: theirs }]
  })

const fixeds = fc
  .tuple(fc.constantFrom(4, 8), fc.constantFrom(4, 8))
  .map(([mine, theirs]): PairAt => (path) => [
    { type: 'fixed', name: `F${path}`, size: mine },
    { type: 'fixed', name: `F${path}`, size: theirs },
  ])

interface FieldPlan {
  readonly type: PairAt
  readonly sides: 'both' | 'reader' | 'writer' | 'alias'
  readonly withDefault: boolean
}

function recordOf(plans: readonly FieldPlan[]): PairAt {
  return (path) => {
    const reader: object[] = []
    const writer: object[] = []
    plans.forEach(({ type, sides, withDefault }, index) => {
      const [mine, theirs] = type(`${path}_${index}`)
      const name = `f${index}`
      const known = typeof mine === 'string' && withDefault
      const field = { name, type: mine, ...(known ? { default: DEFAULTS[mine] } : {}) }
      if (sides === 'alias') reader.push({ ...field, name: `g${index}`, aliases: [name] })
      else if (sides !== 'writer') reader.push(field)
      if (sides !== 'reader') writer.push({ name, type: theirs })
    })
    const base = { type: 'record', name: `R${path}`, namespace: 'n' }
    return [
      { ...base, fields: reader },
      { ...base, fields: writer },
    ]
  }
}

/** Unions of primitives and one named type, in any order. */
function unionOf(
  [mine, theirs]: readonly [readonly string[], readonly string[]],
  named: PairAt,
  both: readonly [boolean, boolean],
): PairAt {
  return (path) => {
    const [reads, wrote] = named(path)
    return [both[0] ? [...mine, reads] : mine, both[1] ? [wrote, ...theirs] : theirs]
  }
}

const branches = fc.shuffledSubarray([...PRIMITIVES], { minLength: 1, maxLength: 3 })

const sides = fc.constantFrom<FieldPlan['sides']>(
  'both',
  'both',
  'both',
  'reader',
  'writer',
  'alias',
)

const { type } = fc.letrec<{ type: PairAt; record: PairAt }>((tie) => ({
  record: fc
    .array(fc.record({ type: tie('type'), sides, withDefault: fc.boolean() }), { maxLength: 3 })
    .map(recordOf),
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { arbitrary: same, weight: 6 },
    { arbitrary: changed, weight: 1 },
    { arbitrary: enums, weight: 1 },
    { arbitrary: fixeds, weight: 1 },
    {
      arbitrary: tie('type').map((items): PairAt => (path) => {
        const [mine, theirs] = items(`${path}_i`)
        return [
          { type: 'array', items: mine },
          { type: 'array', items: theirs },
        ]
      }),
      weight: 1,
    },
    {
      arbitrary: tie('type').map((values): PairAt => (path) => {
        const [mine, theirs] = values(`${path}_v`)
        return [
          { type: 'map', values: mine },
          { type: 'map', values: theirs },
        ]
      }),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(
          fc.tuple(branches, branches),
          tie('record'),
          fc.tuple(fc.boolean(), fc.boolean()),
          fc.boolean(),
        )
        .map(([names, named, both, equal]) =>
          unionOf(equal ? [names[0], names[0]] : names, named, both),
        ),
      weight: 2,
    },
    { arbitrary: tie('record'), weight: 2 },
  ),
}))

/** Two schemas of a record that may or may not read each other. */
export const schemaPair: fc.Arbitrary<readonly [reader: unknown, writer: unknown]> = fc
  .array(fc.record({ type, sides, withDefault: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((plans) => recordOf(plans)(''))
