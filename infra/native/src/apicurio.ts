import { execFile } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, dataFolder } from './cache-folder.ts'
import { findJava, hasTool } from './find-tool.ts'
import { freePorts, startProcess, type NativeServer } from './native-process.ts'

export const APICURIO_VERSION = '3.3.3'
const ARTIFACT = `io.apicurio:apicurio-registry-app:${APICURIO_VERSION}:tar.gz:all`
const TARBALL = `apicurio-registry-app-${APICURIO_VERSION}-all.tar.gz`
const JAVA_MIN = 21

const run = promisify(execFile)

export interface Apicurio extends NativeServer {
  /** Base of the Confluent API. */
  readonly url: string
}

export interface ApicurioOptions {
  /** A free one if left out; given to start again where clients look. */
  readonly port?: number
}

/**
 * Apicurio Registry with its storage in memory, on 127.0.0.1 only. Undefined where there is no Java of 21 or
 * newer, or neither a copy of it nor Maven to fetch one (159 MB, once).
 */
export async function startApicurio({ port }: ApicurioOptions = {}): Promise<Apicurio | undefined> {
  const java = await findJava(JAVA_MIN)
  const folder = java === undefined ? undefined : await installed()
  if (java === undefined || folder === undefined) return undefined
  const [http, management] = await freePorts(2)
  const at = port ?? http!
  const ready = `http://127.0.0.1:${at}/apis/ccompat/v7/subjects`
  const server = await startProcess({
    name: 'Apicurio',
    command: java,
    args: [
      '-Xmx400m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${at}`,
      // Its management port listens on every address unless told otherwise.
      '-Dquarkus.management.host=127.0.0.1',
      `-Dquarkus.management.port=${management}`,
      '-jar',
      join(folder, 'quarkus-run.jar'),
    ],
    cwd: folder,
    logFile: join(dataFolder('apicurio'), 'apicurio.log'),
    ready: async () => (await fetch(ready)).ok,
  })
  return { ...server, url: `http://127.0.0.1:${at}/apis/ccompat/v7` }
}

/** The folder of the unpacked server. It appears whole or not at all, also when several tests fetch it at once. */
async function installed(): Promise<string | undefined> {
  const cache = cacheFolder(`apicurio-${APICURIO_VERSION}`)
  const folder = join(cache, 'app')
  if (existsSync(folder)) return folder
  if (!(await hasTool('mvn', ['-v']))) return undefined
  const part = await mkdtemp(join(cache, 'part-'))
  try {
    const copy = ['-q', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${part}`]
    await run('mvn', copy, { cwd: part })
    const unpacked = join(part, 'app')
    await mkdir(unpacked)
    await run('tar', ['xzf', join(part, TARBALL), '-C', unpacked])
    if (!existsSync(folder)) renameSync(unpacked, folder)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  return folder
}
