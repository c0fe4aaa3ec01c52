import { KINDS, SCHEMAS, type AvroRecord, type Kind } from '@waggle/event'

const byKind = new Map<Kind, readonly string[]>(
  KINDS.map((kind) => {
    const { fields } = SCHEMAS[kind] as AvroRecord
    return [kind, fields.filter(({ erasable }) => erasable === true).map(({ name }) => name)]
  }),
)

/** Texts of a kind that are encrypted where the event has a subject, in the order of the schema. */
export function erasableFieldsOf(kind: Kind): readonly string[] {
  return byKind.get(kind) ?? []
}
