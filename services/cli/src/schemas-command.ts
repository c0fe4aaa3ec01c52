import { WaggleError } from '@waggle/base'
import { createVersionReader } from '@waggle/registry/confluent'
import type { Environment } from '@waggle/service'
import { z } from 'zod'
import { isUnreleased, registryFindings, schemaFindings } from './check-schemas.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'
import {
  nextPath,
  readChecksums,
  readSchemas,
  SCHEMAS_FOLDER,
  writeReleases,
} from './schema-files.ts'

export const SCHEMAS_USAGE = `waggle schemas check [--dir DIR] [--registry URL] [--json]
waggle schemas release [--dir DIR] [--json]

Holds the schemas against every version ever released; release writes those that changed as the next version.

  --dir       folder of the schemas; those of this program if left out
  --registry  a registry whose versions they must be able to follow too; credentials from WAGGLE_REGISTRY_USERNAME
              and WAGGLE_REGISTRY_PASSWORD

Exit code: 0 all may follow, 1 a finding (nothing is released), 2 bad arguments, 3 no schemas there, 5 the registry
cannot be reached.
`

const check = z.strictObject({
  dir: z.string().min(1).default(SCHEMAS_FOLDER),
  registry: z.url().optional(),
  json: z.boolean().default(false),
})

export async function runSchemas(
  [action, ...argv]: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  if (action !== 'check' && action !== 'release')
    throw new WaggleError('CONFIG_INVALID', `${action ?? 'Nothing'}: give check or release`)
  const { dir, registry, json } = parseOptions(argv, check, ['json'])
  if (action === 'release' && registry !== undefined)
    throw new WaggleError('CONFIG_INVALID', '--registry: only for check')
  const files = readSchemas(dir)
  const findings = [
    ...schemaFindings(files, readChecksums(dir)),
    ...(registry === undefined
      ? []
      : await registryFindings(files, createVersionReader(endpointOf(registry, environment)))),
  ]
  const next = files
    .filter(isUnreleased)
    .map((file) => ({ ...file.current!, path: nextPath(file) }))
  const paths = next.map(({ path }) => path)
  const releases = action === 'release' && findings.length === 0
  if (releases) writeReleases(dir, next)
  if (json) out.write(`${JSON.stringify({ findings, [releases ? 'released' : 'next']: paths })}\n`)
  else {
    for (const { path, reason } of findings) out.write(`${path}: ${reason}\n`)
    for (const path of paths) out.write(`${releases ? 'released' : 'not released yet:'} ${path}\n`)
    if (findings.length === 0) out.write(`${files.length} schemas can follow all their versions\n`)
  }
  return findings.length === 0 ? 0 : 1
}

function endpointOf(
  host: string,
  environment: Environment,
): { host: string; auth?: { username: string; password: string } } {
  const { WAGGLE_REGISTRY_USERNAME: username, WAGGLE_REGISTRY_PASSWORD: password } = environment
  return username === undefined || password === undefined
    ? { host }
    : { host, auth: { username, password } }
}
