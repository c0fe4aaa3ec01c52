import avro from 'avsc'
import { isWaggleError, messageOf, WaggleError } from '@waggle/base'
import {
  kindOfSchemaName,
  SCHEMAS,
  validateEvent,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import { ByteCursor } from './byte-cursor.ts'
import { compileDecoder } from './decode-body.ts'
import { DecimalType } from './decimal-type.ts'
import { ENVELOPE_FIELDS, EnvelopeView } from './envelope-view.ts'
import { compileFieldWalkers, type FieldWalker } from './walk-body.ts'
import { layoutOf, type Layout } from './resolve-layout.ts'
import { sameWire } from './same-wire.ts'
import { FRAME_HEADER_BYTES } from './wire-frame.ts'

/** Without a prototype: a schema may name any logical type, `constructor` too. */
const LOGICAL_TYPES = Object.assign(Object.create(null) as Record<string, typeof DecimalType>, {
  decimal: DecimalType,
})

/** avsc types with our logical types; enums and nested records are local to each parse. */
export function avroTypeOf(schema: object): avro.Type {
  return avro.Type.forSchema(structuredClone(schema) as avro.Schema, {
    logicalTypes: LOGICAL_TYPES,
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
  readonly #decode: DecodeFrame
  /** Read field by field under the bounds of the newest schema: what passes the walk is valid. */
  readonly #aligned: boolean

  /** The kind a schema writes; SCHEMA_INVALID where its name or its first fields are not those of an event. */
  static kindOf(schema: AvroRecord): Kind {
    return kindOfSchema(schema)
  }

  constructor(id: number, schema: AvroRecord, readerType: avro.Type) {
    this.id = id
    this.schema = schema
    this.kind = kindOfSchema(schema)
    const newest = SCHEMAS[this.kind] as AvroRecord
    try {
      const layout = layoutOf(schema, newest)
      this.#aligned = layout !== undefined
      // The bounds are those of the newest schema, whatever the writer's claims.
      const bounds = new Map(newest.fields.map((field) => [field.name, field]))
      this.#walkers = compileFieldWalkers(layout ?? schema, (field) => bounds.get(field) ?? {})
      this.#decode =
        layout === undefined
          ? resolvingDecoder(readerType, avroTypeOf(schema), this.kind)
          : alignedDecoder(layout, this.kind)
    } catch (error) {
      throw new WaggleError('SCHEMA_INVALID', `${this.kind} ${id}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  /** Checks a frame's body byte by byte and returns its envelope, or throws BYTES_MALFORMED. */
  check(frame: Buffer): EnvelopeView {
    const cursor = new ByteCursor(frame, FRAME_HEADER_BYTES)
    const envelope = EnvelopeView.walked(cursor, this.#walkers)
    if (cursor.position !== cursor.end)
      cursor.fail(`${cursor.end - cursor.position} bytes left over`)
    if (!this.#aligned) this.#checkResolved(frame)
    return envelope
  }

  /** What a foreign schema wrote is checked as the newest schema reads it. */
  #checkResolved(frame: Buffer): void {
    try {
      validateEvent(this.decode(frame) as never)
    } catch (error) {
      const field = isWaggleError(error) ? error.field : undefined
      throw new WaggleError('BYTES_MALFORMED', messageOf(error), {
        cause: error,
        ...(field === undefined ? {} : { field }),
      })
    }
  }

  /** A frame whose body passed `check` -> event. */
  decode(frame: Buffer): WaggleEvent {
    return this.#decode(frame, 0, frame.length) as WaggleEvent
  }

  /** The same of a frame within other bytes. */
  decodeAt(bytes: Buffer, start: number, end: number): WaggleEvent {
    return this.#decode(bytes, start, end) as WaggleEvent
  }
}

type DecodeFrame = (bytes: Buffer, start: number, end: number) => unknown

function alignedDecoder(layout: Layout, kind: Kind): DecodeFrame {
  const decode = compileDecoder(layout, kind)
  return (bytes, start) => decode(bytes, start + FRAME_HEADER_BYTES)
}

function resolvingDecoder(reader: avro.Type, writer: avro.Type, kind: Kind): DecodeFrame {
  const resolver = reader.createResolver(writer)
  return (bytes, start, end) => {
    const frame = bytes.subarray(start, end)
    const { value } = reader.decode(frame, FRAME_HEADER_BYTES, resolver)
    return { kind, ...(plainCopy(value) as object) }
  }
}

/** avsc makes instances of classes; folds see plain objects whatever the schema. */
function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCopy(item)]))
}

/** Of any JSON that a registry may hold: '' where it is no named type. */
function fullNameOf(schema: Partial<AvroRecord> | string | null): string {
  if (typeof schema !== 'object' || typeof schema?.name !== 'string') return ''
  return schema.name.includes('.') ? schema.name : `${schema.namespace ?? ''}.${schema.name}`
}

function kindOfSchema(schema: AvroRecord): Kind {
  const fullName = fullNameOf(schema)
  const kind = kindOfSchemaName(fullName)
  if (kind === undefined || !Array.isArray(schema.fields))
    throw new WaggleError('SCHEMA_INVALID', `Schema ${fullName} is of no kind of event`)
  ENVELOPE_FIELDS.forEach((name, index) => {
    const field = schema.fields[index]
    // Routing fields are read from their places in the bytes, so their types may not change either.
    if (field?.name !== name || !sameWire(field.type, SCHEMAS.tick.fields[index]!.type)) {
      throw new WaggleError(
        'SCHEMA_INVALID',
        `Schema ${fullName} lacks envelope field ${name} at place ${index}`,
      )
    }
  })
  return kind
}
