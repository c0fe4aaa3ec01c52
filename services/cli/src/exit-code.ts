import { isWaggleError, type ErrorCode } from '@waggle/base'
import { GatewayError } from '@waggle/client'
import { isSystemError } from './error-text.ts'

/** What every command's exit code means; docs/cli.md has the same table. */
export const EXIT = {
  ok: 0,
  finding: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unavailable: 5,
} as const

const CODES: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: EXIT.usage,
  INPUT_INVALID: EXIT.usage,
  FIELD_MISSING: EXIT.usage,
  FIELD_INVALID: EXIT.usage,
  FIELD_UNKNOWN: EXIT.usage,
  KIND_UNKNOWN: EXIT.usage,
  AGENT_UNKNOWN: EXIT.usage,
  EVENT_TOO_LARGE: EXIT.usage,
  KNOWN_IN_FUTURE: EXIT.usage,
  KNOWN_BEFORE_OCCURRED: EXIT.usage,
  PARAMETER_INVALID: EXIT.usage,
  ACCESS_DENIED: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  SUBJECT_UNKNOWN: EXIT.notFound,
  VERSION_UNKNOWN: EXIT.notFound,
  VERSION_CONFLICT: EXIT.conflict,
  SEQ_DUPLICATE: EXIT.conflict,
  FENCED: EXIT.conflict,
  LOCK_UNAVAILABLE: EXIT.conflict,
  RUN_ISOLATED: EXIT.conflict,
  LOG_UNAVAILABLE: EXIT.unavailable,
  LOG_CLOSED: EXIT.unavailable,
  REGISTRY_UNAVAILABLE: EXIT.unavailable,
  VIEW_UNAVAILABLE: EXIT.unavailable,
  VIEW_STALE: EXIT.unavailable,
  VIEW_MISCONFIGURED: EXIT.unavailable,
  ARCHIVE_UNAVAILABLE: EXIT.unavailable,
  REPLY_TIMEOUT: EXIT.unavailable,
}

/** 2 usage or rights, 3 not found, 4 conflict or fenced, 5 unavailable; everything else is a finding. */
export function exitCodeOf(error: unknown): number {
  if (isWaggleError(error)) return CODES[error.code] ?? EXIT.finding
  if (error instanceof GatewayError) {
    const { code, status } = error.problem
    return CODES[code as ErrorCode] ?? exitCodeOfStatus(status)
  }
  if (isSystemError(error)) return error.code === 'ENOENT' ? EXIT.notFound : EXIT.unavailable
  return EXIT.finding
}

/** Status 0 is a gateway that does not answer. */
function exitCodeOfStatus(status: number): number {
  if (status === 404 || status === 410) return EXIT.notFound
  if (status === 409) return EXIT.conflict
  if (status === 0 || status === 429 || status >= 500) return EXIT.unavailable
  return EXIT.usage
}
