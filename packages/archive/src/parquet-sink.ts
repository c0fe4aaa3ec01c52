import { zstdCompressSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import type { ColumnType, EventColumn } from './event-columns.ts'
import type { EventSink } from './export-events.ts'

/** Rows as a Parquet file, a row group for each batch. */
export function openParquetSink(path: string, columns: readonly EventColumn[]): EventSink {
  const elements = columns.map(({ name, type }) => elementOf(name, type))
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: 'root', num_children: columns.length }, ...elements],
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: 'waggle',
  })
  return {
    write: async (rows) => {
      const columnData = columns.map(({ name, type, of }) => ({
        name,
        data: rows.map((row) => parquetValue(type, of(row))),
      }))
      await writer.write({ columnData, rowGroupSize: rows.length })
    },
    close: async () => {
      await writer.finish()
    },
  }
}

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  long: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  micros: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
  decimal: {
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: 16,
    converted_type: 'DECIMAL',
    precision: 38,
    scale: 9,
  },
}

function elementOf(name: string, type: ColumnType): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...ELEMENTS[type] }
}

function parquetValue(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  return type === 'long' || type === 'micros' ? BigInt(value as number | bigint) : value
}
