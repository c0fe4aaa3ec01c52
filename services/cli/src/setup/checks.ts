import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { wants, type Check } from './check.ts'
import { folderChecks } from './check-folder.ts'

const NODE_MAJOR = 24
export const DEFAULT_PORT = 4600

export interface Machine {
  /** Of the data. */
  readonly folder: string
  /** Of a gateway. */
  readonly port: number
  /** Of Node, such as v24.1.0. */
  readonly version: string
}

export function machineChecks({ folder, port, version }: Machine): readonly Check[] {
  return [
    {
      name: 'Node',
      needed: true,
      fix: `Run it on Node ${NODE_MAJOR} or newer: https://nodejs.org, or npm run waggle, which brings its own`,
      look: () => wants(Number(/\d+/.exec(version)?.[0]) >= NODE_MAJOR, version),
    },
    ...folderChecks(folder),
    {
      name: 'LMDB (the log)',
      needed: true,
      fix: 'Install again with optional packages: npm ci --include=optional; on an unusual platform LMDB has to be compiled',
      look: () => inFolder(openLog),
    },
    {
      name: 'chdb (analytics)',
      needed: true,
      fix: 'Install again with optional packages; on a platform chdb is not made for, run without analytics',
      look: () => inFolder(openAnalytics),
    },
    program(
      'java',
      '-version',
      'a native cluster: install a JDK, 17 or newer (apt install default-jdk)',
    ),
    program('redis-server', '--version', 'a native cluster: apt install redis-server'),
    program('chromium', '--version', 'tests of the dashboard: apt install chromium'),
    {
      name: `port ${port}`,
      needed: false,
      fix: `Something listens there, perhaps a bus: give dev another --port, or stop it`,
      look: async () => {
        await listen(port)
        return 'free on 127.0.0.1'
      },
    },
    {
      name: 'clock',
      needed: true,
      fix: 'Set the clock of this machine, best by NTP: events are ordered by when they were known',
      look: ({ clock }) => {
        const date = new Date(clock.now() / 1000).toISOString()
        return wants(date >= '2026', `it is ${date}`)
      },
    },
  ]
}

function program(name: string, version: string, use: string): Check {
  return {
    name,
    needed: false,
    fix: `Only for ${use}`,
    look: ({ environment }) => {
      const path = findProgram(name, environment['PATH'] ?? '')
      if (path === undefined) throw new Error('not on the PATH')
      const { stdout, stderr, status } = spawnSync(path, [version], { encoding: 'utf8' })
      const said = `${stdout}${stderr}`.trim().split('\n')[0] ?? ''
      return wants(status === 0, said.slice(0, 80))
    },
  }
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

async function inFolder(use: (folder: string) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-doctor-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function openLog(folder: string): Promise<string> {
  const [{ openLmdbLog }, { systemClock }] = await Promise.all([
    import('@waggle/log/lmdb'),
    import('@waggle/base'),
  ])
  const log = await openLmdbLog({ path: folder, topics: { doctor: 1 }, clock: systemClock() })
  await log.close()
  return 'opens'
}

async function openAnalytics(folder: string): Promise<string> {
  const { openChdbStore } = await import('@waggle/view-analytics/chdb')
  const store = await openChdbStore(folder)
  await store.close()
  return 'opens'
}

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
