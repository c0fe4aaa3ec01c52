import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataFolder } from './cache-folder.ts'
import { freePorts, startProcess, type NativeServer } from './native-process.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface ServiceProcess extends NativeServer {
  /** Where /health, /ready and /metrics answer. */
  readonly url: string
  readonly logFile: string
}

export interface ServiceOptions {
  /** WAGGLE_ variables; nothing of our own environment but the path goes in. */
  readonly environment: Readonly<Record<string, string>>
  /** Path to wait for: /health as soon as it lives, /ready when it works. */
  readonly until?: '/health' | '/ready'
}

/** One of our services as a process of its own. */
export async function startService(
  name: string,
  { environment, until = '/ready' }: ServiceOptions,
): Promise<ServiceProcess> {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const logFile = join(dataFolder(name), `${name}.log`)
  const server = await startProcess({
    name,
    command: process.execPath,
    args: [join(ROOT, 'services', name, 'src/main.ts')],
    cwd: ROOT,
    env: { ...environment, WAGGLE_HTTP_PORT: String(port) },
    onlyEnv: true,
    logFile,
    ready: async () => (await fetch(url + until)).ok,
  })
  return { ...server, url, logFile }
}
