import {
  avroTypeOf,
  containerFile,
  containerHeader,
  FRAME_HEADER_BYTES,
  writeLong,
  type WriterSchema,
} from '@waggle/codec'
import type { AdmittedRecord } from '@waggle/consume'
import { SCHEMAS, type AvroRecord } from '@waggle/event'
import { META_FIELDS } from './table-ddl.ts'

const META_BYTES_MAX = 4 * 10 + 1

/**
 * Rows of one writer schema as an Avro container, without decoding any: the position is written in front of
 * each body, and the defaults of what an older writer did not have behind it; the schema of the rows says so.
 */
export function spliceRows(events: readonly AdmittedRecord[]): Buffer {
  const { header, defaults } = frameOf(events[0]!.writer)
  const most = META_BYTES_MAX + defaults.length
  const size = events.reduce((total, { record }) => total + most + record.value.length, 0)
  const bodies = Buffer.allocUnsafe(size)
  let at = 0
  for (const { record, knownFrom, late } of events) {
    at = writeLong(bodies, at, record.partition)
    at = writeLong(bodies, at, Number(record.offset))
    at = writeLong(bodies, at, record.appendedAt)
    at = writeLong(bodies, at, knownFrom)
    bodies[at++] = late ? 1 : 0
    at += record.value.copy(bodies, at, FRAME_HEADER_BYTES)
    at += defaults.copy(bodies, at)
  }
  return containerFile(header, events.length, bodies.subarray(0, at))
}

/** What is the same around every body of a writer. */
interface RowFrame {
  readonly header: Buffer
  /** The bytes of the fields that the newest schema has beyond the writer's. */
  readonly defaults: Buffer
}

const frames = new WeakMap<WriterSchema, RowFrame>()

function frameOf(writer: WriterSchema): RowFrame {
  let frame = frames.get(writer)
  if (frame === undefined) {
    const { schema, kind } = writer
    const written = new Set(schema.fields.map(({ name }) => name))
    const { fields } = SCHEMAS[kind] as AvroRecord
    const missing = fields.filter(({ name }) => !written.has(name))
    const rows = { ...schema, fields: [...META_FIELDS, ...schema.fields, ...missing] }
    const rest = { type: 'record', name: 'Missing', fields: missing }
    frame = { header: containerHeader(rows), defaults: avroTypeOf(rest).toBuffer({}) }
    frames.set(writer, frame)
  }
  return frame
}
