import { join } from 'node:path'
import { readIfThere, replaceFile } from '@waggle/base'
import { openFileTiles } from './file-tiles.ts'
import { openLogTrees, type LogTrees } from './log-trees.ts'

/** The newest certificate of a log, and the trees that prove what it holds. */
export interface KeptCertificate {
  readonly certificate: string
  readonly trees: LogTrees
}

const NEWEST = 'newest.cert'

/** Puts a certificate beside the trees it was made from, in the place of the one before. */
export function keepCertificate(folder: string, certificate: string): Promise<void> {
  return replaceFile(join(folder, NEWEST), certificate)
}

/** Undefined where none was ever kept in the folder. */
export async function keptCertificate(folder: string): Promise<KeptCertificate | undefined> {
  const certificate = (await readIfThere(join(folder, NEWEST)))?.toString()
  if (certificate === undefined) return undefined
  return { certificate, trees: await openLogTrees(openFileTiles(folder)) }
}
