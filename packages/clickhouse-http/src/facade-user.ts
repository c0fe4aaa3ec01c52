import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ClickHouseFault } from './clickhouse-error.ts'

/** Who may ask, and how much. */
export interface FacadeUser {
  readonly name: string
  readonly password: string
  /** A writer may do anything; an analyst only read. */
  readonly role: 'writer' | 'analyst'
  /** The only swarm, or swarms, whose rows an analyst sees; all if left out. */
  readonly swarm?: string | readonly string[]
  readonly limits?: Partial<QueryLimits>
}

export interface QueryLimits {
  readonly max_execution_time: number
  readonly max_result_rows: number
  readonly max_result_bytes: number
  /** In bytes. */
  readonly max_memory_usage: number
}

export const ANALYST_LIMITS: QueryLimits = {
  max_execution_time: 30,
  max_result_rows: 1_000_000,
  max_result_bytes: 256 * 1024 * 1024,
  max_memory_usage: 2 * 1024 * 1024 * 1024,
}

/**
 * Name and password of a request, by X-ClickHouse headers, Basic authorization, or parameters, as ClickHouse takes
 * them.
 */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  params: URLSearchParams,
): [name: string, password: string] {
  const header = headers['x-clickhouse-user']
  if (header !== undefined) return [String(header), String(headers['x-clickhouse-key'] ?? '')]
  const [, basic] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? []
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString()
    const colon = text.indexOf(':')
    return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  }
  return [params.get('user') ?? 'default', params.get('password') ?? '']
}

/**
 * The user of a request. Errors: REQUIRED_PASSWORD, AUTHENTICATION_FAILED, which does not tell whether the name
 * exists.
 */
export function authenticate(
  users: readonly FacadeUser[],
  headers: IncomingHttpHeaders,
  params: URLSearchParams,
): FacadeUser {
  const [name, password] = credentialsOf(headers, params)
  const user = users.find((candidate) => candidate.name === name)
  // Hashed first: comparing takes the same time whatever is wrong.
  const same = timingSafeEqual(sha256(password), sha256(user?.password ?? ''))
  if (user !== undefined && same) return user
  if (name === 'default' && password === '') {
    throw new ClickHouseFault('REQUIRED_PASSWORD', 'Authentication is required')
  }
  throw new ClickHouseFault(
    'AUTHENTICATION_FAILED',
    `${name}: Authentication failed: password is incorrect, or there is no user with such name`,
  )
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
