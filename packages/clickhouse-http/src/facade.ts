import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger, Service } from '@waggle/base'
import { chooseEncoding, compressed } from './body-codec.ts'
import { ClickHouseFault, faultAnswer } from './clickhouse-error.ts'
import { contentType } from './content-type.ts'
import { openEngine, type Engine } from './engine.ts'
import { authenticate, type FacadeUser } from './facade-user.ts'
import { readRequest } from './request.ts'
import { runQuery, type QueryAnswer } from './run-query.ts'

export interface FacadeOptions {
  /** Folder of the analytical store, as `openChdbStore` takes it. */
  readonly folder: string
  readonly users: readonly FacadeUser[]
  /** Database of the store, made if it is missing, and all that analysts see; `default` if left out. */
  readonly database?: string
  readonly logger: Logger
  /** 0, or none, takes any free one. */
  readonly port?: number
  /** Largest body, in bytes, before and after decompression; 256 MiB if left out. */
  readonly maxBodyBytes?: number
  /** Queries at the same time; more are refused. */
  readonly maxQueries?: number
}

export interface ClickHouseFacade extends Service {
  /** Where it listens, once started. */
  readonly url: string
}

const MAX_BODY_BYTES = 256 * 1024 * 1024
const MAX_QUERIES = 64
const DISPLAY_NAME = 'waggle'

/**
 * ClickHouse's HTTP interface on the embedded engine, on the loopback address: how analysts and their tools
 * reach an embedded store. Every request has a session of the engine to itself, so no setting or parameter
 * outlives it. Results are made whole before they are sent, so an error is always an error status; what
 * bounds them is the user's limits. There are no HTTP sessions: `session_id` is taken and not used.
 */
export function createClickHouseFacade(options: FacadeOptions): ClickHouseFacade {
  let server: Server | undefined
  let engine: Engine | undefined
  let url = ''
  return {
    name: 'clickhouse-http',
    get url() {
      return url
    },
    start: async () => {
      engine = await openEngine(options.folder, options.database)
      const timezone = await engine.withSession((session) => session.lines('SELECT timezone()'))
      const handle = handlerOf(options, engine, timezone[0] ?? 'UTC')
      server = createServer((message, response) => {
        // A busy client would keep its connection, and so the server, for good.
        if (server?.listening !== true) response.setHeader('Connection', 'close')
        handle(message, response)
      })
      url = await listening(server, options.port ?? 0)
    },
    stop: async () => {
      await new Promise<void>((resolve) => {
        if (server === undefined) return resolve()
        server.close(() => resolve())
        server.closeIdleConnections()
      })
      engine?.close()
      server = engine = undefined
    },
  }
}

function listening(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

type Handler = (message: IncomingMessage, response: ServerResponse) => void

function handlerOf(options: FacadeOptions, engine: Engine, timezone: string): Handler {
  const { users, logger, maxBodyBytes = MAX_BODY_BYTES, maxQueries = MAX_QUERIES } = options
  let running = 0
  const answerQuery = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? '/', 'http://localhost')
    const { headers } = message
    response.setHeader('X-ClickHouse-Server-Display-Name', DISPLAY_NAME)
    response.setHeader('X-ClickHouse-Query-Id', queryId(url.searchParams))
    // Before the body is read: who may not ask shall not fill the memory either.
    const user = authenticate(users, headers, url.searchParams)
    if (running >= maxQueries) {
      const what = `Too many simultaneous queries. Maximum: ${maxQueries}`
      throw new ClickHouseFault('TOO_MANY_SIMULTANEOUS_QUERIES', what)
    }
    running++
    try {
      const request = await readRequest(message, url, maxBodyBytes)
      const { params } = request
      // ClickHouse lets a GET only read.
      if (message.method === 'GET' && params.get('readonly') !== '1') params.set('readonly', '2')
      const answer = await runQuery(engine, user, request, first(headers['x-clickhouse-format']))
      response.setHeader('X-ClickHouse-Timezone', timezone)
      const encoding =
        params.get('enable_http_compression') === '1'
          ? chooseEncoding(first(headers['accept-encoding']))
          : undefined
      await send(response, answer, encoding)
    } finally {
      running--
    }
  }
  return (message, response) => {
    const path = (message.url ?? '/').split('?')[0]
    const hasQuery = message.method === 'POST' || (message.url ?? '').includes('query=')
    if (path === '/ping' || (path === '/' && !hasQuery)) return void response.end('Ok.\n')
    if (path !== '/' || !['GET', 'POST'].includes(message.method ?? '')) {
      response.statusCode = 404
      return void response.end(`There is no handle ${path}\n\nUse / or /ping.\n`)
    }
    answerQuery(message, response).catch((error: unknown) => {
      const { status, code, text } = faultAnswer(error)
      if (!message.complete) {
        response.setHeader('Connection', 'close')
        message.resume()
      }
      if (status === 500) logger.warn({ code, text }, 'a query failed')
      fail(response, status, code, text)
    })
  }
}

async function send(
  response: ServerResponse,
  answer: QueryAnswer,
  encoding: string | undefined,
): Promise<void> {
  response.setHeader('Content-Type', contentType(answer.format))
  response.setHeader('X-ClickHouse-Format', answer.format)
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summaryOf(answer)))
  if (encoding === undefined || answer.bytes.length === 0) return void response.end(answer.bytes)
  response.setHeader('Content-Encoding', encoding)
  response.end(await compressed(answer.bytes, encoding))
}

/** Numbers as text, as ClickHouse writes them. chdb does not tell how many rows it read. */
function summaryOf({ rows, rowBytes, seconds, wrote }: QueryAnswer): Record<string, string> {
  const [written, result] = wrote ? [rows, 0] : [0, rows]
  const [writtenBytes, resultBytes] = wrote ? [rowBytes, 0] : [0, rowBytes]
  return {
    read_rows: String(rows),
    read_bytes: String(rowBytes),
    written_rows: String(written),
    written_bytes: String(writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(result),
    result_bytes: String(resultBytes),
    elapsed_ns: String(Math.round(seconds * 1e9)),
  }
}

function fail(response: ServerResponse, status: number, code: number, text: string): void {
  if (response.headersSent) return void response.destroy()
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', String(code))
  if (status === 401)
    response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse server HTTP API"')
  response.end(`${text}\n`)
}

function queryId(params: URLSearchParams): string {
  const given = params.get('query_id') ?? ''
  if (given === '') return randomUUID()
  if (/^[\x20-\x7e]{1,256}$/.test(given)) return given
  throw new ClickHouseFault('BAD_ARGUMENTS', 'A query_id has up to 256 characters of ASCII')
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
