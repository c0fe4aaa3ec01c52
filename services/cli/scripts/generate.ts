import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cliReference } from '../src/program/reference.ts'

/** Writes docs/cli.md from the program's help. */
writeFileSync(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), await cliReference())
