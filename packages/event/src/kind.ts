import { SCHEMAS } from './generated/schemas.ts'
import type { EventByKind, Envelope } from './generated/kinds.ts'

export type Kind = keyof EventByKind
export type WaggleEvent = EventByKind[Kind]

/** What an author gives for a kind: its own fields, of which those with a schema default may be left out. */
export type Payload<K extends Kind> = Omit<EventByKind[K], keyof Envelope | 'kind'>

export const KINDS = Object.keys(SCHEMAS) as Kind[]

/** Whether a name is one of the kinds. */
export function isKind(text: string): text is Kind {
  return Object.hasOwn(SCHEMAS, text)
}

/** 'decision' -> 'waggle.Decision', the Avro full name. */
export function schemaNameOf(kind: Kind): string {
  return `waggle.${SCHEMAS[kind].name}`
}

const kindBySchemaName = new Map<string, Kind>(KINDS.map((kind) => [schemaNameOf(kind), kind]))

/** 'waggle.Decision' -> 'decision'; undefined for a record that is no event. */
export function kindOfSchemaName(fullName: string): Kind | undefined {
  return kindBySchemaName.get(fullName)
}
