import { isWaggleError, messageOf, WaggleError } from '@waggle/base'

/** Names of ClickHouse's error codes that blame the rows, not the server, the table or the disk. */
const ROW_FAULT = new RegExp(
  `^(${[
    'AVRO_EXCEPTION',
    'CANNOT_PARSE_\\w+',
    'CANNOT_READ_ALL_DATA',
    'ATTEMPT_TO_READ_AFTER_EOF',
    'INCORRECT_DATA',
    'UNKNOWN_ELEMENT_OF_ENUM',
    'ARGUMENT_OUT_OF_BOUND',
    'DECIMAL_OVERFLOW',
    'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
    'VIOLATED_CONSTRAINT',
  ].join('|')})$`,
)

/** The name of the code, such as CANNOT_PARSE_UUID; the message alone does not hold it. */
function codeName(error: unknown): string | undefined {
  const { type } = error as { type?: unknown }
  return typeof type === 'string' && type !== '' ? type : undefined
}

export function unavailable(error: unknown): WaggleError {
  return wrapped('VIEW_UNAVAILABLE', error)
}

/** BYTES_MALFORMED where the rows are at fault. */
export function insertError(error: unknown): WaggleError {
  return wrapped(
    ROW_FAULT.test(codeName(error) ?? '') ? 'BYTES_MALFORMED' : 'VIEW_UNAVAILABLE',
    error,
  )
}

/** Whatever the engine itself answers to an analyst's query is about the query: syntax, names, time, rights. */
export function analystError(error: unknown): WaggleError {
  if (isWaggleError(error)) return error
  return wrapped(codeName(error) === undefined ? 'VIEW_UNAVAILABLE' : 'INPUT_INVALID', error)
}

function wrapped(
  code: 'BYTES_MALFORMED' | 'INPUT_INVALID' | 'VIEW_UNAVAILABLE',
  error: unknown,
): WaggleError {
  const name = codeName(error)
  const what = `ClickHouse${name === undefined ? '' : ` ${name}`}: ${messageOf(error)}`
  return new WaggleError(code, what.replace(/[.\s]+$/, ''), { cause: error })
}
