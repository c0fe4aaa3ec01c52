import type { AvroField } from './avro-fields.ts'

export interface FieldChange {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed' | 'same'
  readonly before: AvroField | undefined
  readonly after: AvroField | undefined
}

/** Fields of both versions in the order of the newer one, with the removed ones last. */
export function diffFields(
  before: readonly AvroField[],
  after: readonly AvroField[],
): FieldChange[] {
  const old = new Map(before.map((field) => [field.path, field]))
  const now = new Set(after.map(({ path }) => path))
  return [
    ...after.map((field): FieldChange => {
      const known = old.get(field.path)
      const change = known === undefined ? 'added' : isSame(known, field) ? 'same' : 'changed'
      return { path: field.path, change, before: known, after: field }
    }),
    ...before
      .filter(({ path }) => !now.has(path))
      .map((field): FieldChange => {
        return { path: field.path, change: 'removed', before: field, after: undefined }
      }),
  ]
}

const isSame = (a: AvroField, b: AvroField): boolean =>
  a.type === b.type && a.fallback === b.fallback && a.doc === b.doc
