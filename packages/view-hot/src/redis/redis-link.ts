import { Cluster, Redis } from 'ioredis'
import { isWaggleError, messageOf, WaggleError } from '@waggle/base'

export type RedisClient = Redis | Cluster

export interface RedisEndpoint {
  readonly host: string
  readonly port: number
}

export interface RedisLinkOptions {
  /** One for a single server; any nodes of a cluster with `cluster: true`. */
  readonly endpoints: readonly RedisEndpoint[]
  readonly cluster?: boolean
  readonly username?: string
  readonly password?: string
  readonly tls?: boolean
  /** Milliseconds until a command without an answer is an error. */
  readonly commandTimeoutMs?: number
}

/** A connection that fails soon rather than queue, and comes back by itself. */
export interface RedisLink {
  /** Runs commands; whatever Redis or the network says against them becomes VIEW_UNAVAILABLE. */
  run<T>(work: (client: RedisClient) => Promise<T>): Promise<T>
  /** Every node that holds keys. */
  masters(): Redis[]
  close(): void
}

const COMMAND_TIMEOUT_MS = 2000
const RECONNECT_MS_MIN = 50
const RECONNECT_MS_MAX = 1000

/** Resolves when the first attempt to connect has succeeded or failed; a server that is down may come later. */
export async function openRedisLink(options: RedisLinkOptions): Promise<RedisLink> {
  const { endpoints, commandTimeoutMs = COMMAND_TIMEOUT_MS } = options
  if (endpoints.length === 0) throw new WaggleError('CONFIG_INVALID', 'No Redis endpoint is given')
  const client = options.cluster === true ? clusterOf(options) : singleOf(options)
  let trouble: string | undefined
  client.on('error', (error: unknown) => void (trouble = reasonOf(error)))
  client.on('ready', () => void (trouble = undefined))
  await firstAttempt(client)
  const where = endpoints.map(({ host, port }) => `${host}:${port}`).join(', ')
  return {
    run: async (work) => {
      try {
        return await work(client)
      } catch (error) {
        if (isWaggleError(error)) throw error
        const reason = client.status === 'ready' ? reasonOf(error) : (trouble ?? reasonOf(error))
        const timed = /timed out/i.test(reason) ? ` within ${commandTimeoutMs} ms` : ''
        const what = `Redis at ${where} does not serve${timed}: ${reason}`
        throw new WaggleError('VIEW_UNAVAILABLE', what, { cause: error })
      }
    },
    masters: () => (client instanceof Cluster ? client.nodes('master') : [client]),
    close: () => client.disconnect(),
  }
}

/** Nothing waits in a queue while the server is away: a projection or a reader decides what to do then. */
const FAIL_SOON = { enableOfflineQueue: false } as const

function singleOf(options: RedisLinkOptions): Redis {
  const retryStrategy = reconnectMs
  return new Redis({ ...options.endpoints[0]!, ...commonOf(options), ...FAIL_SOON, retryStrategy })
}

function clusterOf(options: RedisLinkOptions): Cluster {
  return new Cluster([...options.endpoints], {
    ...FAIL_SOON,
    redisOptions: commonOf(options),
    clusterRetryStrategy: reconnectMs,
    maxRedirections: 4,
    slotsRefreshTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
  })
}

function commonOf(options: RedisLinkOptions) {
  const { username, password, tls, commandTimeoutMs = COMMAND_TIMEOUT_MS } = options
  return {
    protocol: 2,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    // A connection that died without a word is given up, not waited for until TCP notices.
    socketTimeout: commandTimeoutMs * 2,
    // After a failover the old address may lead to the new master.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === true ? { tls: {} } : {}),
  } as const
}

function reconnectMs(attempt: number): number {
  return Math.min(RECONNECT_MS_MIN * 2 ** Math.min(attempt - 1, 10), RECONNECT_MS_MAX)
}

function firstAttempt(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['ready', 'error', 'close'] as const) client.once(event, () => resolve())
  })
}

/** A cluster wraps what its last node said. */
function reasonOf(error: unknown): string {
  const last = (error as { lastNodeError?: unknown } | null)?.lastNodeError
  return messageOf(last ?? error)
}
