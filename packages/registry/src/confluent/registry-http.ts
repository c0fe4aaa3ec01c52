import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest, type AgentOptions } from 'node:https'

/** What node:tls takes: authorities, and a certificate of our own for mutual TLS. */
export type RegistryTls = Pick<
  AgentOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>

export interface RegistryEndpoint {
  /** Base address, path included: http://127.0.0.1:8081 or …/apis/ccompat/v7. */
  readonly host: string
  readonly auth?: { readonly username: string; readonly password: string }
  readonly tls?: RegistryTls
  /** For one request, to the end of its answer. */
  readonly timeoutMs: number
}

export interface RegistryAnswer {
  readonly status: number
  /** Parsed; undefined where it is no JSON, as the error pages of proxies are. */
  readonly body: unknown
}

/** Sends one request; rejects where no answer comes. */
export type RegistryHttp = (
  method: 'GET' | 'PUT',
  path: string,
  body?: object,
) => Promise<RegistryAnswer>

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const SOCKETS_MAX = 8
const ANSWER_BYTES_MAX = 8_388_608

/**
 * Connections are not kept: requests are rare, for every answer is kept, and a registry or a balancer that
 * closes an idle connection just as it is used again would fail requests for no reason.
 */
export function registryAgent({ host, tls }: RegistryEndpoint): PlainAgent {
  const options = { keepAlive: false, maxSockets: SOCKETS_MAX }
  return isTls(host) ? new TlsAgent({ ...tls, ...options }) : new PlainAgent(options)
}

/** Requests over node:http, for fetch takes no certificates. */
export function createRegistryHttp(endpoint: RegistryEndpoint, agent: PlainAgent): RegistryHttp {
  const { host, auth, timeoutMs } = endpoint
  const base = host.replace(/\/+$/, '')
  const request = isTls(host) ? tlsRequest : plainRequest
  return async (method, path, body) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${base}${path}`, {
        method,
        agent,
        headers: { accept: CONTENT_TYPE, 'content-type': CONTENT_TYPE },
        signal: AbortSignal.timeout(timeoutMs),
        ...(auth === undefined ? {} : { auth: `${auth.username}:${auth.password}` }),
      })
      sent.once('response', resolve)
      sent.once('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
    return { status: response.statusCode ?? 0, body: jsonOf(await textOf(response)) }
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`an answer of over ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function isTls(host: string): boolean {
  return host.startsWith('https:')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
