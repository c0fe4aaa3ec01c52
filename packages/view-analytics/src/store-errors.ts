import { isWaggleError, messageOf, WaggleError } from '@waggle/base'

/**
 * ClickHouse's codes that blame the rows, not the server, the table or the disk. By number: the name is
 * found by looking for brackets in a message, and a message may quote a row.
 */
const ROW_FAULTS = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  69, // ARGUMENT_OUT_OF_BOUND
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  376, // CANNOT_PARSE_UUID
  407, // DECIMAL_OVERFLOW
  441, // CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING
  467, // CANNOT_PARSE_BOOL
  469, // VIOLATED_CONSTRAINT
  691, // UNKNOWN_ELEMENT_OF_ENUM
  748, // AVRO_EXCEPTION
])

/** Codes that tell an analyst about the server, not about the query. */
const SERVER_FAULTS = new Set([
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  236, // ABORTED
  516, // AUTHENTICATION_FAILED
  999, // KEEPER_EXCEPTION
])

export function unavailable(error: unknown): WaggleError {
  return wrapped('VIEW_UNAVAILABLE', error)
}

/** BYTES_MALFORMED where the rows are at fault. */
export function insertError(error: unknown): WaggleError {
  return wrapped(ROW_FAULTS.has(codeOf(error)) ? 'BYTES_MALFORMED' : 'VIEW_UNAVAILABLE', error)
}

/** What the engine answers to an analyst's query is about the query: syntax, names, time, rights. */
export function analystError(error: unknown): WaggleError {
  if (isWaggleError(error)) return error
  const code = codeOf(error)
  const aboutServer = Number.isNaN(code) || SERVER_FAULTS.has(code)
  return wrapped(aboutServer ? 'VIEW_UNAVAILABLE' : 'INPUT_INVALID', error)
}

/** ClickHouse's number of the error; NaN where the error is not of ClickHouse. */
function codeOf(error: unknown): number {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : NaN
}

function wrapped(
  code: 'BYTES_MALFORMED' | 'INPUT_INVALID' | 'VIEW_UNAVAILABLE',
  error: unknown,
): WaggleError {
  // A broken connection has a code of Node, such as ECONNREFUSED, and often no message.
  const { type, code: reason } = error as { type?: string; code?: string }
  const what = `ClickHouse ${type ?? reason ?? 'error'}: ${messageOf(error)}`
  return new WaggleError(code, what.replace(/[.\s]+$/, ''), { cause: error })
}
