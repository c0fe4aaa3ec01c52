import { createHash } from 'node:crypto'
import { isWaggleError } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { CertifiedSchema } from './certificate-body.ts'
import type { PartitionTree } from './partition-tree.ts'

/**
 * Ids that stand in the records with the hash of what they mean. An id that the registry does not have, or that is
 * no event's, is left out: admission refuses those records, so no view depends on it.
 */
export async function hashSchemas(
  codec: Codec,
  trees: Iterable<PartitionTree>,
): Promise<CertifiedSchema[]> {
  const ids = new Set<number>()
  for (const { schemas } of trees) for (const id of schemas) ids.add(id)
  const hashed: CertifiedSchema[] = []
  for (const id of [...ids].sort((a, b) => a - b)) {
    const sha256 = await hashSchema(codec, id)
    if (sha256 !== undefined) hashed.push({ id, sha256 })
  }
  return hashed
}

/** Undefined where there is no such schema. */
export async function hashSchema(codec: Codec, id: number): Promise<string | undefined> {
  try {
    const { schema } = await codec.load(id)
    return createHash('sha256').update(canonical(schema)).digest('hex')
  } catch (error) {
    if (isWaggleError(error, 'SCHEMA_UNKNOWN') || isWaggleError(error, 'SCHEMA_INVALID'))
      return undefined
    throw error
  }
}

/** RFC 8785 for what JSON.parse gives: keys sorted, no blanks, numbers as ECMAScript writes them. */
function canonical(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
