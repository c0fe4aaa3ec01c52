import type { SchemaElement } from 'hyparquet'
import { schemaIdOf } from '@waggle/codec'
import type { ArchivedRow } from './archived-row.ts'
import { headersToText } from './header-text.ts'

interface Column {
  readonly element: SchemaElement
  readonly encoding?: 'DELTA_BINARY_PACKED'
  of(row: ArchivedRow): unknown
}

type Get = (row: ArchivedRow) => unknown

/**
 * What a file of the archive holds. `value` is the record as the log had it, to the byte; the columns of the
 * envelope are read from it and null where admission refused the record. `headers`: see header-text.ts.
 */
export const COLUMNS: readonly Column[] = [
  text('topic', ({ record }) => record.topic),
  int32('partition', ({ record }) => record.partition),
  int64('offset', ({ record }) => record.offset),
  // Few times for many records: a dictionary, which is also what reads fastest.
  repeated(micros('appended_at', ({ record }) => BigInt(record.appendedAt))),
  text('key', ({ record }) => record.key),
  text('headers', ({ record, admitted }) => headersToText(record.headers, admitted?.envelope)),
  optional(int32('schema_id', ({ admitted }) => admitted && schemaIdOf(admitted.record.value))),
  optional(micros('known_from', ({ admitted }) => admitted && BigInt(admitted.knownFrom))),
  optional({
    element: { name: 'late', type: 'BOOLEAN' },
    of: ({ admitted }) => admitted?.late,
  }),
  optional(text('swarm', ({ admitted }) => admitted?.envelope.swarm)),
  optional(text('agent', ({ admitted }) => admitted?.envelope.agent)),
  optional(text('session', ({ admitted }) => admitted?.envelope.session)),
  optional(int64('seq', ({ admitted }) => admitted && BigInt(admitted.envelope.seq))),
  optional(
    micros('occurred_at', ({ admitted }) => admitted && BigInt(admitted.envelope.occurredAt)),
  ),
  optional(micros('known_at', ({ admitted }) => admitted && BigInt(admitted.envelope.knownAt))),
  optional(text('trajectory', ({ admitted }) => admitted?.envelope.trajectory)),
  optional(text('run', ({ admitted }) => admitted?.envelope.run)),
  {
    element: { name: 'value', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
    of: ({ record }) => record.value,
  },
]

/** What is needed to read records again. */
export type RecordColumn = 'offset' | 'appended_at' | 'key' | 'headers' | 'value'

function text(name: string, of: Get): Column {
  const element = { name, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
  return { element: { ...element, repetition_type: 'REQUIRED' }, of }
}

function int32(name: string, of: Get): Column {
  return { element: { name, type: 'INT32', repetition_type: 'REQUIRED' }, of }
}

function int64(name: string, of: Get): Column {
  const element = { name, type: 'INT64', repetition_type: 'REQUIRED' } as const
  return { element, encoding: 'DELTA_BINARY_PACKED', of }
}

function micros(name: string, of: Get): Column {
  const time = { converted_type: 'TIMESTAMP_MICROS' } as const
  const whole = int64(name, of)
  return { ...whole, element: { ...whole.element, ...time } }
}

function repeated({ element, of }: Column): Column {
  return { element, of }
}

function optional(column: Column): Column {
  return {
    ...column,
    element: { ...column.element, repetition_type: 'OPTIONAL' },
    of: (row) => column.of(row) ?? null,
  }
}
