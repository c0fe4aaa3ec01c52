/** Writes src/generated from schemas/*.avsc. `npm run generate`; a test fails while it is stale. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderKinds, renderSchemas, type SchemaFile } from './render.ts'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

export function readSchemaFiles(): SchemaFile[] {
  const folder = join(packageRoot, '../../schemas')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.avsc') && name !== 'envelope.avsc')
    .sort()
    .map((name) => ({
      kind: name.replace('.avsc', '').replaceAll('-', '_'),
      schema: JSON.parse(readFileSync(join(folder, name), 'utf8')) as SchemaFile['schema'],
    }))
}

/** File path -> content, so that the freshness test compares without writing. */
export function renderAll(): Map<string, string> {
  const files = readSchemaFiles()
  const envelope = JSON.parse(
    readFileSync(join(packageRoot, '../../schemas/envelope.avsc'), 'utf8'),
  ) as SchemaFile['schema']
  const out = join(packageRoot, 'src/generated')
  return new Map([
    [join(out, 'kinds.ts'), renderKinds(envelope, files)],
    [join(out, 'schemas.ts'), renderSchemas(files)],
  ])
}

if (import.meta.main) for (const [path, text] of renderAll()) writeFileSync(path, text)
