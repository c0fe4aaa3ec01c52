import { randomUUID } from 'node:crypto'
import { contentType, credentialsOf, requestOf } from '@waggle/clickhouse-http'
import { messageOf } from '@waggle/base'
import type { Context } from 'hono'
import { AnalystFault, type AnalystDoor } from '../analyst/analyst-door.ts'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayApp, GatewayEnv, GatewayParts } from '../gateway-parts.ts'
import { authorize, type Principal } from '../principal.ts'
import { swarmsOf } from '../routes/sql-routes.ts'

const PATH = '/clickhouse'
const BODY_BYTES_MAX = 64 * 1024 * 1024

/**
 * ClickHouse's HTTP interface for the tools of analysts, under any user name, with the token as its password. Reads
 * only, and only rows of the token's swarms. Errors are ClickHouse's own.
 */
export function mountClickHouse(app: GatewayApp, parts: GatewayParts): void {
  const { analyst, doorkeeper } = parts
  app.get(`${PATH}/ping`, (c) => c.text('Ok.\n'))
  app.on(['GET', 'POST'], [PATH, `${PATH}/`], async (c) => {
    const url = new URL(c.req.url)
    if (c.req.method === 'GET' && !url.searchParams.has('query')) return c.text('Ok.\n')
    try {
      const principal = doorkeeper.admit(`Bearer ${passwordIn(c, url)}`)
      authorize(principal, { verb: 'sql' })
      if (analyst === undefined)
        throw new AnalystFault(501, 48, 'Code: 48. DB::Exception: There is no analytical store')
      return await answer(c, url, principal, analyst)
    } catch (error) {
      const { status, code, text } = faultOf(error)
      c.header('x-clickhouse-exception-code', String(code))
      return c.text(`${text}\n`, status as 400)
    }
  })
}

async function answer(
  c: Context<GatewayEnv>,
  url: URL,
  principal: Principal,
  ask: AnalystDoor,
): Promise<Response> {
  const sent = Buffer.from(await c.req.arrayBuffer())
  const { params, body } = await requestOf(
    {
      url,
      body: sent,
      encoding: c.req.header('content-encoding'),
      type: c.req.header('content-type'),
    },
    BODY_BYTES_MAX,
  )
  const { bytes, format, rows } = await ask({
    params,
    body,
    swarms: swarmsOf(principal),
    format: c.req.header('x-clickhouse-format'),
    signal: c.req.raw.signal,
  })
  c.header('content-type', contentType(format))
  c.header('x-clickhouse-format', format)
  c.header('x-clickhouse-query-id', url.searchParams.get('query_id') ?? randomUUID())
  c.header('x-clickhouse-summary', JSON.stringify({ read_rows: '0', result_rows: String(rows) }))
  c.header('x-clickhouse-timezone', 'UTC')
  c.header('cache-control', 'no-store')
  return c.body(new Uint8Array(bytes))
}

function passwordIn(c: Context<GatewayEnv>, { searchParams }: URL): string {
  const authorization = c.req.header('authorization')
  const [, bearer] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? []
  if (bearer !== undefined) return bearer
  const user = c.req.header('x-clickhouse-user')
  const key = c.req.header('x-clickhouse-key')
  const [, password] = credentialsOf(
    {
      ...(authorization === undefined ? {} : { authorization }),
      ...(user === undefined ? {} : { 'x-clickhouse-user': user }),
      ...(key === undefined ? {} : { 'x-clickhouse-key': key }),
    },
    searchParams,
  )
  return password
}

/** ClickHouse's numbers for what the gateway refuses. */
const CODES: Readonly<Record<string, readonly [code: number, name: string]>> = {
  TOKEN_MISSING: [194, 'REQUIRED_PASSWORD'],
  TOKEN_INVALID: [516, 'AUTHENTICATION_FAILED'],
  TOKEN_EXPIRED: [516, 'AUTHENTICATION_FAILED'],
  SCOPE_MISSING: [497, 'ACCESS_DENIED'],
  RATE_LIMITED: [201, 'QUOTA_EXCEEDED'],
}

function faultOf(error: unknown): { status: number; code: number; text: string } {
  if (error instanceof AnalystFault)
    return { status: error.status, code: error.code, text: error.message }
  if (error instanceof GatewayFault) {
    const [code, name] = CODES[error.code] ?? [1002, 'UNKNOWN_EXCEPTION']
    const text = `Code: ${code}. DB::Exception: ${error.message}. (${name})`
    return { status: error.status, code, text }
  }
  return { status: 500, code: 1002, text: `Code: 1002. DB::Exception: ${messageOf(error)}` }
}
