import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import {
  Bool,
  Decimal,
  Float64,
  Int64,
  makeData,
  RecordBatchFileWriter,
  Table,
  TimestampMicrosecond,
  Utf8,
  Vector,
  vectorFromArray,
  type DataType,
} from 'apache-arrow'
import type { ColumnType, EventColumn, ExportedEvent } from './event-columns.ts'
import type { EventSink } from './export-events.ts'

/** Rows as an Arrow IPC file, a record batch for each batch. */
export function openArrowSink(path: string, columns: readonly EventColumn[]): EventSink {
  const writer = new RecordBatchFileWriter()
  const written = pipeline(writer.toNodeStream(), createWriteStream(path))
  return {
    write: async (rows) => {
      for (const batch of tableOf(columns, rows).batches) writer.write(batch)
    },
    close: async () => {
      writer.finish()
      await written
    },
  }
}

function tableOf(columns: readonly EventColumn[], rows: readonly ExportedEvent[]): Table {
  return new Table(
    Object.fromEntries(
      columns.map(({ name, type, of }) => {
        const values = rows.map((row) => arrowValue(type, of(row)))
        const vector = vectorFromArray(values, arrowTypeOf(type))
        return [name, type === 'micros' ? asMicros(vector) : vector]
      }),
    ),
  )
}

/** Arrow's builder of timestamps takes fractions of milliseconds, which floats do not hold: longs are relabelled. */
function asMicros(longs: Vector): Vector {
  const type = new TimestampMicrosecond('UTC')
  return new Vector(
    longs.data.map(({ length, nullCount, nullBitmap, values }) =>
      makeData({ type, length, nullCount, nullBitmap, data: values as BigInt64Array }),
    ),
  )
}

function arrowTypeOf(type: ColumnType): DataType {
  switch (type) {
    case 'text':
    case 'json':
      return new Utf8()
    case 'long':
    case 'micros':
      return new Int64()
    case 'double':
      return new Float64()
    case 'boolean':
      return new Bool()
    case 'decimal':
      return new Decimal(9, 38, 128)
  }
}

function arrowValue(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'long' || type === 'micros') return BigInt(value as number | bigint)
  return type === 'decimal' ? wordsOf(value as bigint) : value
}

/** 128 bits, two's complement, least word first. */
function wordsOf(value: bigint): Uint32Array {
  const bits = BigInt.asUintN(128, value)
  return Uint32Array.from({ length: 4 }, (_, word) =>
    Number((bits >> BigInt(32 * word)) & 0xffff_ffffn),
  )
}
