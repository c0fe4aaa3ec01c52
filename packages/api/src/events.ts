import { z } from 'zod'
import { answer, micros } from './answer.ts'
import { positionToken } from './position-token.ts'
import { problem } from './problem.ts'

/**
 * An event as JSON: the envelope and the kind's own fields by their names in `schemas/`. Times are microseconds
 * (ISO 8601 is taken, too), decimals are texts such as "101.25".
 */
export const eventJson = z
  .looseObject({
    kind: z.string(),
    id: z.string(),
    swarm: z.string(),
    agent: z.string(),
    session: z.string(),
    seq: z.int(),
    occurred_at: micros,
    known_at: micros,
    trajectory: z.string().nullable(),
    cause: z.string().nullable(),
    run: z.string().nullable(),
  })
  .meta({ id: 'Event' })
export type EventJson = z.output<typeof eventJson>

/** An event where it stands in the log. */
export const knownEvent = z
  .object({
    event: eventJson,
    position: positionToken,
    /** From when on it counts as known. */
    known_from: micros,
    /** It claims an earlier time than it could get. */
    late: z.boolean(),
  })
  .meta({ id: 'KnownEvent' })
export type KnownEventJson = z.output<typeof knownEvent>

/** What an agent gives: kind, agent, and the kind's fields; the gateway completes the envelope. */
export const draft = z
  .looseObject({
    kind: z.string(),
    agent: z.string().min(1).max(128),
    /** With `session`, names the event: a repeated request writes nothing twice. */
    session: z.string().min(1).max(128).optional(),
    seq: z.int().min(1).optional(),
  })
  .meta({ id: 'Draft' })
export type DraftJson = z.input<typeof draft>

export const emitted = z
  .object({
    id: z.string(),
    position: positionToken,
    /** The same session and number was in the log already. */
    duplicate: z.boolean(),
  })
  .meta({ id: 'Emitted' })
export type EmittedJson = z.output<typeof emitted>

/** One line of the answer to a stream of drafts: what became of a line. */
export const emittedLine = z
  .object({
    /** From 1. */
    line: z.int(),
    emitted: emitted.optional(),
    problem: problem.optional(),
  })
  .meta({ id: 'EmittedLine' })

/** A record of the log that may be no event: what it is, or why it could not be read. */
export const logRecord = z
  .object({
    position: positionToken,
    append_time: micros,
    key: z.string().nullable(),
    bytes: z.int(),
    schema_id: z.int().nullable(),
    known: knownEvent.omit({ position: true }).nullable(),
    /** The decoder's or admission's reason. */
    refused: z.object({ code: z.string(), reason: z.string() }).nullable(),
    /** Hex of the first 256 bytes, where it could not be read. */
    head: z.string().nullable(),
  })
  .meta({ id: 'LogRecord' })
export type LogRecordJson = z.output<typeof logRecord>

export const logPage = answer(
  z.object({
    records: z.array(logRecord),
    /** Gives the next page as `from`, also where nothing matched so far; null at the end. */
    next: positionToken.nullable(),
  }),
)
