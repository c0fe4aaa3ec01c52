import type avro from 'avsc'
import { isWaggleError, LIMITS, WaggleError } from '@waggle/base'
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
  /** The same by the id of the schema. */
  writerOfId(schemaId: number): WriterSchema | undefined
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
  const unreadable = new Map<number, WaggleError>()

  const register = async (): Promise<void> => {
    for (const [kind, id] of await registerKinds(registry)) {
      const type = readerTypes.get(kind)!
      writers.set(kind, { type, id })
      writerSchemas.set(id, new WriterSchema(id, SCHEMAS[kind] as AvroRecord, type))
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

  /** A schema never changes, so one that cannot be read is tried once, not for each record. */
  const readable = (schemaId: number, schema: AvroRecord): WriterSchema => {
    try {
      const type = readerTypes.get(WriterSchema.kindOf(schema))!
      return new WriterSchema(schemaId, schema, type)
    } catch (error) {
      if (isWaggleError(error, 'SCHEMA_INVALID')) unreadable.set(schemaId, error)
      throw error
    }
  }

  const load = async (schemaId: number): Promise<WriterSchema> => {
    let writer = writerSchemas.get(schemaId)
    if (writer === undefined) {
      const known = unreadable.get(schemaId)
      if (known !== undefined) throw known
      const schema = await registry.byId(schemaId)
      writer = readable(schemaId, schema)
      writerSchemas.set(schemaId, writer)
    }
    return writer
  }

  return {
    register,
    encode,
    load,
    writerOfId: (schemaId) => writerSchemas.get(schemaId),
    writerOf: (frame) => writerSchemas.get(schemaIdOf(frame)),
    decode: async (frame) => {
      const writer = await load(schemaIdOf(frame))
      writer.check(frame)
      return writer.decode(frame)
    },
  }
}

/** Ids of all kinds; registered all at once, so that a log commits them together. */
async function registerKinds(registry: SchemaRegistry): Promise<[Kind, number][]> {
  return Promise.all(
    KINDS.map(async (kind): Promise<[Kind, number]> => {
      const schema = SCHEMAS[kind] as AvroRecord
      const ids = await Promise.all(
        topicsOf(kind).map((topic) => registry.register(subjectOf(topic, kind), schema)),
      )
      return [kind, ids[0]!]
    }),
  )
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
