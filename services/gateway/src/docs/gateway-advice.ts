import type { GatewayCode } from '../gateway-fault.ts'

/** What to do about what only the gateway refuses. */
export const GATEWAY_ADVICE: Readonly<Record<GatewayCode, string>> = {
  TOKEN_MISSING: 'Send the header Authorization: Bearer TOKEN.',
  TOKEN_INVALID: 'Ask the operator for a token that is in the tokens file.',
  TOKEN_EXPIRED: 'Ask the operator for a new one, or for a later expires_at in the tokens file.',
  SCOPE_MISSING: 'Use a token with this verb, swarm and agent; GET /v1/me says what yours may do.',
  ORIGIN_DENIED:
    'Use an address the gateway was told of: WAGGLE_GATEWAY_HOSTS, WAGGLE_GATEWAY_ORIGINS.',
  RATE_LIMITED: 'Wait as long as Retry-After says, or send several events in one request.',
  BODY_TOO_LARGE: 'Send less at once, or a stream of lines.',
  JSON_INVALID: 'Correct the line that `line` names.',
  REQUEST_INVALID: 'Correct what `issues` lists.',
  ROUTE_UNKNOWN: 'See /openapi.json for what there is.',
  READER_TOO_SLOW: 'Connect again with the last id: nothing is lost. Read faster, or fewer events.',
  QUERY_REFUSED: 'Ask with one SELECT on the tables of this store, without settings of your own.',
  QUERY_LIMIT: 'Ask for fewer rows, a shorter time or less at once.',
  QUERY_FAILED: 'Correct the query; the detail has the reason of the engine.',
}
