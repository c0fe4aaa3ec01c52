import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readIfThere, replaceFile, writeDurably } from './durable-file.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-durable-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a replaced file has the new content alone, and what a crash left of another is no hindrance', async () => {
  const path = join(folder, 'state')
  await writeFile(`${path}.part`, 'half of a longer one')
  await replaceFile(path, 'old')
  await replaceFile(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readdir(folder)).toEqual(['state'])
})

it('a file that must be new is not written over, and has its mode', async () => {
  const path = join(folder, 'key')
  const secret = { flags: 'wx', mode: 0o600 }
  await writeDurably(path, 'first', secret)
  await expect(writeDurably(path, 'second', secret)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(path, 'utf8')).toBe('first')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('a file that is not there reads as undefined, a folder is an error', async () => {
  expect(await readIfThere(join(folder, 'none'))).toBeUndefined()
  await expect(readIfThere(folder)).rejects.toMatchObject({ code: 'EISDIR' })
})
