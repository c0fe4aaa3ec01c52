import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeServices, systemRandom, type Clock, type Logger, type Service } from '@waggle/base'
import { keptCertificate } from '@waggle/certify'
import { analyticsPath, openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { createEmbeddedDoor } from './analyst/embedded-door.ts'
import { createGatewayApp } from './app.ts'
import type { ClosableGatewayApp } from './gateway-parts.ts'
import { hashToken, type Grant } from './principal.ts'
import { createGatewayServer } from './server.ts'
import { openTokenFile } from './token-file.ts'

export interface EmbeddedGatewayOptions {
  readonly dataDir: string
  /** 0 takes any free one. */
  readonly port: number
  readonly analytics?: 'chdb' | 'off'
  /** Folder of the built dashboard. */
  readonly dashboard?: string | undefined
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
}

export interface EmbeddedGateway extends Service {
  readonly bus: EmbeddedBus
  readonly app: ClosableGatewayApp
  readonly url: string
  /** May do everything; kept in the data folder, readable by its owner alone. */
  readonly token: string
}

/** A bus in this process with its gateway on the loopback address: `waggle dev`. */
export async function openEmbeddedGateway(
  options: EmbeddedGatewayOptions,
): Promise<EmbeddedGateway> {
  const { dataDir, port, analytics = 'chdb', clock, logger } = options
  const bus = await openEmbeddedBus(
    { dataDir, log: 'lmdb', analytics, bank: 'on', trajectoryIndex: 'on' },
    { clock, logger },
  )
  const door = bus.analytics === undefined ? undefined : createEmbeddedDoor(analyticsPath(options))
  const token = ownToken(dataDir)
  const owner = ownerOf(token)
  const others = openTokenFile({ path: tokensPath(dataDir), clock, logger })
  const app = createGatewayApp({
    ...options,
    bus,
    analyst: door?.ask,
    certified: () => keptCertificate(join(dataDir, 'certificate')),
    grants: () => [owner, ...others()],
    random: systemRandom(),
    embedded: true,
  })
  const server = createGatewayServer(app, { port })
  const stop = async (): Promise<void> => {
    door?.close()
    await bus.stop()
  }
  const busService = { name: 'bus', start: () => Promise.resolve(), stop }
  const all = composeServices('embedded gateway', [busService, server])
  return {
    name: all.name,
    bus,
    app,
    token,
    get url() {
      return server.url
    },
    start: () => all.start(),
    stop: () => all.stop(),
  }
}

/** Tokens beside the owner's; the file is there to be filled. */
function tokensPath(dataDir: string): string {
  const path = join(dataDir, 'gateway-tokens.json')
  if (!existsSync(path)) writeFileSync(path, '[]\n', { mode: 0o600 })
  return path
}

function ownerOf(token: string): Grant {
  return {
    name: 'owner',
    sha256: hashToken(token),
    swarms: ['*'],
    agents: ['*'],
    verbs: ['read', 'emit', 'vote', 'lock', 'remember', 'sql', 'operate', 'erase'],
    rate: 10_000,
  }
}

/** The owner's token: the same at every start, so that links stay good. */
function ownToken(dataDir: string): string {
  const path = join(dataDir, 'gateway-token')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const token = randomBytes(24).toString('base64url')
  writeFileSync(path, `${token}\n`, { mode: 0o600 })
  return token
}
