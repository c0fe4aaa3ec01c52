import { GATEWAY_CODES, type Problem } from '@waggle/api'
import { isWaggleError, type ErrorCode, type Logger } from '@waggle/base'
import { ConflictFault } from './conflict-fault.ts'
import { GatewayFault } from './gateway-fault.ts'

/** Statuses of what is not the caller's fault, or not 400. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  SUBJECT_UNKNOWN: 404,
  VERSION_UNKNOWN: 404,
  OFFSET_OUT_OF_RANGE: 410,
  AS_OF_TOO_OLD: 410,
  SUBJECT_ERASED: 410,
  VERSION_CONFLICT: 409,
  SEQ_DUPLICATE: 409,
  FENCED: 409,
  LOCK_UNAVAILABLE: 409,
  SCHEMA_INCOMPATIBLE: 409,
  RUN_ISOLATED: 409,
  ACCESS_DENIED: 403,
  AGENT_UNKNOWN: 403,
  EVENT_TOO_LARGE: 413,
  FIELD_MISSING: 422,
  FIELD_INVALID: 422,
  FIELD_UNKNOWN: 422,
  KIND_UNKNOWN: 422,
  KNOWN_IN_FUTURE: 422,
  KNOWN_BEFORE_OCCURRED: 422,
  PARAMETER_INVALID: 422,
  VIEW_STALE: 503,
  VIEW_UNAVAILABLE: 503,
  VIEW_MISCONFIGURED: 501,
  REGISTRY_UNAVAILABLE: 503,
  LOG_UNAVAILABLE: 503,
  LOG_CLOSED: 503,
  LOG_CORRUPT: 500,
  ARCHIVE_UNAVAILABLE: 503,
  REPLY_TIMEOUT: 504,
}

/** Status of an answer with this code. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 400
}

/** What was thrown, as the answer says it. What nobody meant to throw is logged, and its text stays here. */
export function problemOf(error: unknown, logger: Logger): Problem {
  if (error instanceof ConflictFault)
    return { ...problemOf(error.refused, logger), conflict: error.conflict }
  if (error instanceof GatewayFault) {
    const { code, message, context } = error
    const { field, line, issues } = context
    return {
      ...problem(
        code,
        GATEWAY_CODES[code],
        message,
        code === 'RATE_LIMITED' || code === 'READER_TOO_SLOW',
      ),
      ...(field === undefined ? {} : { field }),
      ...(line === undefined ? {} : { line }),
      ...(issues === undefined ? {} : { issues: [...issues] }),
    }
  }
  if (isWaggleError(error)) {
    const { code, message, retriable, field, input } = error
    return {
      ...problem(code, statusOf(code), message, retriable),
      ...(field === undefined ? {} : { field }),
      ...(input === undefined ? {} : { input: jsonSafe(input) }),
    }
  }
  logger.error({ err: error }, 'a request failed')
  return problem('INTERNAL', 500, 'The gateway failed; its log says why.', false)
}

function problem(code: string, status: number, detail: string, retriable: boolean): Problem {
  const title = code.toLowerCase().replaceAll('_', ' ')
  return { type: `/docs/errors#${code}`, title, status, code, detail, retriable }
}

function jsonSafe(input: unknown): unknown {
  return typeof input === 'bigint' ? String(input) : input
}
