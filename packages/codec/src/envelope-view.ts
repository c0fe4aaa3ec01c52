import type { Micros } from '@waggle/base'
import type { Envelope } from '@waggle/event'
import { SCHEMAS } from '@waggle/event'
import type { ByteCursor } from './byte-cursor.ts'
import { readLong, readText, readUuid, skipLong } from './trusted-read.ts'
import type { FieldWalker } from './walk-body.ts'

/** Envelope fields in wire order; every event starts with them (checked by a test over schemas/). */
export const ENVELOPE_FIELDS = SCHEMAS.tick.fields.map((field) => field.name) as (keyof Envelope)[]

/** How many of them are read without decoding the event. */
const ROUTING_FIELDS = 10

/**
 * The routing fields of an event, read from its bytes when asked for: the view holds only where each one
 * starts. Made by the walk that checked the bytes.
 */
export class EnvelopeView {
  readonly #bytes: Buffer
  readonly #id: number
  readonly #swarm: number
  readonly #agent: number
  readonly #session: number
  readonly #seq: number
  readonly #occurredAt: number
  readonly #knownAt: number
  readonly #trajectory: number
  readonly #cause: number
  readonly #run: number

  /** Walks all fields of a body; the cursor then stands behind it. */
  constructor(cursor: ByteCursor, walkers: readonly FieldWalker[]) {
    this.#bytes = cursor.bytes
    this.#id = walkField(cursor, walkers[0]!)
    this.#swarm = walkField(cursor, walkers[1]!)
    this.#agent = walkField(cursor, walkers[2]!)
    this.#session = walkField(cursor, walkers[3]!)
    this.#seq = walkField(cursor, walkers[4]!)
    this.#occurredAt = walkField(cursor, walkers[5]!)
    this.#knownAt = walkField(cursor, walkers[6]!)
    this.#trajectory = walkField(cursor, walkers[7]!)
    this.#cause = walkField(cursor, walkers[8]!)
    this.#run = walkField(cursor, walkers[9]!)
    for (let i = ROUTING_FIELDS; i < walkers.length; i++) walkField(cursor, walkers[i]!)
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
