import { createLogger, WaggleError } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import type { Environment } from '@waggle/service'
import { z } from 'zod'
import { option, VERSION, type CommandDeps, type WantedOf } from '../program/command.ts'
import { CLEAR_LINE } from '../terminal.ts'
import { selectedContext } from './contexts.ts'

const text = z.string().min(1).max(512).optional()

/** Which gateway is asked, and who asks. */
export const GATEWAY_OPTIONS = {
  context: option('NAME', 'a context of `waggle contexts`; the selected one if left out', text),
  url: option('URL', 'the gateway, instead of the context’s; WAGGLE_URL does the same', text),
  token: option('TOKEN', 'instead of the context’s; WAGGLE_TOKEN keeps it out of sight', text),
  data: option('DIR', 'no gateway: the folder of an embedded bus, opened in this process', text),
}

/** Of commands that read a log, too, where one is named. */
export const REMOTE_OPTIONS = {
  context: GATEWAY_OPTIONS.context,
  url: option('URL', 'ask this gateway; WAGGLE_URL does the same', text),
  token: GATEWAY_OPTIONS.token,
}

/** A gateway is asked where one is named, or where neither a folder nor a cluster is. */
export function isRemote(
  { url, context, data }: Omit<GatewayWanted, 'token'>,
  environment: Environment,
): boolean {
  if (data !== undefined) return false
  const named = url ?? context ?? environment['WAGGLE_URL'] ?? environment['WAGGLE_CONTEXT']
  return named !== undefined || environment['WAGGLE_KAFKA_BROKERS'] === undefined
}

/** The same, and about which swarm and run. */
export const SWARM_OPTIONS = {
  ...GATEWAY_OPTIONS,
  swarm: option('NAME', 'the swarm; needed where the token sees several', text),
  run: option('NAME', 'a backtest or fork; live if left out', text),
}

/** What a question about a view can be told beside. */
export const READ_OPTIONS = {
  ...SWARM_OPTIONS,
  'as-of': option('TIME', 'as the swarm knew it at this time', z.string().max(40).optional()),
  at: option('TOKEN', 'as of these positions', z.string().max(16_384).optional()),
  after: option(
    'TOKEN',
    'the answer includes these positions, such as what `emit` gave',
    z.string().max(16_384).optional(),
  ),
  'timeout-ms': option(
    'N',
    'how long --after may wait, in milliseconds',
    z.coerce.number().int().min(0).max(60_000).optional(),
  ),
}

type GatewayWanted = Omit<WantedOf<typeof GATEWAY_OPTIONS>, 'json'>
type SwarmWanted = Omit<WantedOf<typeof SWARM_OPTIONS>, 'json'>
type ReadWanted = Omit<WantedOf<typeof READ_OPTIONS>, 'json'>

/** A gateway, over HTTP or in this process. */
export interface Session {
  readonly client: WaggleClient
  readonly swarm: string | undefined
  readonly run: string | undefined
}

interface Needs {
  /** Opens the analytical store, too, where the bus is in this process. */
  readonly analytics?: boolean
}

/** Calls `use` with the gateway that the command line, the environment and the contexts name. */
export async function withGateway(
  wanted: GatewayWanted & {
    readonly swarm?: string | undefined
    readonly run?: string | undefined
  },
  deps: CommandDeps,
  use: (session: Session) => Promise<number>,
  needs: Needs = {},
): Promise<number> {
  if (wanted.data !== undefined)
    return withEmbedded(wanted.data, deps, needs, (client) => use({ ...scopeOf(wanted), client }))
  const { environment } = deps
  const named = isNamed(wanted, environment)
  const context = named ? undefined : selectedContext(environment, wanted.context)
  const url = wanted.url ?? environment['WAGGLE_URL'] ?? context?.url
  if (url === undefined) {
    const what =
      'No gateway: give --url, or --data for a bus in this process, or add one with `waggle contexts add`'
    throw new WaggleError('CONFIG_INVALID', what)
  }
  const address = addressOf(url)
  const token = wanted.token ?? environment['WAGGLE_TOKEN'] ?? address.token ?? context?.token
  const client = createWaggleClient({ url: address.url, token })
  return use({
    client,
    swarm: wanted.swarm ?? context?.swarm,
    run: wanted.run ?? context?.run,
  })
}

/** A gateway named outright, without a context, needs none. */
function isNamed({ url, context }: GatewayWanted, environment: Environment): boolean {
  return context === undefined && (url ?? environment['WAGGLE_URL']) !== undefined
}

/** The same about one swarm: the one given, the context's, or the only one that the token sees. */
export function withSwarm(
  wanted: SwarmWanted,
  deps: CommandDeps,
  use: (session: Session & { readonly swarm: string }) => Promise<number>,
): Promise<number> {
  return withGateway(wanted, deps, async (session) =>
    use({ ...session, swarm: session.swarm ?? (await onlySwarm(session.client)) }),
  )
}

async function onlySwarm(client: WaggleClient): Promise<string> {
  const { data } = await client.call('swarms', {})
  const visible = [...new Set(data.map(({ swarm }) => swarm))]
  const [only, ...others] = visible
  if (only !== undefined && others.length === 0) return only
  const there = only === undefined ? 'none is there' : `there are ${visible.join(', ')}`
  throw new WaggleError('CONFIG_INVALID', `--swarm: ${there}`)
}

function scopeOf({ swarm, run }: { swarm?: string | undefined; run?: string | undefined }) {
  return { swarm, run }
}

/** An address as `waggle dev` prints it has its token behind the #. */
export function addressOf(given: string): { readonly url: string; readonly token?: string } {
  let url: URL
  try {
    url = new URL(given)
  } catch (cause) {
    throw new WaggleError(
      'CONFIG_INVALID',
      `${given}: is no address such as http://127.0.0.1:4600`,
      {
        cause,
      },
    )
  }
  const token = /^#token=(.+)$/.exec(url.hash)?.[1]
  const base = `${url.origin}${url.pathname}`.replace(/\/$/, '')
  return token === undefined ? { url: base } : { url: base, token: decodeURIComponent(token) }
}

/** The parameters of a read. */
export function readOf(
  { 'as-of': asOf, at, after, 'timeout-ms': timeout }: ReadWanted,
  { swarm, run }: Session & { readonly swarm: string },
) {
  return {
    swarm,
    ...(run === undefined ? {} : { run }),
    ...(asOf === undefined ? {} : { as_of: asOf }),
    ...(at === undefined ? {} : { at }),
    ...(after === undefined ? {} : { after }),
    ...(timeout === undefined ? {} : { timeout_ms: timeout }),
  }
}

const CATCH_UP_MS = 600_000

/** The gateway of a bus in this process, called without a network, once its views have read the whole log. */
async function withEmbedded(
  dataDir: string,
  { clock, terminal }: CommandDeps,
  { analytics = false }: Needs,
  use: (client: WaggleClient) => Promise<number>,
): Promise<number> {
  const [{ existsSync }, { join }] = await Promise.all([import('node:fs'), import('node:path')])
  if (!existsSync(join(dataDir, 'log')))
    throw new WaggleError('CONFIG_INVALID', `--data: there is no log in ${dataDir}`)
  const { openEmbeddedGateway } = await import('@waggle-services/gateway')
  const logger = createLogger('waggle', 'warn')
  const isSeen = terminal.isTTY === true
  if (isSeen) terminal.write(`Opening ${dataDir} …`)
  const gateway = await openEmbeddedGateway({
    dataDir,
    port: 0,
    analytics: analytics ? 'chdb' : 'off',
    version: VERSION,
    clock,
    logger,
  })
  try {
    await gateway.bus.caughtUp(CATCH_UP_MS)
    if (isSeen) terminal.write(CLEAR_LINE)
    const inProcess: typeof fetch = async (input, init) =>
      gateway.app.request(input as string, init)
    const { token } = gateway
    return await use(createWaggleClient({ url: 'http://localhost', token, fetch: inProcess }))
  } finally {
    await gateway.bus.stop()
  }
}
