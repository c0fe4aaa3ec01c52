import { isWaggleError, type ErrorCode } from '@waggle/base'

const CODES: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: 2,
  INPUT_INVALID: 2,
  FIELD_INVALID: 2,
  NOT_FOUND: 3,
  LOG_UNAVAILABLE: 5,
  REGISTRY_UNAVAILABLE: 5,
  VIEW_UNAVAILABLE: 5,
  ARCHIVE_UNAVAILABLE: 5,
}

/** 2 bad arguments, 3 not found, 5 unavailable; everything else is a finding. */
export function exitCodeOf(error: unknown): number {
  return isWaggleError(error) ? (CODES[error.code] ?? 1) : 1
}
