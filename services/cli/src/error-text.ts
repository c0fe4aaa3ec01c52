import { isWaggleError } from '@waggle/base'
import { GatewayError } from '@waggle/client'

/** What to do about a refusal of the gateway, where its detail does not say. */
const ADVICE: Readonly<Record<string, string>> = {
  TOKEN_MISSING: 'Give --token, or add a context with one: waggle contexts add.',
  TOKEN_INVALID: 'Take the token that `waggle dev` or the gateway’s operator gave you.',
  TOKEN_EXPIRED: 'Ask the operator of the gateway for a new one.',
  SCOPE_MISSING: 'Ask the operator of the gateway for a token with this right.',
  RATE_LIMITED: 'Wait, or ask for a higher rate.',
  ROUTE_UNKNOWN: 'The gateway may be older than this program: update it.',
}

/** What went wrong, for standard error: `CODE: message`, or with `json` one document. */
export function errorText(error: unknown, json: boolean): string {
  const { code, message, ...rest } = told(error)
  return json
    ? `${JSON.stringify({ error: { code, message, ...rest } })}\n`
    : `${code}: ${message}\n`
}

function told(error: unknown): { readonly code: string; readonly message: string } {
  if (isWaggleError(error)) return { code: error.code, message: error.message }
  if (error instanceof GatewayError) {
    const { code, detail, ...problem } = error.problem
    const advice = ADVICE[code]
    const sentence = /[.!?]$/.test(detail) ? detail : `${detail}.`
    return { ...problem, code, message: advice === undefined ? detail : `${sentence} ${advice}` }
  }
  if (isSystemError(error)) return { code: error.code, message: error.message }
  // Nobody meant to throw it: its stack is what a report of it needs.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'INTERNAL', message: text }
}

/** Of the operating system, such as a file that is not there. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
