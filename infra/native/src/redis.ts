import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { dataFolder } from './cache-folder.ts'
import { hasTool } from './find-tool.ts'
import { freePorts, startProcess, type NativeServer } from './native-process.ts'

const run = promisify(execFile)

export interface RedisEndpoint {
  readonly host: string
  readonly port: number
}

export interface NativeRedis extends NativeServer {
  readonly endpoint: RedisEndpoint
  /** Where it keeps its files; give it to the next start to go on from them. */
  readonly folder: string
}

export interface RedisStartOptions {
  /** A free one if left out. */
  readonly port?: number
  readonly folder?: string
  /** Directives of redis.conf over the defaults, such as `{ appendonly: 'yes' }`. */
  readonly config?: Readonly<Record<string, string>>
}

const HOST = '127.0.0.1'
const SLOTS = 16_384
const CLUSTER_TIMEOUT_MS = 30_000

export function hasRedis(): Promise<boolean> {
  return hasTool('redis-server', ['--version'])
}

/** A redis-server of ours; it forgets everything when it ends unless `config` says otherwise. */
export async function startRedis(options: RedisStartOptions = {}): Promise<NativeRedis> {
  const { folder = dataFolder('redis'), config = {} } = options
  const port = options.port ?? (await freePorts(1))[0]!
  const directives = { bind: HOST, port: String(port), dir: folder, save: '', ...config }
  const server = await startProcess({
    name: 'redis-server',
    command: 'redis-server',
    args: Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]),
    logFile: `${folder}/redis.log`,
    // NOAUTH is an answer too: a server that asks for a password is ready.
    ready: async () => /PONG|NOAUTH/.test(await redisCli(port, 'ping')),
  })
  return { ...server, endpoint: { host: HOST, port }, folder }
}

export interface NativeRedisCluster {
  readonly nodes: readonly NativeRedis[]
  readonly endpoints: readonly RedisEndpoint[]
  stop(): Promise<void>
}

/** Three masters that share the slots; resolves when every node sees the cluster as whole. */
export async function startRedisCluster(): Promise<NativeRedisCluster> {
  const ports = await clusterPorts(3)
  const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000' }
  const nodes = await Promise.all(ports.map((port) => startRedis({ port, config })))
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())))
  try {
    await joinCluster(ports)
  } catch (error) {
    await stop()
    throw error
  }
  return { nodes, endpoints: nodes.map(({ endpoint }) => endpoint), stop }
}

/** A node's bus listens on its port + 10,000, which must be a port too. */
async function clusterPorts(count: number): Promise<number[]> {
  for (;;) {
    const ports = (await freePorts(count * 4)).filter((port) => port < 55_000)
    if (ports.length >= count) return ports.slice(0, count)
  }
}

async function joinCluster(ports: readonly number[]): Promise<void> {
  const share = Math.ceil(SLOTS / ports.length)
  for (const [index, port] of ports.entries()) {
    const last = Math.min((index + 1) * share, SLOTS) - 1
    await redisCli(port, 'cluster', 'addslotsrange', String(index * share), String(last))
    await redisCli(port, 'cluster', 'set-config-epoch', String(index + 1))
    if (index > 0) await redisCli(ports[0]!, 'cluster', 'meet', HOST, String(port))
  }
  const deadline = performance.now() + CLUSTER_TIMEOUT_MS
  for (const port of ports) {
    while (!(await isWhole(port, ports.length))) {
      if (performance.now() > deadline) throw new Error('The Redis cluster did not become whole')
    }
  }
}

async function isWhole(port: number, nodes: number): Promise<boolean> {
  const info = await redisCli(port, 'cluster', 'info')
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`)
}

async function redisCli(port: number, ...args: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-h', HOST, '-p', String(port), ...args])
  return stdout
}
