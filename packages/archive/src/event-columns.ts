import {
  isUnion,
  logicalTypeOf,
  SCHEMAS,
  typeName,
  type AvroRecord,
  type AvroType,
  type Kind,
} from '@waggle/event'
import type { KnownEvent } from '@waggle/consume'

export type ColumnType = 'text' | 'long' | 'double' | 'boolean' | 'micros' | 'decimal' | 'json'

export interface EventColumn {
  readonly name: string
  readonly type: ColumnType
  of(row: ExportedEvent): unknown
}

/** An event with its place in the order of replay. */
export interface ExportedEvent {
  readonly known: KnownEvent
  /**
   * Nanoseconds: known_from, and behind it the number of the event among those known in the same microsecond, so that
   * whoever sorts by it has the order of replay. Of more than 1,000 in one microsecond the rest share the last.
   */
  readonly tsInit: bigint
}

/** The columns of a kind: where an event stands, when it counted as known, then the fields of its schema. */
export function eventColumns(kind: Kind): EventColumn[] {
  const fields = (SCHEMAS[kind] as AvroRecord).fields.map(({ name, type }): EventColumn => {
    const of = columnTypeOf(type)
    const get = ({ known }: ExportedEvent): unknown =>
      (known.event as unknown as Record<string, unknown>)[name]
    return {
      name,
      type: of,
      of: of === 'json' ? (row) => JSON.stringify(get(row), bigintText) : get,
    }
  })
  return [
    { name: 'topic', type: 'text', of: ({ known }) => known.position.topic },
    { name: 'partition', type: 'long', of: ({ known }) => known.position.partition },
    { name: 'offset', type: 'long', of: ({ known }) => known.position.offset },
    { name: 'known_from', type: 'micros', of: ({ known }) => known.knownFrom },
    { name: 'late', type: 'boolean', of: ({ known }) => known.late },
    { name: 'ts_init', type: 'long', of: ({ tsInit }) => tsInit },
    ...fields,
  ]
}

/** Numbers the events of a replay. */
export function orderNumbers(): (known: KnownEvent) => ExportedEvent {
  let last = -1
  let rank = 0
  return (known) => {
    rank = known.knownFrom === last ? Math.min(rank + 1, 999) : 0
    last = known.knownFrom
    return { known, tsInit: BigInt(known.knownFrom) * 1000n + BigInt(rank) }
  }
}

function columnTypeOf(type: AvroType): ColumnType {
  if (isUnion(type)) return columnTypeOf(type.find((branch) => branch !== 'null') ?? 'null')
  const logical = logicalTypeOf(type)
  if (logical === 'timestamp-micros') return 'micros'
  if (logical === 'decimal') return 'decimal'
  switch (typeName(type)) {
    case 'string':
    case 'enum':
      return 'text'
    case 'int':
    case 'long':
      return 'long'
    case 'double':
    case 'float':
      return 'double'
    case 'boolean':
      return 'boolean'
    default:
      return 'json'
  }
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
