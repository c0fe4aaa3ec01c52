import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { WaggleError } from '@waggle/base'

/** What a snapshot belongs to: another index must not take it. */
export interface SnapshotIdentity {
  readonly scope: string
  readonly embedder: string
  readonly dimensions: number
}

export interface Snapshot {
  readonly entries: readonly SnapshotEntry[]
  /** One code behind another, in the order of the entries. */
  readonly codes: Int8Array
  /** Slots of the graph, those that stand for nothing too. */
  readonly slots: number
}

export interface SnapshotEntry {
  readonly key: string
  /** Of the text, as `hashOf` gives it. */
  readonly hash: string
  /** Place in the graph, -1 for none. */
  readonly slot: number
}

interface Header extends SnapshotIdentity {
  readonly format: typeof FORMAT
  readonly slots: number
  readonly entries: number
  /** Files by name with the SHA-256 of what is in them. */
  readonly files: Readonly<Record<Part, string>>
}

type Part = 'keys' | 'codes' | 'graph'

const FORMAT = 'waggle-recall/1'
const HEADER = 'snapshot.json'
const PARTS: readonly Part[] = ['keys', 'codes', 'graph']

/**
 * Writes a snapshot. Its parts are named by their content and the header that names them is put in place last, by a
 * rename: a crash leaves the snapshot before. What it does not name is then deleted.
 *
 * @param saveGraph Writes the graph to a path.
 */
export function writeSnapshot(
  folder: string,
  identity: SnapshotIdentity,
  { entries, codes, slots }: Snapshot,
  saveGraph: (path: string) => void,
): void {
  mkdirSync(folder, { recursive: true })
  const lines = entries.map(({ key, hash, slot }) => JSON.stringify([key, hash, slot]))
  const unfinished = (part: Part): string => join(folder, `${part}.unfinished`)
  writeFully(unfinished('keys'), Buffer.from(lines.join('\n')))
  writeFully(unfinished('codes'), Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength))
  saveGraph(unfinished('graph'))
  sync(unfinished('graph'))
  const hashed = PARTS.map((part) => [part, hashOf(readFileSync(unfinished(part)))] as const)
  for (const [part, hash] of hashed) renameSync(unfinished(part), join(folder, fileOf(part, hash)))
  const files = Object.fromEntries(hashed) as Record<Part, string>
  const header: Header = { format: FORMAT, ...identity, slots, entries: entries.length, files }
  const body = JSON.stringify(header)
  writeFully(join(folder, `${HEADER}.unfinished`), Buffer.from(`${hashOf(body)}\n${body}`))
  sync(folder)
  renameSync(join(folder, `${HEADER}.unfinished`), join(folder, HEADER))
  sync(folder)
  const kept = new Set([HEADER, ...hashed.map(([part, hash]) => fileOf(part, hash))])
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name))
}

/**
 * Reads a snapshot; undefined where there is none.
 *
 * @param loadGraph Reads the graph from a path.
 * @throws WaggleError DIMENSION_MISMATCH for one of another embedder, SNAPSHOT_INVALID for a damaged one or another
 *   scope's. It is a cache: going on without it is right.
 */
export function readSnapshot(
  folder: string,
  identity: SnapshotIdentity,
  loadGraph: (path: string, slots: number) => void,
): Snapshot | undefined {
  const header = readHeader(folder)
  if (header === undefined) return undefined
  if (header.embedder !== identity.embedder || header.dimensions !== identity.dimensions)
    throw new WaggleError(
      'DIMENSION_MISMATCH',
      `The snapshot is of ${header.embedder} with ${header.dimensions} dimensions, the index of ${identity.embedder} with ${identity.dimensions}`,
    )
  if (header.scope !== identity.scope) throw damaged(folder, 'its scope, which is another')
  const parts = readParts(folder, header)
  loadGraph(join(folder, fileOf('graph', header.files.graph)), header.slots)
  return { ...parts, slots: header.slots }
}

/** What a snapshot lends: of each text its hash and that of its vector, under scope and key. */
export interface SnapshotRow {
  readonly key: string
  readonly value: string
}

/**
 * Reads what a snapshot holds without taking it up, whatever its scope and embedder; none where there is no snapshot.
 *
 * @throws WaggleError SNAPSHOT_INVALID for a damaged one.
 */
export function readSnapshotRows(folder: string): SnapshotRow[] {
  const header = readHeader(folder)
  if (header === undefined) return []
  const { entries, codes } = readParts(folder, header)
  const length = codes.length / Math.max(1, entries.length)
  return entries.map(({ key, hash }, at) => {
    const vector = hashOf(Buffer.from(codes.buffer, at * length, length))
    const value = `text ${hash}, vector ${vector} of ${header.embedder}`
    return { key: `${header.scope}/${key}`, value }
  })
}

function readHeader(folder: string): Header | undefined {
  const text = readOptional(join(folder, HEADER))?.toString()
  if (text === undefined) return undefined
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || hashOf(body) !== text.slice(0, end)) throw damaged(folder, 'its header')
  const header = JSON.parse(body) as Header
  if (header.format !== FORMAT) throw damaged(folder, 'its format')
  return header
}

/** All parts are held against their hashes, the graph too. */
function readParts(folder: string, header: Header): Pick<Snapshot, 'codes' | 'entries'> {
  const [keys, codes] = PARTS.map((part) => {
    const bytes = readOptional(join(folder, fileOf(part, header.files[part])))
    if (bytes === undefined || hashOf(bytes) !== header.files[part])
      throw damaged(folder, `its ${part}`)
    return bytes
  })
  const entries = header.entries === 0 ? [] : keys!.toString().split('\n').map(entryOf)
  return { entries, codes: new Int8Array(codes!) }
}

/** SHA-256 in hexadecimal digits. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function entryOf(line: string): SnapshotEntry {
  const [key, hash, slot] = JSON.parse(line) as [string, string, number]
  return { key, hash, slot }
}

function fileOf(part: Part, hash: string): string {
  return `${part}-${hash.slice(0, 16)}.bin`
}

function damaged(folder: string, what: string): WaggleError {
  return new WaggleError('SNAPSHOT_INVALID', `The snapshot in ${folder} is not whole: ${what}`)
}

function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function writeFully(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w')
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  fsyncSync(file)
  closeSync(file)
}

/** Of a file, or of a folder: the names in it. */
function sync(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
