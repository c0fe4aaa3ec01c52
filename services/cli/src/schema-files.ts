import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WaggleError } from '@waggle/base'
import type { AvroRecord } from '@waggle/event'
import type { Environment } from '@waggle/service'

/** schemas/<name>.avsc, and history/<name>/N.avsc for each version released; released.json has their checksums. */
export interface SchemaFiles {
  readonly name: string
  /** Path within the folder. */
  readonly path: string
  /** Undefined where the file is gone though versions were released. */
  readonly current: SchemaText | undefined
  /** Version 1 first. */
  readonly released: readonly SchemaText[]
}

export interface SchemaText {
  readonly path: string
  readonly text: string
  readonly schema: AvroRecord
}

export const SCHEMAS_FOLDER = fileURLToPath(new URL('../../../schemas', import.meta.url))
const RELEASED = join('history', 'released.json')

/** Everything in a folder of schemas, by name. INPUT_INVALID for a file that is no JSON, NOT_FOUND for no folder. */
export function readSchemas(folder: string): SchemaFiles[] {
  const history = join(folder, 'history')
  if (!existsSync(history))
    throw new WaggleError('NOT_FOUND', `${folder} holds no schemas with a history`)
  const current = readdirSync(folder)
    .filter((name) => name.endsWith('.avsc') && name !== 'envelope.avsc')
    .map((name) => name.slice(0, -'.avsc'.length))
  const past = readdirSync(history, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  return [...new Set([...current, ...past])].sort().map((name) => ({
    name,
    path: `${name}.avsc`,
    current: current.includes(name) ? readText(folder, `${name}.avsc`) : undefined,
    released: past.includes(name) ? readVersions(folder, name) : [],
  }))
}

function readVersions(folder: string, name: string): SchemaText[] {
  return readdirSync(join(folder, 'history', name))
    .filter((file) => /^\d+\.avsc$/.test(file))
    .sort((a, b) => parseInt(a) - parseInt(b))
    .map((file) => readText(folder, join('history', name, file)))
}

function readText(folder: string, path: string): SchemaText {
  const text = readFileSync(join(folder, path), 'utf8')
  try {
    return { path, text, schema: JSON.parse(text) as AvroRecord }
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${path} is no JSON`, { input: path, cause: error })
  }
}

/** Path -> SHA-256 of what was released. */
export function readChecksums(folder: string): Record<string, string> {
  const path = join(folder, RELEASED)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {}
}

export function checksumOf({ text }: SchemaText): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Where the next version of a schema goes. */
export function nextPath({ name, released }: SchemaFiles): string {
  return join('history', name, `${released.length + 1}.avsc`)
}

/** Writes versions under their paths, then all checksums: a release broken off is seen by the next check. */
export function writeReleases(folder: string, releases: readonly SchemaText[]): void {
  for (const { path, text } of releases) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text, { flag: 'wx' })
  }
  const sums = { ...readChecksums(folder) }
  for (const release of releases) sums[release.path] = checksumOf(release)
  const sorted = Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(folder, RELEASED), `${JSON.stringify(sorted, null, 2)}\n`)
}

/** Where a registry is, with the credentials that the environment has for it. */
export function registryEndpoint(
  host: string,
  environment: Environment,
): { host: string; auth?: { username: string; password: string } } {
  const { WAGGLE_REGISTRY_USERNAME: username, WAGGLE_REGISTRY_PASSWORD: password } = environment
  return username === undefined || password === undefined
    ? { host }
    : { host, auth: { username, password } }
}
