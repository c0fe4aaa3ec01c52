import { isWaggleError, messageOf } from '@waggle/base'

/** Codes of ClickHouse that the facade itself answers with. */
export const CODES = {
  BAD_ARGUMENTS: 36,
  SYNTAX_ERROR: 62,
  UNKNOWN_DATABASE: 81,
  UNKNOWN_SETTING: 115,
  INCORRECT_DATA: 117,
  QUERY_IS_TOO_LARGE: 229,
  NOT_IMPLEMENTED: 48,
  READONLY: 164,
  REQUIRED_PASSWORD: 194,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  TOO_MANY_ROWS_OR_BYTES: 396,
  SETTING_CONSTRAINT_VIOLATION: 452,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
} as const

/** An error as ClickHouse tells it: `Code: 62. DB::Exception: what. (SYNTAX_ERROR)`. */
export class ClickHouseFault extends Error {
  readonly code: number

  constructor(name: keyof typeof CODES, what: string) {
    super(`Code: ${CODES[name]}. DB::Exception: ${what}. (${name})`)
    this.name = 'ClickHouseFault'
    this.code = CODES[name]
  }
}

export interface FaultAnswer {
  readonly status: number
  /** ClickHouse's number of the error. */
  readonly code: number
  readonly text: string
}

const NOT_OF_CLICKHOUSE = 1002

/** Whatever was thrown, as the answer ClickHouse would give. */
export function faultAnswer(error: unknown): FaultAnswer {
  if (isWaggleError(error, 'INPUT_INVALID')) {
    return faultAnswer(new ClickHouseFault('ACCESS_DENIED', error.message.replace(/\.$/, '')))
  }
  const text = messageOf(error)
  const code = Number(/^Code: (\d+)\./.exec(text)?.[1] ?? NOT_OF_CLICKHOUSE)
  const told =
    code === NOT_OF_CLICKHOUSE ? `Code: ${code}. DB::Exception: ${text}. (UNKNOWN_EXCEPTION)` : text
  return { status: STATUS.get(code) ?? 500, code, text: told }
}

/** ClickHouse's own table of status by code (exceptionCodeToHTTPStatus.cpp); all others are 500. */
const STATUS = new Map<number, number>(
  (
    [
      [400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223]],
      [400, [321, 376, 427, 441, 675, 676]],
      [401, [194]],
      [403, [192, 193, 497, 512, 516]],
      [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
      [408, [159]],
      [411, [381]],
      [413, [229]],
      [415, [779]],
      [501, [48]],
      [503, [76, 209, 439]],
    ] as const
  ).flatMap(([status, codes]) => codes.map((code) => [code, status] as const)),
)
