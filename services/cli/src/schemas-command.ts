import { createVersionReader } from '@waggle/registry/confluent'
import { z } from 'zod'
import { isUnreleased, registryFindings, schemaFindings } from './check-schemas.ts'
import {
  defineCommand,
  option,
  type CommandDeps,
  type CommandGroup,
  type WantedOf,
} from './program/command.ts'
import {
  nextPath,
  readChecksums,
  readSchemas,
  registryEndpoint,
  SCHEMAS_FOLDER,
  writeReleases,
} from './schema-files.ts'
import { SCHEMAS_DIFF, SCHEMAS_LS, SCHEMAS_REGISTER } from './schemas-list.ts'

const dir = option(
  'DIR',
  'folder of the schemas; those of this program if left out',
  z.string().min(1).optional(),
)
const release = { dir }
const check = {
  dir,
  registry: option(
    'URL',
    'a registry whose versions they must be able to follow, too; credentials from WAGGLE_REGISTRY_USERNAME and WAGGLE_REGISTRY_PASSWORD',
    z.url().optional(),
  ),
}
const EXITS = 'Exit code 0 all may follow, 1 a finding (nothing is released).'

export const SCHEMAS: CommandGroup = {
  commands: {
    ls: {
      summary: 'List subjects with their versions, as a gateway has them',
      ...SCHEMAS_LS,
    },
    check: {
      summary: 'Hold the schemas against every version ever released',
      ...defineCommand({
        options: check,
        examples: ['schemas check', 'schemas check --registry http://127.0.0.1:8081'],
        exits: EXITS,
        run: (wanted, deps) => checkSchemas(wanted, false, deps),
      }),
    },
    diff: {
      summary: 'What a schema says otherwise than a released version',
      ...SCHEMAS_DIFF,
    },
    register: {
      summary: 'Register the schemas of all kinds',
      ...SCHEMAS_REGISTER,
    },
    release: {
      summary: 'Write those that changed as the next version',
      ...defineCommand({
        options: release,
        examples: ['schemas release'],
        exits: EXITS,
        run: (wanted, deps) => checkSchemas({ ...wanted, registry: undefined }, true, deps),
      }),
    },
  },
}

async function checkSchemas(
  { dir: folder = SCHEMAS_FOLDER, registry, json }: WantedOf<typeof check>,
  isRelease: boolean,
  { environment, out }: CommandDeps,
): Promise<number> {
  const files = readSchemas(folder)
  const findings = [
    ...schemaFindings(files, readChecksums(folder)),
    ...(registry === undefined
      ? []
      : await registryFindings(
          files,
          createVersionReader(registryEndpoint(registry, environment)),
        )),
  ]
  const next = files
    .filter(isUnreleased)
    .map((file) => ({ ...file.current!, path: nextPath(file) }))
  const paths = next.map(({ path }) => path)
  const releases = isRelease && findings.length === 0
  if (releases) writeReleases(folder, next)
  if (json) out.write(`${JSON.stringify({ findings, [releases ? 'released' : 'next']: paths })}\n`)
  else {
    for (const { path, reason } of findings) out.write(`${path}: ${reason}\n`)
    for (const path of paths) out.write(`${releases ? 'released' : 'not released yet:'} ${path}\n`)
    if (findings.length === 0) out.write(`${files.length} schemas can follow all their versions\n`)
  }
  return findings.length === 0 ? 0 : 1
}
