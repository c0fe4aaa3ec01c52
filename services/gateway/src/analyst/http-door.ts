import {
  faultAnswer,
  formatOf,
  readableStatement,
  requestedSettings,
  sessionSettings,
  statementOf,
  swarmFilter,
} from '@waggle/clickhouse-http'
import { isWaggleError, messageOf, WaggleError } from '@waggle/base'
import { AnalystFault, type AnalystDoor, type AnalystRequest } from './analyst-door.ts'

export interface HttpDoorOptions {
  readonly url: string
  readonly database: string
  /** May read the tables and say settings; what is asked through it is held to reading all the same. */
  readonly username: string
  readonly password: string
}

/**
 * Analysts of a ClickHouse server. A statement runs only once the server's own syntax tree shows that it reads, with
 * readonly=1, and with a filter of the token's swarms on every table; the server needs no user for each of them.
 */
export function createHttpDoor(options: HttpDoorOptions): AnalystDoor {
  return async (request) => {
    try {
      return await ask(options, request)
    } catch (error) {
      if (error instanceof AnalystFault || isWaggleError(error, 'VIEW_UNAVAILABLE')) throw error
      const { status, code, text } = faultAnswer(error)
      throw new AnalystFault(status, code, text)
    }
  }
}

async function ask(
  options: HttpDoorOptions,
  { params, body, swarms, format = 'TabSeparated', limits, signal }: AnalystRequest,
): ReturnType<AnalystDoor> {
  const { database } = options
  const statement = statementOf(params.get('query') ?? '', body)
  const sql = typeof statement === 'string' ? statement : 'INSERT'
  const swarm = swarms === undefined ? {} : { swarm: swarms }
  const user = { name: 'analyst', password: '', role: 'analyst', ...swarm } as const
  const settings = sessionSettings(
    limits === undefined ? user : { ...user, limits },
    requestedSettings(params),
  )
  const bound = [...params].filter(([name]) => /^param_\w+$/.test(name))
  const session = {
    lines: async (text: string) => {
      const given = [...bound, ['default_format', 'TSVRaw'], ['readonly', '1']] as const
      return (await send(options, text, given, signal)).toString().split('\n')
    },
  }
  const asked = await readableStatement(session, { ...user, database }, sql, bound)
  if (swarms !== undefined)
    settings.set('additional_table_filters', await swarmFilter(session, database, swarms))
  const fallback = params.get('default_format') ?? format
  const given = [...bound, ...settings, ['default_format', fallback]] as const
  const bytes = await send(options, asked, given, signal)
  return { bytes, format: formatOf(sql, fallback), rows: 0 }
}

async function send(
  { url, database, username, password }: HttpDoorOptions,
  sql: string,
  params: Iterable<readonly [string, string]>,
  signal: AbortSignal,
): Promise<Buffer> {
  const address = new URL(url)
  address.searchParams.set('database', database)
  // Errors come with their status, not in the middle of rows.
  address.searchParams.set('wait_end_of_query', '1')
  address.searchParams.set('cancel_http_readonly_queries_on_client_close', '1')
  for (const [name, value] of params) address.searchParams.set(name, value)
  const headers = { 'x-clickhouse-user': username, 'x-clickhouse-key': password }
  const init = { method: 'POST', headers, body: sql, signal }
  const response = await fetch(address, init).catch((error: unknown) => {
    if (signal.aborted) throw error
    const what = `ClickHouse at ${address.origin} does not answer: ${messageOf(error)}`
    throw new WaggleError('VIEW_UNAVAILABLE', what, { cause: error })
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.ok) return bytes
  const text = bytes.toString().trim()
  const code = Number(response.headers.get('x-clickhouse-exception-code') ?? 1002)
  // What the server says of our own user is not for the analyst to mend.
  if (response.status === 401 || [192, 193, 194, 516].includes(code))
    throw new WaggleError('VIEW_UNAVAILABLE', `ClickHouse refuses the gateway: ${text}`)
  throw new AnalystFault(response.status, code, text)
}
