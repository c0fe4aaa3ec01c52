import avro from 'avsc'
import { WaggleError } from '@waggle/base'
import {
  kindOfSchemaName,
  SCHEMAS,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import { ByteCursor } from './byte-cursor.ts'
import { compileDecoder } from './decode-body.ts'
import { DecimalType } from './decimal-type.ts'
import { ENVELOPE_FIELDS, EnvelopeView } from './envelope-view.ts'
import { compileFieldWalkers, type FieldWalker } from './walk-body.ts'
import { FRAME_HEADER_BYTES } from './wire-frame.ts'

/** avsc types with our logical types; enums and nested records are local to each parse. */
export function avroTypeOf(schema: object): avro.Type {
  return avro.Type.forSchema(structuredClone(schema) as avro.Schema, {
    logicalTypes: { decimal: DecimalType },
  })
}

/**
 * Reads the bodies written with one schema, any released version of a kind's schema, of any producer.
 * Reading resolves to the newest schema, so that a fold sees one shape.
 */
export class WriterSchema {
  readonly id: number
  readonly kind: Kind
  readonly schema: AvroRecord
  readonly #walkers: readonly FieldWalker[]
  readonly #decode: ReturnType<typeof compileDecoder>
  readonly #resolution: ReturnType<avro.Type['createResolver']> | undefined
  readonly #readerType: avro.Type

  /** The kind a schema writes; SCHEMA_INVALID where its name or its first fields are not those of an event. */
  static kindOf(schema: AvroRecord): Kind {
    return kindOfSchema(schema)
  }

  constructor(id: number, schema: AvroRecord, readerType: avro.Type) {
    this.id = id
    this.schema = schema
    this.kind = kindOfSchema(schema)
    const bounds = new Map(
      (SCHEMAS[this.kind] as AvroRecord).fields.map((field) => [field.name, field]),
    )
    this.#walkers = compileFieldWalkers(schema, (field) => bounds.get(field) ?? {})
    this.#decode = compileDecoder(schema, this.kind)
    this.#readerType = readerType
    const writerType = avroTypeOf(schema)
    const same = JSON.stringify(writerType.schema()) === JSON.stringify(readerType.schema())
    this.#resolution = same ? undefined : readerType.createResolver(writerType)
  }

  /** Checks a frame's body byte by byte and returns its envelope, or throws BYTES_MALFORMED. */
  check(frame: Buffer): EnvelopeView {
    const cursor = new ByteCursor(frame, FRAME_HEADER_BYTES)
    const envelope = new EnvelopeView(cursor, this.#walkers)
    if (cursor.position !== cursor.end)
      cursor.fail(`${cursor.end - cursor.position} bytes left over`)
    return envelope
  }

  /** A frame whose body passed `check` -> event. */
  decode(frame: Buffer): WaggleEvent {
    if (this.#resolution === undefined)
      return this.#decode(frame, FRAME_HEADER_BYTES) as WaggleEvent
    const { value } = this.#readerType.decode(frame, FRAME_HEADER_BYTES, this.#resolution)
    return { kind: this.kind, ...(value as object) } as WaggleEvent
  }
}

function kindOfSchema(schema: AvroRecord): Kind {
  const fullName = schema.name.includes('.')
    ? schema.name
    : `${schema.namespace ?? ''}.${schema.name}`
  const kind = kindOfSchemaName(fullName)
  if (kind === undefined)
    throw new WaggleError('SCHEMA_INVALID', `Schema ${fullName} is of no kind of event`)
  ENVELOPE_FIELDS.forEach((name, index) => {
    if (schema.fields[index]?.name !== name) {
      throw new WaggleError(
        'SCHEMA_INVALID',
        `Schema ${fullName} lacks envelope field ${name} at place ${index}`,
      )
    }
  })
  return kind
}
