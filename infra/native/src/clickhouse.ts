import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataFolder } from './cache-folder.ts'
import { freePorts, startProcess, type NativeServer } from './native-process.ts'

const MAIN = fileURLToPath(
  new URL('../../../packages/clickhouse-http/src/main.ts', import.meta.url),
)

/** A user of the facade; see `FacadeUser` of @waggle/clickhouse-http. */
export interface ClickHouseUser {
  readonly name: string
  readonly password: string
  readonly role: 'writer' | 'analyst'
  readonly swarm?: string
  readonly limits?: Readonly<Record<string, number>>
}

export interface ClickHouseOptions {
  readonly users?: readonly ClickHouseUser[]
  /** Made if it is missing; `default` if left out. */
  readonly database?: string
  /** Folder of an earlier server to go on with; a new one if left out. */
  readonly folder?: string
  readonly port?: number
}

export interface ClickHouseServer extends NativeServer {
  readonly url: string
  readonly folder: string
  /** The same server again after stop or kill, with other users or another database if given. */
  restart(changes?: Pick<ClickHouseOptions, 'users' | 'database'>): Promise<ClickHouseServer>
}

/** The users of a server that nobody named any for. */
export const CLICKHOUSE_USERS: readonly ClickHouseUser[] = [
  { name: 'writer', password: 'writer-secret', role: 'writer' },
  { name: 'analyst', password: 'analyst-secret', role: 'analyst' },
]

/** chdb behind our HTTP facade, as a process of its own: the ClickHouse of machines that have none. */
export async function startClickHouse(options: ClickHouseOptions = {}): Promise<ClickHouseServer> {
  const { users = CLICKHOUSE_USERS, folder = dataFolder('clickhouse'), database } = options
  const port = options.port ?? (await freePorts(1))[0]!
  const config = join(folder, 'facade.json')
  await writeFile(config, JSON.stringify({ folder, users, port, database }), { mode: 0o600 })
  const url = `http://127.0.0.1:${port}`
  const server = await startProcess({
    name: 'ClickHouse facade',
    command: process.execPath,
    args: [MAIN, config],
    logFile: join(folder, 'facade.log'),
    ready: async () => (await fetch(`${url}/ping`)).ok,
  })
  return {
    ...server,
    url,
    folder,
    restart: (changes = {}) => startClickHouse({ ...options, ...changes, folder, port }),
  }
}
