import { z } from 'zod'
import { micros } from './answer.ts'
import { knownEvent } from './events.ts'

/** Events in the order they were known, each with the depth it has in the tree of causes. */
export const trajectoryJson = z
  .object({
    events: z.array(knownEvent.extend({ depth: z.int() })),
    /** Sequence numbers of a producer that are missing. */
    gaps: z.array(z.object({ session: z.string(), from: z.int(), to: z.int() })),
    /** Resume token of the page; null at the end. */
    next: z.string().nullable(),
  })
  .meta({ id: 'Trajectory' })
export type TrajectoryJson = z.output<typeof trajectoryJson>

/** What led to an event and what it led to. */
export const causationJson = z
  .object({
    event: knownEvent,
    causes: z.array(knownEvent),
    effects: z.array(knownEvent),
    inputs: z.array(knownEvent),
  })
  .meta({ id: 'Causation' })
export type CausationJson = z.output<typeof causationJson>

export const diffJson = z
  .object({
    a: z.string(),
    b: z.string(),
    same: z.boolean(),
    /** Where they part: the step's name, and what each has there. */
    first: z
      .object({ step: z.string(), a: z.unknown().nullable(), b: z.unknown().nullable() })
      .nullable(),
    counts: z.object({ same: z.int(), only_a: z.int(), only_b: z.int(), changed: z.int() }),
    results: z.array(z.object({ name: z.string(), a: z.string(), b: z.string() })),
  })
  .meta({ id: 'Diff' })
export type DiffJson = z.output<typeof diffJson>

/** What a number rests on, complete enough to compute it again without the bus. */
export const evidencePack = z
  .object({
    format: z.literal('waggle-evidence/1'),
    /** What is explained, such as `figure:equity/desk@2009-03-09`. */
    claim: z.string(),
    /** The value claimed, as JSON text. */
    value: z.string(),
    /** Name of the pure function that computes it again from the events. */
    rule: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** The minimal set, with raw bytes as they stand in the log (base64) and the schemas they were written by. */
    events: z.array(
      z.object({
        position: z.string(),
        append_time: micros,
        known_from: micros,
        schema_id: z.int(),
        raw: z.string(),
        /** Why it is here: signal, memory with its score, vote, model call, order, outcome. */
        role: z.string(),
        score: z.number().nullable(),
        /** Where the key of its subject is destroyed, the pack shows the gap. */
        erased: z.boolean(),
      }),
    ),
    schemas: z.record(z.string(), z.string()),
    /** That the log holds these events; left out where no certificate of the log is new enough. */
    proof: z
      .object({
        /** A signed note over the roots of the log, as `waggle certify` writes it. */
        certificate: z.string(),
        /** Of each event, in their order: what its leaf has beside it, its place and its path (RFC 6962, base64). */
        events: z.array(
          z.object({
            key: z.string(),
            headers: z.array(z.tuple([z.string(), z.string()])),
            index: z.int().min(0),
            path: z.array(z.string()),
          }),
        ),
      })
      .optional(),
    /** Hash over everything above. */
    digest: z.string(),
  })
  .meta({ id: 'EvidencePack' })
export type EvidencePack = z.output<typeof evidencePack>
export type EvidenceProof = NonNullable<EvidencePack['proof']>
