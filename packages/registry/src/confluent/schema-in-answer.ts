import { messageOf, WaggleError } from '@waggle/base'
import type { AvroRecord } from '@waggle/event'

/** The schema in the answer of GET /schemas/ids/{id}; SCHEMA_INVALID where it is none that we can read. */
export function schemaInAnswer(id: number, body: unknown): AvroRecord {
  const { schema, schemaType = 'AVRO', references } = (body ?? {}) as Record<string, unknown>
  // A page of a proxy, a log-in: no answer of a registry.
  if (typeof schema !== 'string')
    throw new WaggleError('REGISTRY_UNAVAILABLE', `The answer for id ${id} holds no schema`)
  if (schemaType !== 'AVRO') throw invalid(id, `is of type ${JSON.stringify(schemaType)}`)
  if (Array.isArray(references) && references.length > 0)
    throw invalid(id, 'refers to other schemas')
  try {
    return JSON.parse(schema) as AvroRecord
  } catch (error) {
    throw invalid(id, messageOf(error))
  }
}

function invalid(id: number, why: string): WaggleError {
  return new WaggleError('SCHEMA_INVALID', `Schema ${id} ${why}`, { input: id })
}
