import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, WaggleError, writeDurably } from '@waggle/base'
import {
  createMemoryTiles,
  createNoteKey,
  noteSigner,
  openFileTiles,
  openLogTrees,
  type LogTrees,
  type NoteSigner,
} from '@waggle/certify'
import type { Environment } from '@waggle/service'

/** The signer whose key stands in the file; made on first use, with the public key beside it as `.pub`. */
export async function signerIn(path: string, name: string): Promise<NoteSigner> {
  const found = await textIn(path)
  if (found !== undefined) return noteSigner(found)
  const key = createNoteKey(name)
  const signer = noteSigner(key)
  await writeDurably(path, `${key}\n`, { flags: 'wx', mode: 0o600 })
  await writeDurably(`${path}.pub`, `${signer.verifier}\n`, { flags: 'wx' })
  return signer
}

/** A public key: as text, or in a file. */
export async function verifierOf(keyOrPath: string): Promise<string> {
  return (await textIn(keyOrPath))?.trim() ?? keyOrPath
}

/** Undefined for a cluster where neither option nor environment names one. */
export function treesFolder(
  wanted: string | undefined,
  data: string | undefined,
  { WAGGLE_CERTIFICATE_DIR: folder }: Environment,
): string | undefined {
  return wanted ?? (data === undefined ? folder : join(data, 'certificate'))
}

export function neededTreesFolder(...given: Parameters<typeof treesFolder>): string {
  const folder = treesFolder(...given)
  if (folder !== undefined) return folder
  const what =
    '--trees: a cluster has no folder of its own; give one, or set WAGGLE_CERTIFICATE_DIR'
  throw new WaggleError('CONFIG_INVALID', what)
}

export function openTrees(folder: string): Promise<LogTrees> {
  return openLogTrees(openFileTiles(folder))
}

/** Trees that were kept; undefined where there are none. Opening them makes no folder. */
export async function keptTrees(folder: string): Promise<LogTrees | undefined> {
  if ((await readIfThere(join(folder, 'trees.json'))) === undefined) return undefined
  return openTrees(folder)
}

export function freshTrees(): Promise<LogTrees> {
  return openLogTrees(createMemoryTiles())
}

/** NOT_FOUND where there is no such file. */
export async function readText(path: string): Promise<string> {
  const text = await textIn(path)
  if (text === undefined) throw new WaggleError('NOT_FOUND', `There is no file ${path}`)
  return text
}

/** The witness file: a certificate a line, as JSON text; undefined where it is missing or empty. */
export async function lastWitnessed(path: string): Promise<string | undefined> {
  const line = (await textIn(path))?.trimEnd().split('\n').at(-1)
  return line === undefined || line === '' ? undefined : (JSON.parse(line) as string)
}

export async function appendWitness(path: string, certificate: string): Promise<void> {
  await appendFile(path, `${JSON.stringify(certificate)}\n`, { flush: true })
}

async function textIn(path: string): Promise<string | undefined> {
  return (await readIfThere(path))?.toString()
}
