import {
  complexTypeOf,
  isUnion,
  logicalTypeOf,
  SCHEMAS,
  typeName,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type Kind,
} from '@waggle/event'

/** Kinds with a table; a tick has no content. */
export type TableKind = Exclude<Kind, 'tick'>

/** Table of each kind, and the columns its rows are found by, most selective use first. */
export const TABLES = {
  acknowledgment: { table: 'acknowledgments', key: ['signal_agent'] },
  agent: { table: 'agents', key: ['agent'] },
  agent_state: { table: 'agent_states', key: ['agent'] },
  bar: { table: 'bars', key: ['instrument'] },
  concept: { table: 'concepts', key: ['namespace', 'name'] },
  decision: { table: 'decisions', key: ['agent'] },
  document: { table: 'documents', key: ['namespace', 'type'] },
  erasure: { table: 'erasures', key: ['erased'] },
  escalation: { table: 'escalations', key: ['signal_agent'] },
  execution: { table: 'executions', key: ['namespace', 'procedure'] },
  experience: { table: 'experiences', key: ['namespace', 'type'] },
  fact: { table: 'facts', key: ['namespace', 'entity'] },
  fill: { table: 'fills', key: ['agent'] },
  fork: { table: 'forks', key: ['agent'] },
  grant: { table: 'grants', key: ['namespace'] },
  lock_command: { table: 'lock_commands', key: ['resource'] },
  lock_result: { table: 'lock_results', key: ['resource'] },
  memory_result: { table: 'memory_results', key: ['namespace', 'key'] },
  memory_write: { table: 'memory_writes', key: ['namespace', 'key'] },
  message: { table: 'messages', key: ['channel'] },
  model_call: { table: 'model_calls', key: ['key'] },
  observation: { table: 'observations', key: ['agent'] },
  order_book: { table: 'order_books', key: ['instrument'] },
  outcome: { table: 'outcomes', key: ['agent'] },
  pattern: { table: 'patterns', key: ['domain', 'pattern'] },
  procedure: { table: 'procedures', key: ['namespace', 'name'] },
  proposal: { table: 'proposals', key: ['proposal'] },
  proposal_result: { table: 'proposal_results', key: ['proposal'] },
  quarantine: { table: 'quarantines', key: ['quarantined'] },
  recall: { table: 'recalls', key: ['agent'] },
  relation: { table: 'relations', key: ['namespace', 'source'] },
  removal: { table: 'removals', key: ['namespace'] },
  signal: { table: 'signals', key: ['agent'] },
  subscription: { table: 'subscriptions', key: ['agent'] },
  trade: { table: 'trades', key: ['instrument'] },
  turn: { table: 'turns', key: ['namespace', 'conversation'] },
  verdict: { table: 'verdicts', key: ['judged'] },
  vote: { table: 'votes', key: ['proposal'] },
} as const satisfies Record<TableKind, { table: string; key: readonly string[] }>

export const TABLE_KINDS = Object.keys(TABLES) as TableKind[]

/** Where a row stands in the log; the first fields of every row. */
export const META_FIELDS: readonly AvroField[] = [
  { name: '_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_appended_at', type: { type: 'long', logicalType: 'timestamp-micros' } },
  { name: '_known_from', type: { type: 'long', logicalType: 'timestamp-micros' } },
  { name: '_late', type: 'boolean' },
]

const META_COLUMNS: readonly Column[] = [
  { name: '_partition', type: 'UInt32', codec: 'T64, ZSTD' },
  { name: '_offset', type: 'UInt64', codec: 'Delta, ZSTD' },
  { name: '_appended_at', type: `DateTime64(6, 'UTC')`, codec: 'Delta, ZSTD' },
  { name: '_known_from', type: `DateTime64(6, 'UTC')`, codec: 'Delta, ZSTD' },
  { name: '_late', type: 'Bool', codec: '' },
]

/** A column as ClickHouse writes it; an empty codec is the engine's default. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly codec: string
}

/** Texts of few values; everything else that is text is stored as it comes. */
const LOW_CARDINALITY = new Set([
  'swarm',
  'agent',
  'session',
  'run',
  'subject',
  'model_id',
  'model_version',
  'domain',
  'instrument',
  'source',
  'action',
  'interval',
  'choice',
  'judged',
  'rule',
  'role',
  'resource',
  'lock_resource',
  'holder',
  'winner',
  'signal_agent',
  'channel',
  'recipient',
  'source_framework',
  'content_type',
  'namespace',
  'writer',
  'type',
  'category',
  'conversation',
  'entity',
  'attribute',
  'procedure',
  'grantee',
])

/** Columns of a kind's table, in the order of the Avro rows. */
export function columnsOf(kind: TableKind): Column[] {
  return [...META_COLUMNS, ...fieldsOf(kind).map(columnOf)]
}

/**
 * CREATE TABLE of a kind. Rows are sorted by what they are asked for, never by the UUID first (a v7 does not
 * sort by time in ClickHouse). Parts are by month of the log's append time, because an import of 20 years
 * would touch too many partitions in one insert. ReplacingMergeTree over the log position is the last net
 * under exactly-once; the views read FINAL.
 */
export function createTable(kind: TableKind): string {
  const { table } = TABLES[kind]
  const columns = columnsOf(kind).map(({ name, type, codec }) => {
    return `    ${name} ${type}${codec === '' ? '' : ` CODEC(${codec})`}`
  })
  const settings = Object.entries(TABLE_SETTINGS).map(([name, value]) => `${name} = ${value}`)
  return [
    `CREATE TABLE IF NOT EXISTS ${table}`,
    `(\n${columns.join(',\n')}\n)`,
    `ENGINE = ${engineOf(kind).join('\n')}`,
    `SETTINGS ${settings.join(', ')}`,
  ].join('\n')
}

/** The clauses that say how rows are kept, as the engine repeats them in system.tables. */
export function engineOf(kind: TableKind): string[] {
  const key = TABLES[kind].key.join(', ')
  return [
    `ReplacingMergeTree(_offset)`,
    `PARTITION BY toYYYYMM(_appended_at)`,
    `ORDER BY (swarm, ifNull(run, ''), ${key}, _known_from, _partition, _offset)`,
  ]
}

/** Set and asserted at start, never inherited: the defaults lose or double rows. */
export const TABLE_SETTINGS = {
  non_replicated_deduplication_window: 1000,
  fsync_after_insert: 1,
  fsync_part_directory: 1,
} as const

function fieldsOf(kind: TableKind): readonly AvroField[] {
  return (SCHEMAS[kind] as AvroRecord).fields
}

function columnOf({ name, type }: AvroField): Column {
  return { name, type: columnType(type, LOW_CARDINALITY.has(name)), codec: codecOf(type) }
}

function columnType(type: AvroType, lowCardinality = false): string {
  if (isUnion(type)) {
    const inner = columnType(type.find((branch) => branch !== 'null') ?? 'null')
    return lowCardinality ? `LowCardinality(Nullable(${inner}))` : `Nullable(${inner})`
  }
  switch (typeName(type)) {
    case 'boolean':
      return 'Bool'
    case 'int':
      return 'Int32'
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros' ? `DateTime64(6, 'UTC')` : 'Int64'
    case 'double':
      return 'Float64'
    case 'bytes':
      return logicalTypeOf(type) === 'decimal' ? 'Decimal(38, 9)' : 'String'
    case 'string':
      return logicalTypeOf(type) === 'uuid'
        ? 'UUID'
        : lowCardinality
          ? 'LowCardinality(String)'
          : 'String'
    default:
      return complexType(type)
  }
}

function complexType(named: AvroType): string {
  const type = complexTypeOf(named)
  switch (type.type) {
    case 'enum':
      return 'LowCardinality(String)'
    case 'array':
      return `Array(${columnType(type.items ?? 'null')})`
    case 'map':
      return `Map(LowCardinality(String), ${columnType(type.values ?? 'null')})`
    default:
      return `Tuple(${(type.fields ?? []).map((field) => `${field.name} ${columnType(field.type)}`).join(', ')})`
  }
}

function codecOf(type: AvroType): string {
  if (logicalTypeOf(type) === 'timestamp-micros') return 'Delta, ZSTD'
  if (typeName(type) === 'string' && logicalTypeOf(type) === undefined) return 'ZSTD'
  return ''
}
