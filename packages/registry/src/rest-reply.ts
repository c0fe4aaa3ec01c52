import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AvroRecord } from '@waggle/event'
import type { RefusalCode, RegistryRefusal } from './registry-state.ts'

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'

/** An answer of the Confluent REST API other than success: HTTP status, its code, a message. */
export class RestError extends Error {
  readonly status: ContentfulStatusCode
  readonly errorCode: number

  constructor(status: ContentfulStatusCode, errorCode: number, message: string) {
    super(message)
    this.status = status
    this.errorCode = errorCode
  }
}

const REFUSALS: Readonly<
  Record<RefusalCode, readonly [ContentfulStatusCode, number, message: string]>
> = {
  SCHEMA_INVALID: [422, 42201, 'Invalid schema'],
  SCHEMA_INCOMPATIBLE: [409, 409, 'Schema being registered is incompatible with an earlier schema'],
  SUBJECT_UNKNOWN: [404, 40401, 'Subject not found'],
  VERSION_UNKNOWN: [404, 40402, 'Version not found'],
  SUBJECT_DELETED: [404, 40404, 'Subject was soft deleted'],
  SUBJECT_NOT_DELETED: [404, 40405, 'Subject was not deleted first'],
  VERSION_DELETED: [404, 40406, 'Version was soft deleted'],
  VERSION_NOT_DELETED: [404, 40407, 'Version was not deleted first'],
}

export function refusalError({ code, reason }: RegistryRefusal): RestError {
  const [status, errorCode, message] = REFUSALS[code]
  return new RestError(status, errorCode, `${message}: ${reason}`)
}

export function reply(
  c: Context,
  status: ContentfulStatusCode,
  body: object | string | number,
): Response {
  return c.body(JSON.stringify(body), status, { 'content-type': CONTENT_TYPE })
}

/** The body as a JSON object of this shape, its members unchecked. */
export async function bodyOf<T extends object>(c: Context): Promise<Partial<T>> {
  let body: unknown
  try {
    body = JSON.parse(await c.req.text())
  } catch {
    throw new RestError(400, 400, 'The body is not JSON')
  }
  if (typeof body === 'object' && body !== null) return body
  throw new RestError(422, 42201, 'The body is not a JSON object')
}

interface SchemaBody {
  readonly schema: unknown
  readonly schemaType: unknown
  readonly references: unknown
}

/** The schema in a body. What we have no support for is refused: ignoring it would change its meaning. */
export async function schemaOf(c: Context): Promise<AvroRecord> {
  const { schema, schemaType = 'AVRO', references } = await bodyOf<SchemaBody>(c)
  if (schemaType !== 'AVRO')
    throw new RestError(422, 42201, `Invalid schema type ${JSON.stringify(schemaType)}`)
  const referring = Array.isArray(references) ? references.length > 0 : Boolean(references)
  if (referring)
    throw new RestError(422, 42201, 'Invalid schema: references are not supported, inline them')
  if (typeof schema !== 'string') throw new RestError(422, 42201, 'Invalid schema: no text')
  try {
    return JSON.parse(schema) as AvroRecord
  } catch {
    throw new RestError(422, 42201, 'Invalid schema: not JSON')
  }
}
