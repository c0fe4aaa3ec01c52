import {
  containerFile,
  containerHeader,
  FRAME_HEADER_BYTES,
  writeLong,
  type WriterSchema,
} from '@waggle/codec'
import type { AdmittedRecord } from '@waggle/consume'
import type { AvroRecord } from '@waggle/event'
import { META_FIELDS } from './table-ddl.ts'

const META_BYTES_MAX = 4 * 10 + 1

/**
 * Rows of one writer schema as an Avro container, without decoding any: the position is written in front of
 * each body, and the schema of the rows is the writer's with the position's fields in front.
 */
export function spliceRows(events: readonly AdmittedRecord[]): Buffer {
  const size = events.reduce((total, { record }) => total + META_BYTES_MAX + record.value.length, 0)
  const bodies = Buffer.allocUnsafe(size)
  let at = 0
  for (const { record, knownFrom, late } of events) {
    at = writeLong(bodies, at, record.partition)
    at = writeLong(bodies, at, Number(record.offset))
    at = writeLong(bodies, at, record.appendedAt)
    at = writeLong(bodies, at, knownFrom)
    bodies[at++] = late ? 1 : 0
    at += record.value.copy(bodies, at, FRAME_HEADER_BYTES)
  }
  return containerFile(headerOf(events[0]!.writer), events.length, bodies.subarray(0, at))
}

const headers = new WeakMap<WriterSchema, Buffer>()

function headerOf(writer: WriterSchema): Buffer {
  let header = headers.get(writer)
  if (header === undefined) {
    header = containerHeader(rowSchema(writer.schema))
    headers.set(writer, header)
  }
  return header
}

function rowSchema(schema: AvroRecord): AvroRecord {
  return { ...schema, fields: [...META_FIELDS, ...schema.fields] }
}
