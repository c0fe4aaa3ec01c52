import { silentLogger, systemClock, systemRandom } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import {
  createGatewayApp,
  hashToken,
  parseGrants,
  type ClosableGatewayApp,
  type GatewayOptions,
  type Grant,
  type GrantInput,
} from '@waggle-services/gateway'
import { openAgentBus, type OpenAgentBus } from './agent-bus.ts'

export const TOKEN = 'test-token'
const EVERYTHING: GrantInput = {
  name: 'tests',
  sha256: hashToken(TOKEN),
  swarms: ['*'],
  verbs: ['read', 'emit', 'vote', 'lock', 'remember', 'sql', 'operate', 'erase'],
  rate: 100_000,
}

export interface OpenGateway {
  readonly bus: OpenAgentBus
  readonly app: ClosableGatewayApp
  readonly client: WaggleClient
  /** A client that sends another token, or none. */
  clientOf(token: string | undefined): WaggleClient
  stop(): Promise<void>
}

export interface GatewaySetup extends Partial<Omit<GatewayOptions, 'bus' | 'grants'>> {
  /** Tokens beside `TOKEN`, which may do everything: their names are their texts. */
  readonly grants?: readonly Omit<GrantInput, 'sha256'>[]
  /** More of them, as they are at the time. */
  readonly tokens?: () => readonly Grant[]
  readonly bus?: OpenAgentBus
}

/** The gateway on an embedded bus in memory, called in process. */
export async function openGateway({
  grants = [],
  tokens = () => [],
  bus,
  ...options
}: GatewaySetup = {}) {
  const clock = systemClock()
  const own = bus ?? (await openAgentBus({ log: 'memory', dataDir: 'unused', clock }))
  const fixed = parseGrants([
    EVERYTHING,
    ...grants.map((grant) => ({ ...grant, sha256: hashToken(grant.name) })),
  ])
  const app = createGatewayApp({
    bus: own,
    clock,
    random: systemRandom(),
    logger: silentLogger,
    version: 'test',
    embedded: true,
    ...options,
    grants: () => [...fixed, ...tokens()],
  })
  const inProcess: typeof fetch = async (input, init) => app.request(input as string, init)
  const clientOf = (token: string | undefined): WaggleClient =>
    createWaggleClient({ url: 'http://localhost', token, fetch: inProcess })
  const opened: OpenGateway = {
    bus: own,
    app,
    client: clientOf(TOKEN),
    clientOf,
    stop: () => (bus === undefined ? own.stop() : Promise.resolve()),
  }
  return opened
}
