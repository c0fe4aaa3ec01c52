import type avro from 'avsc'
import { LIMITS, WaggleError } from '@waggle/base'
import {
  EVENT_TOPICS,
  KINDS,
  SCHEMAS,
  subjectOf,
  topicOf,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import type { SchemaRegistry } from './schema-registry.ts'
import { FRAME_HEADER_BYTES, schemaIdOf, writeFrameHeader } from './wire-frame.ts'
import { avroTypeOf, WriterSchema } from './writer-schema.ts'

/** Events to frames and back. Frames carry the ids of the registry given at construction. */
export interface Codec {
  /** Registers the schema of every kind; call once before encoding. */
  register(): Promise<void>
  /** A validated event -> frame. EVENT_TOO_LARGE beyond the limit. */
  encode(event: WaggleEvent): Buffer
  /** The reader of a frame's schema if it is loaded; `load` brings the missing ones. */
  writerOf(frame: Uint8Array): WriterSchema | undefined
  /** Loads a schema id; an unknown one throws SCHEMA_UNKNOWN, a foreign one SCHEMA_INVALID. */
  load(schemaId: number): Promise<WriterSchema>
  /** Reads a frame whole: SCHEMA_UNKNOWN, FRAME_INVALID or BYTES_MALFORMED on bad ones. */
  decode(frame: Buffer): Promise<WaggleEvent>
}

interface Writer {
  readonly type: avro.Type
  readonly id: number
}

export function createCodec(registry: SchemaRegistry): Codec {
  const readerTypes = new Map<Kind, avro.Type>(
    KINDS.map((kind) => [kind, avroTypeOf(SCHEMAS[kind])]),
  )
  const writers = new Map<Kind, Writer>()
  const writerSchemas = new Map<number, WriterSchema>()

  const register = async (): Promise<void> => {
    for (const kind of KINDS) {
      const schema = SCHEMAS[kind] as AvroRecord
      let id = 0
      for (const topic of topicsOf(kind))
        id = await registry.register(subjectOf(topic, kind), schema)
      writers.set(kind, { type: readerTypes.get(kind)!, id })
      writerSchemas.set(id, new WriterSchema(id, schema, readerTypes.get(kind)!))
    }
  }

  const encode = (event: WaggleEvent): Buffer => {
    const writer = writers.get(event.kind)
    if (writer === undefined) throw new Error('Broken invariant: register() comes before encode()')
    const frame = encodeFrame(writer, event)
    if (frame.length > LIMITS.eventBytesMax) {
      throw new WaggleError(
        'EVENT_TOO_LARGE',
        `${event.kind} takes ${frame.length} bytes of at most ${LIMITS.eventBytesMax}`,
      )
    }
    return frame
  }

  const load = async (schemaId: number): Promise<WriterSchema> => {
    let writer = writerSchemas.get(schemaId)
    if (writer === undefined) {
      const schema = await registry.byId(schemaId)
      writer = new WriterSchema(schemaId, schema, readerTypes.get(WriterSchema.kindOf(schema))!)
      writerSchemas.set(schemaId, writer)
    }
    return writer
  }

  return {
    register,
    encode,
    load,
    writerOf: (frame) => writerSchemas.get(schemaIdOf(frame)),
    decode: async (frame) => {
      const writer = await load(schemaIdOf(frame))
      writer.check(frame)
      return writer.decode(frame)
    },
  }
}

/** A tick goes to any topic, so its schema is registered under each. */
function topicsOf(kind: Kind): readonly string[] {
  return kind === 'tick' ? EVENT_TOPICS : [topicOf(kind)]
}

let scratch = Buffer.allocUnsafe(16_384)

/** Writes into one reused buffer and copies the frame out: avsc's toBuffer would copy without the header. */
function encodeFrame(writer: Writer, event: WaggleEvent): Buffer {
  let end = writer.type.encode(event, scratch, FRAME_HEADER_BYTES)
  if (end < 0) {
    scratch = Buffer.allocUnsafe(scratch.length - end)
    end = writer.type.encode(event, scratch, FRAME_HEADER_BYTES)
  }
  writeFrameHeader(scratch, writer.id)
  return Buffer.from(scratch.subarray(0, end))
}
