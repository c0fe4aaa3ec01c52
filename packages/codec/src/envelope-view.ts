import type { Micros } from '@waggle/base'
import type { Envelope } from '@waggle/event'
import { SCHEMAS } from '@waggle/event'
import { ByteCursor } from './byte-cursor.ts'

/** Envelope fields in wire order; every event starts with them (checked by a test over schemas/). */
export const ENVELOPE_FIELDS = SCHEMAS.tick.fields.map((field) => field.name) as (keyof Envelope)[]

const [ID, SWARM, AGENT, SESSION, SEQ, OCCURRED_AT, KNOWN_AT, TRAJECTORY, CAUSE, RUN] =
  ENVELOPE_FIELDS.map((_, index) => index) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]

/**
 * The routing fields of an event, read from its bytes when asked for. `starts[i]` is where envelope
 * field i begins; the walker that checked the body filled it in.
 */
export class EnvelopeView {
  readonly #bytes: Buffer
  readonly #starts: Int32Array

  constructor(bytes: Buffer, starts: Int32Array) {
    this.#bytes = bytes
    this.#starts = starts
  }

  get id(): string {
    return this.#text(ID)
  }
  get swarm(): string {
    return this.#text(SWARM)
  }
  get agent(): string {
    return this.#text(AGENT)
  }
  get session(): string {
    return this.#text(SESSION)
  }
  get seq(): number {
    return this.#cursor(SEQ).long()
  }
  get occurredAt(): Micros {
    return this.#cursor(OCCURRED_AT).long()
  }
  get knownAt(): Micros {
    return this.#cursor(KNOWN_AT).long()
  }
  get trajectory(): string | null {
    return this.#optionalText(TRAJECTORY)
  }
  get cause(): string | null {
    return this.#optionalText(CAUSE)
  }
  get run(): string | null {
    return this.#optionalText(RUN)
  }

  #cursor(field: number): ByteCursor {
    return new ByteCursor(this.#bytes, this.#starts[field]!)
  }

  #text(field: number): string {
    return this.#cursor(field).text()
  }

  #optionalText(field: number): string | null {
    const cursor = this.#cursor(field)
    return cursor.long() === 0 ? null : cursor.text()
  }
}
