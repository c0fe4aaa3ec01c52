import { evidencePack, type EvidencePack } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'
import { createCodec, schemaIdOf, type Codec, type SchemaRegistry } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import { belongsIn, parsePosition, type AvroRecord } from '@waggle/event'
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
export async function recompute(input: unknown): Promise<Recomputed> {
  const pack = parsePack(input)
  if (digestOf(pack) !== pack.digest) throw changed('digest', 'Its digest is of another content')
  const { rule, compute } = claimKindOf(parseClaim(pack.claim))
  if (rule !== pack.rule) throw changed('rule', `The rule of ${pack.claim} is ${rule}`)
  const events = (await decodeAll(pack)).sort(compareKnown)
  checkScope(pack, events)
  const value = compute(events, pack.parameters as Readonly<Record<string, Json>>)
  if (canonicalJson(value) !== pack.value)
    throw changed('value', `Its events give ${canonicalJson(value)}, not ${pack.value}`)
  return { claim: pack.claim, rule, value, events }
}

function parsePack(input: unknown): EvidencePack {
  const parsed = evidencePack.safeParse(input)
  if (parsed.success) return parsed.data
  const text = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new WaggleError('INPUT_INVALID', `No evidence pack: ${text.join('; ')}`)
}

function changed(field: string, what: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `The pack was changed. ${what}`, { field })
}

async function decodeAll({ events, schemas }: EvidencePack): Promise<KnownEvent[]> {
  const codec = createCodec(registryOf(schemas))
  const positions = new Set(events.map(({ position }) => position))
  if (positions.size !== events.length) refuse('An event is there twice')
  const all = await Promise.all(events.map((one) => decoded(codec, one)))
  const used = new Set(events.map(({ schema_id: id }) => String(id)))
  if (Object.keys(schemas).some((id) => !used.has(id))) refuse('There are schemas of no event')
  return all
}

/** Schemas of the pack as a registry that knows nothing else. */
function registryOf(schemas: EvidencePack['schemas']): SchemaRegistry {
  return {
    register: () => Promise.reject(new Error('A pack is only read')),
    byId: async (id) => {
      const text = schemas[String(id)]
      if (text === undefined)
        throw new WaggleError('SCHEMA_UNKNOWN', `The pack lacks the schema ${id}`)
      return JSON.parse(text) as AvroRecord
    },
  }
}

async function decoded(
  codec: Codec,
  {
    position: text,
    raw,
    schema_id: schemaId,
    known_from: knownFrom,
  }: EvidencePack['events'][number],
): Promise<KnownEvent> {
  const position = parsePosition(text) ?? refuse(`${text} is no position`, text)
  const frame = Buffer.from(raw, 'base64')
  if (frame.length < 5 || schemaIdOf(frame) !== schemaId)
    refuse(`${text} is of another schema`, text)
  try {
    const event = await codec.decode(frame)
    if (!belongsIn(event.kind, position.topic)) refuse(`${event.kind} does not belong at ${text}`)
    if (knownFrom < Math.max(event.known_at, event.occurred_at))
      refuse(`${text} was not known then`, text)
    return { event, position, knownFrom, late: knownFrom > event.known_at }
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${text} cannot be read: ${messageOf(error)}`, {
      field: 'events',
      input: text,
      cause: error,
    })
  }
}

function checkScope(
  { parameters: { swarm, run } }: EvidencePack,
  events: readonly KnownEvent[],
): void {
  for (const { event } of events)
    if (event.swarm !== swarm || event.run !== run)
      refuse(`${event.id} is of another swarm or run`, event.id)
}
