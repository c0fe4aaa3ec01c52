import { evidencePack, type EvidencePack } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'
import { avroTypeOf, schemaIdOf, WriterSchema } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import {
  belongsIn,
  isForkRun,
  parsePosition,
  SCHEMAS,
  type AvroRecord,
  type WaggleEvent,
} from '@waggle/event'
import { canonicalJson, type Json } from '@waggle/view-coordination'
import { claimKindOf } from './claims/rules.ts'
import { compareKnown, refuse } from './evidence.ts'
import { digestOf } from './pack-digest.ts'
import { parseClaim } from './parse-claim.ts'

export interface Recomputed {
  readonly claim: string
  readonly rule: string
  readonly value: Json
  readonly events: readonly KnownEvent[]
}

/**
 * Computes the value of a pack again, from the pack alone. INPUT_INVALID for what is no pack; for one that was changed,
 * its digest made anew or not; and for one whose events do not give its value.
 */
export function recompute(input: unknown): Recomputed {
  const pack = evidencePackOf(input)
  if (digestOf(pack) !== pack.digest) throw changed('digest', 'Its digest is of another content')
  const { rule, compute } = claimKindOf(parseClaim(pack.claim))
  if (rule !== pack.rule) throw changed('rule', `The rule of ${pack.claim} is ${rule}`)
  const events = scoped(pack, decodeAll(pack)).sort(compareKnown)
  const value = compute(events, pack.parameters as Readonly<Record<string, Json>>)
  if (canonicalJson(value) !== pack.value)
    throw changed('value', `Its events give ${canonicalJson(value)}, not ${pack.value}`)
  return { claim: pack.claim, rule, value, events }
}

/** INPUT_INVALID for what is no pack. */
export function evidencePackOf(input: unknown): EvidencePack {
  const parsed = evidencePack.safeParse(input)
  if (parsed.success) return parsed.data
  const text = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new WaggleError('INPUT_INVALID', `No evidence pack: ${text.join('; ')}`)
}

function changed(field: string, what: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `The pack was changed. ${what}`, { field })
}

function decodeAll({ events, schemas }: EvidencePack): KnownEvent[] {
  const positions = new Set(events.map(({ position }) => position))
  if (positions.size !== events.length) refuse('An event is there twice')
  const used = new Set(events.map(({ schema_id: id }) => String(id)))
  const stray = Object.keys(schemas).find((id) => !used.has(id))
  if (stray !== undefined) refuse(`The schema ${stray} is of no event`)
  const writers = new Map([...used].map((id) => [Number(id), writerOf(schemas[id], Number(id))]))
  return events.map((one) => decoded(writers.get(one.schema_id)!, one))
}

/** The pack's own schemas and no registry. */
function writerOf(text: string | undefined, id: number): WriterSchema {
  if (text === undefined) return refuse(`The schema ${id} is missing`)
  try {
    const schema = JSON.parse(text) as AvroRecord
    return new WriterSchema(id, schema, avroTypeOf(SCHEMAS[WriterSchema.kindOf(schema)]))
  } catch (error) {
    return refuse(`The schema ${id} cannot be read: ${messageOf(error)}`)
  }
}

function decoded(writer: WriterSchema, packed: EvidencePack['events'][number]): KnownEvent {
  const { position: text, raw, known_from: knownFrom } = packed
  const position = parsePosition(text) ?? refuse(`${text} is no position`, text)
  const event = eventIn(writer, Buffer.from(raw, 'base64'), text)
  if (!belongsIn(event.kind, position.topic)) refuse(`${event.kind} does not belong at ${text}`)
  if (knownFrom < Math.max(event.known_at, event.occurred_at))
    refuse(`${text} was not known then`, text)
  return { event, position, knownFrom, late: knownFrom > event.known_at }
}

function eventIn(writer: WriterSchema, frame: Buffer, text: string): WaggleEvent {
  try {
    if (schemaIdOf(frame) === writer.id) {
      writer.check(frame)
      return writer.decode(frame)
    }
  } catch (error) {
    return refuse(`${text} cannot be read: ${messageOf(error)}`, text)
  }
  return refuse(`${text} was written with another schema`, text)
}

/** All under the run that is asked about: of a fork, what it inherited too. */
function scoped({ parameters }: EvidencePack, events: readonly KnownEvent[]): KnownEvent[] {
  const { swarm, run, inherited } = parameters
  const ancestors = Array.isArray(inherited) && isForkRun(run as string | null) ? inherited : []
  return events.map((known) => {
    const { event } = known
    if (event.swarm !== swarm || !(event.run === run || ancestors.includes(event.run)))
      refuse(`${event.id} is of another swarm or run`, event.id)
    return event.run === run ? known : { ...known, event: { ...event, run: run as string } }
  })
}
