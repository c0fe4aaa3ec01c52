import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliReference } from '../src/program/reference.ts'
import { packageReference } from './api-reference/render.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Writes docs/cli.md from the program's help and docs/reference.md from the packages' sources. */
writeFileSync(join(root, 'docs/cli.md'), await cliReference())
writeFileSync(join(root, 'docs/reference.md'), packageReference(root))
