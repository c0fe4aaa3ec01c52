import type { Micros } from '@waggle/base'
import type { Envelope } from '@waggle/event'
import { SCHEMAS } from '@waggle/event'
import type { ByteCursor } from './byte-cursor.ts'
import {
  readLong,
  readText,
  readUuid,
  skipLong,
  skipOptionalText,
  skipText,
} from './trusted-read.ts'
import type { FieldWalker } from './walk-body.ts'
import { FRAME_HEADER_BYTES } from './wire-frame.ts'

/** Envelope fields in wire order; every event starts with them (checked by a test over schemas/). */
export const ENVELOPE_FIELDS = SCHEMAS.tick.fields.map((field) => field.name) as (keyof Envelope)[]

/** How many of them are read without decoding the event. */
const ROUTING_FIELDS = 10
/** One byte of length and 36 characters. */
const UUID_BYTES = 37
const NOTHING = Buffer.alloc(0)

/**
 * The routing fields of an event, read from its bytes when asked for: the view holds only where each one
 * starts. Made by the walk that checked the bytes, or over bytes that were checked before.
 */
export class EnvelopeView {
  #bytes: Buffer
  #id = 0
  #swarm = 0
  #agent = 0
  #session = 0
  #seq = 0
  #occurredAt = 0
  #knownAt = 0
  #trajectory = 0
  #cause = 0
  #run = 0

  private constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Walks all fields of a body; the cursor then stands behind it. */
  static walked(cursor: ByteCursor, walkers: readonly FieldWalker[]): EnvelopeView {
    const view = new EnvelopeView(cursor.bytes)
    view.#id = walkField(cursor, walkers[0]!)
    view.#swarm = walkField(cursor, walkers[1]!)
    view.#agent = walkField(cursor, walkers[2]!)
    view.#session = walkField(cursor, walkers[3]!)
    view.#seq = walkField(cursor, walkers[4]!)
    view.#occurredAt = walkField(cursor, walkers[5]!)
    view.#knownAt = walkField(cursor, walkers[6]!)
    view.#trajectory = walkField(cursor, walkers[7]!)
    view.#cause = walkField(cursor, walkers[8]!)
    view.#run = walkField(cursor, walkers[9]!)
    for (let i = ROUTING_FIELDS; i < walkers.length; i++) walkField(cursor, walkers[i]!)
    return view
  }

  /** To be moved before it is read. */
  static unset(): EnvelopeView {
    return new EnvelopeView(NOTHING)
  }

  /** Over the frame at `start` of bytes that were checked before. */
  static trusted(bytes: Buffer, start: number): EnvelopeView {
    const view = new EnvelopeView(bytes)
    view.moveTo(bytes, start)
    return view
  }

  /** Looks at another frame that was checked before: loops over millions need no view for each. */
  moveTo(bytes: Buffer, start: number): void {
    this.#bytes = bytes
    this.#id = start + FRAME_HEADER_BYTES
    this.#swarm = this.#id + UUID_BYTES
    this.#agent = skipText(bytes, this.#swarm)
    this.#session = skipText(bytes, this.#agent)
    this.#seq = skipText(bytes, this.#session)
    this.#occurredAt = skipLong(bytes, this.#seq)
    this.#knownAt = skipLong(bytes, this.#occurredAt)
    this.#trajectory = skipLong(bytes, this.#knownAt)
    this.#cause = skipOptionalText(bytes, this.#trajectory)
    this.#run = skipOptionalText(bytes, this.#cause)
  }

  get id(): string {
    return readUuid(this.#bytes, this.#id)
  }
  get swarm(): string {
    return readText(this.#bytes, this.#swarm)
  }
  get agent(): string {
    return readText(this.#bytes, this.#agent)
  }
  get session(): string {
    return readText(this.#bytes, this.#session)
  }
  get seq(): number {
    return readLong(this.#bytes, this.#seq)
  }
  get occurredAt(): Micros {
    return readLong(this.#bytes, this.#occurredAt)
  }
  get knownAt(): Micros {
    return readLong(this.#bytes, this.#knownAt)
  }
  get trajectory(): string | null {
    return this.#optionalText(this.#trajectory)
  }
  get cause(): string | null {
    return this.#optionalText(this.#cause)
  }
  get run(): string | null {
    return this.#optionalText(this.#run)
  }

  #optionalText(at: number): string | null {
    return readLong(this.#bytes, at) === 0 ? null : readText(this.#bytes, skipLong(this.#bytes, at))
  }
}

function walkField(cursor: ByteCursor, walker: FieldWalker): number {
  const start = cursor.position
  cursor.field = walker.name
  walker.walk(cursor)
  return start
}
