import { z } from 'zod'
import { micros } from './answer.ts'

export const projectionJson = z
  .object({
    name: z.string(),
    state: z.enum(['running', 'starting', 'waiting', 'stalled', 'failed', 'stopped']),
    reason: z.string().nullable(),
    position: z.string(),
    lag: z.string(),
    /** Records a second, over the last ten seconds. */
    rate: z.number(),
    refused: z.int(),
    partitions: z.int(),
    can_rebuild: z.boolean(),
  })
  .meta({ id: 'Projection' })
export type ProjectionJson = z.output<typeof projectionJson>

export const deadLetterJson = z
  .object({
    position: z.string(),
    code: z.string(),
    reason: z.string(),
    at: micros,
    /** Where the record stands; null for one that never reached the log. */
    origin: z.string().nullable(),
    bytes: z.int(),
    /** Base64 of the raw bytes. */
    raw: z.string(),
    /** What it says, as far as it can be read. */
    text: z.string().nullable(),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetterJson = z.output<typeof deadLetterJson>

/** Once a second on the live tail. */
export const liveStats = z
  .object({
    at: micros,
    /** Events in the last second by agent. */
    rates: z.record(z.string(), z.number()),
    kinds: z.record(z.string(), z.number()),
    events: z.int(),
    lag: z.record(z.string(), z.string()),
    dead_letters: z.int(),
    alerts: z.array(
      z.object({ name: z.string(), level: z.enum(['warn', 'error']), text: z.string() }),
    ),
  })
  .meta({ id: 'LiveStats' })
export type LiveStats = z.output<typeof liveStats>

export const sqlInput = z.object({
  query: z.string().min(1).max(65_536),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  max_rows: z.int().min(1).max(100_000).optional(),
})

export const sqlResult = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    /** 64-bit numbers and decimals are texts. */
    rows: z.array(z.array(z.unknown())),
    truncated: z.boolean(),
    elapsed_ms: z.number(),
  })
  .meta({ id: 'SqlResult' })
export type SqlResult = z.output<typeof sqlResult>

export const subjectJson = z
  .object({
    subject: z.string(),
    compatibility: z.string(),
    versions: z.array(z.object({ version: z.int(), id: z.int(), schema: z.unknown() })),
  })
  .meta({ id: 'Subject' })
export type SubjectJson = z.output<typeof subjectJson>

/** What a token may do. */
export const VERBS = [
  'read',
  'emit',
  'vote',
  'lock',
  'remember',
  'sql',
  'operate',
  'erase',
] as const
export type Verb = (typeof VERBS)[number]

export const whoami = z
  .object({
    name: z.string(),
    swarms: z.array(z.string()),
    agents: z.array(z.string()),
    verbs: z.array(z.enum(VERBS)),
    /** Swarms there are, of those it may read. */
    visible: z.array(z.string()),
    version: z.string(),
    embedded: z.boolean(),
  })
  .meta({ id: 'WhoAmI' })
export type WhoAmI = z.output<typeof whoami>
