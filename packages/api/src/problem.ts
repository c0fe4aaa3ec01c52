import { z } from 'zod'

/**
 * Every answer that is not 2xx (RFC 9457, application/problem+json). `code` is one of a closed list: those of
 * `packages/base/src/errors.ts` and the gateway's own below.
 */
export const problem = z
  .object({
    type: z.string().meta({ example: '/docs/errors#VERSION_CONFLICT' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ example: 'VERSION_CONFLICT' }),
    /** What happened, with which input, and what to do. */
    detail: z.string(),
    field: z.string().optional(),
    input: z.unknown().optional(),
    /** Line of a body of several lines, from 1. */
    line: z.int().optional(),
    /** Whether trying again may help. */
    retriable: z.boolean(),
    /** All that is wrong with a request, where it is more than one thing. */
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** Both values of a conflict. */
    conflict: z.unknown().optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.output<typeof problem>

/** Codes that only the gateway has. */
export const GATEWAY_CODES = {
  TOKEN_MISSING: 401,
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  SCOPE_MISSING: 403,
  ORIGIN_DENIED: 403,
  RATE_LIMITED: 429,
  BODY_TOO_LARGE: 413,
  JSON_INVALID: 400,
  REQUEST_INVALID: 422,
  ROUTE_UNKNOWN: 404,
  READER_TOO_SLOW: 503,
  QUERY_REFUSED: 403,
  QUERY_LIMIT: 422,
  QUERY_FAILED: 400,
} as const
