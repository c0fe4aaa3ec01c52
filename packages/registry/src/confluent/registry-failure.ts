import { isWaggleError, messageOf, WaggleError } from '@waggle/base'

/**
 * An answer of a registry other than success -> a typed error. Only what the registry itself says of a schema
 * is blamed on the schema; whatever else comes, from a proxy before it too, is a registry that cannot be used.
 */
export function failureOf(status: number, what: string, cause?: unknown): WaggleError {
  const context = cause === undefined ? {} : { cause }
  const text = `The schema registry answers ${status}: ${what}`
  if (status === 401 || status === 403) return new WaggleError('REGISTRY_DENIED', text, context)
  if (status === 409) return new WaggleError('SCHEMA_INCOMPATIBLE', text, context)
  if (status === 422) return new WaggleError('SCHEMA_INVALID', text, context)
  return new WaggleError('REGISTRY_UNAVAILABLE', text, context)
}

/** The failure in an answer's body: its code and message, where it has them. */
export function answerFailure(status: number, body: unknown): WaggleError {
  return failureOf(status, errorOf(body).message ?? 'no reason given')
}

/** True where the registry itself says that it has no schema of this id: a bare 404 may come from anywhere. */
export function saysUnknown(status: number, body: unknown): boolean {
  return status === 404 && errorOf(body).error_code === 40403
}

/** No answer at all. */
export function noAnswer(error: unknown): WaggleError {
  const what = `The schema registry cannot be reached: ${messageOf(error)}`
  return new WaggleError('REGISTRY_UNAVAILABLE', what, { cause: error })
}

/**
 * What the library throws -> a typed error. It keeps the status but not the error code, and gives network
 * failures the status 400, which a registry answers only to a body that is no JSON: ours always is.
 */
export function libraryFailure(error: unknown): WaggleError {
  if (isWaggleError(error)) return error
  const status = statusOf(error)
  if (status === undefined) {
    const what = `The schema is refused before it is sent: ${messageOf(error)}`
    return new WaggleError('SCHEMA_INVALID', what, { cause: error })
  }
  if (status === 400) return noAnswer(error)
  // A registry in read-only mode answers 422 as well (error code 42205).
  const readOnly = status === 422 && /read-?only/i.test(messageOf(error))
  return failureOf(readOnly ? 403 : status, messageOf(error), error)
}

/** The library wraps a 404 of a look-up without its status. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConfluentSchemaRegistryError'
}

function statusOf(error: unknown): number | undefined {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as {
    status?: unknown
  }
  return typeof status === 'number' ? status : undefined
}

function errorOf(body: unknown): { readonly error_code?: unknown; readonly message?: string } {
  return typeof body === 'object' && body !== null ? body : {}
}
