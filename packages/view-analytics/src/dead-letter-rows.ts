import { avroTypeOf, containerFile, containerHeader } from '@waggle/codec'
import { sourceOf } from '@waggle/consume'
import type { AvroRecord } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import type { AvroInsert } from './analytics-store.ts'

export const DEAD_LETTERS_TABLE = 'dead_letters'

const ROW = {
  type: 'record',
  name: 'DeadLetterRow',
  fields: [
    { name: '_partition', type: 'int' },
    { name: '_offset', type: 'long' },
    { name: '_appended_at', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'topic', type: 'string' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: 'long' },
    { name: 'stage', type: 'string' },
    { name: 'code', type: 'string' },
    { name: 'reason', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'bytes', type: 'bytes' },
  ],
} as const satisfies AvroRecord

const TYPE = avroTypeOf(ROW)
const HEADER = containerHeader(ROW)

/** Dead letters of one partition, in their order, as one insert. */
export function deadLetterInsert(records: readonly LogRecord[]): AvroInsert {
  const { topic, partition, offset } = records[0]!
  return {
    table: DEAD_LETTERS_TABLE,
    columns: ROW.fields.map(({ name }) => name),
    container: containerFile(
      HEADER,
      records.length,
      Buffer.concat(records.map((record) => TYPE.toBuffer(rowOf(record)))),
    ),
    token: `${DEAD_LETTERS_TABLE}-${topic}-${partition}-${offset}-${records.at(-1)!.offset}-${records.length}`,
  }
}

/** A record that does not say where it came from is its own source. */
function rowOf(record: LogRecord): object {
  const { headers } = record
  const source = sourceOf(headers) ?? record
  return {
    _partition: record.partition,
    _offset: Number(record.offset),
    _appended_at: record.appendedAt,
    topic: source.topic,
    partition: source.partition,
    offset: Number(source.offset),
    stage: headers['dlq-stage'] ?? '',
    code: headers['dlq-code'] ?? '',
    reason: headers['dlq-reason'] ?? '',
    key: record.key,
    bytes: record.value,
  }
}
