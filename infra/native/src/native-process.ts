import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server of ours on 127.0.0.1. */
export interface NativeServer {
  readonly pid: number
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>
  /** kill -9, for fault tests. */
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT: a server that hangs. */
  freeze(): void
  thaw(): void
}

export interface ProcessOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Nothing of our own environment but the path. */
  readonly onlyEnv?: boolean
  readonly cwd?: string
  /** File that takes its output. */
  readonly logFile: string
  /** Asked until it says true. */
  readonly ready: () => Promise<boolean>
  readonly timeoutMs?: number
}

const STOP_MS = 15_000
const POLL_MS = 50

/** Starts a server and resolves when it is ready; a server that ends or stays silent is an error naming its log. */
export async function startProcess(options: ProcessOptions): Promise<NativeServer> {
  const { name, command, args, logFile, ready, timeoutMs = 60_000 } = options
  const output = createWriteStream(logFile, { flags: 'a' })
  const child = spawn(...dyingWithUs(command, args), {
    cwd: options.cwd,
    env:
      options.onlyEnv === true
        ? { PATH: process.env['PATH'], ...options.env }
        : { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  let ended = false
  void gone.then(() => {
    ended = true
    output.end()
  })
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  endWithUs(child)
  const deadline = performance.now() + timeoutMs
  while (!(await ready().catch(() => false))) {
    if (ended || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${name} did not become ready; see ${logFile}`)
    }
    await sleep(POLL_MS)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ended) return
    child.kill(signal)
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(killer)
  }
  return {
    pid: child.pid!,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}

const SETPRIV = '/usr/bin/setpriv'

/** On Linux the kernel ends a server whose starter was killed; elsewhere only an orderly exit does. */
function dyingWithUs(command: string, args: readonly string[]): [string, readonly string[]] {
  if (!existsSync(SETPRIV)) return [command, args]
  return [SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args]]
}

/** Servers of ours do not outlive us. */
function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
}

/** A port nobody listens on now; several at once are different ones. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
  )
  return ports
}

/** True when something takes connections there. */
export async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
