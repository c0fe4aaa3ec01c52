import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** Path from the root. */
  readonly path: string
  readonly text: string
}

/** Files git tracks or would track. */
export function committedFiles(): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return out.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)))
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

export function sizeOf(path: string): number {
  return statSync(join(ROOT, path)).size
}

export const isTest = (path: string): boolean =>
  path.startsWith('test/') || path.endsWith('.test.ts')
export const isGenerated = (path: string): boolean => path.includes('/generated/')
