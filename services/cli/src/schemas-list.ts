import { z } from 'zod'
import { WaggleError } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { KINDS, type AvroRecord } from '@waggle/event'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import { openLog } from './open-log.ts'
import { defineCommand, option } from './program/command.ts'
import { printJson, printTable, type Cell } from './program/print.ts'
import { readSchemas, registryEndpoint, SCHEMAS_FOLDER, type SchemaFiles } from './schema-files.ts'
import { GATEWAY_OPTIONS, withGateway } from './swarm/session.ts'

export const SCHEMAS_LS = defineCommand({
  options: GATEWAY_OPTIONS,
  examples: ['schemas ls', 'schemas ls --data .waggle/bus --json'],
  run: (wanted, deps) =>
    withGateway(wanted, deps, async ({ client }) => {
      const { data } = await client.call('schemas', {})
      if (wanted.json) printJson(deps, data)
      else {
        const rows = data.map(({ subject, compatibility, versions }): Cell[] => {
          const ids = versions.map(({ id }) => id)
          return [subject, versions.length, ids.join(','), compatibility]
        })
        printTable(deps, ['SUBJECT', 'VERSIONS', 'IDS', 'COMPATIBILITY'], rows)
      }
      return 0
    }),
})

const version = z.union([z.literal('current'), z.coerce.number().int().positive()])

export const SCHEMAS_DIFF = defineCommand({
  args: { kind: option('KIND', 'kind of event', z.string().min(1)) },
  options: {
    dir: option(
      'DIR',
      'folder of the schemas; those of this program if left out',
      z.string().min(1).optional(),
    ),
    from: option('N', 'a released version; the newest if left out', version.optional()),
    to: option('N', 'another, or current, which is the default', version.default('current')),
  },
  examples: ['schemas diff decision', 'schemas diff vote --from 1 --to 2'],
  exits: 'Exit code 0 the same, 1 a difference.',
  run: async ({ kind, dir, from, to, json }, deps) => {
    const files = readSchemas(dir ?? SCHEMAS_FOLDER).find(
      ({ name }) => name === kind.replaceAll('_', '-'),
    )
    if (files === undefined) throw new WaggleError('NOT_FOUND', `There is no schema of ${kind}`)
    const older = schemaOf(files, from ?? files.released.length)
    const changes = changedFields(older, schemaOf(files, to))
    if (json) printJson(deps, { kind, changes })
    else if (changes.length === 0) deps.out.write('the same\n')
    else {
      const rows = changes.map(({ field, before, after }) => [field, before, after])
      printTable(deps, ['FIELD', 'BEFORE', 'AFTER'], rows)
    }
    return changes.length === 0 ? 0 : 1
  },
})

function schemaOf({ name, current, released }: SchemaFiles, wanted: 'current' | number) {
  const found = wanted === 'current' ? current : released[wanted - 1]
  if (found !== undefined) return found.schema
  const what = `${name} has no version ${wanted}, but ${released.length} released ones`
  throw new WaggleError('NOT_FOUND', what)
}

interface FieldChange {
  readonly field: string
  /** Type and default as JSON; null where the field is not there. */
  readonly before: string | null
  readonly after: string | null
}

/** Fields that came, went or became otherwise; docs do not count. */
export function changedFields(older: AvroRecord, newer: AvroRecord): FieldChange[] {
  const [before, after] = [older, newer].map(
    (schema) => new Map(schema.fields.map((field) => [field.name, fieldText(field)])),
  )
  const names = [...new Set([...before!.keys(), ...after!.keys()])]
  return names
    .map((field) => {
      return { field, before: before!.get(field) ?? null, after: after!.get(field) ?? null }
    })
    .filter((change) => change.before !== change.after)
}

function fieldText(field: AvroRecord['fields'][number]): string {
  const { name: _name, ...rest } = field
  return JSON.stringify(rest, (key, value: unknown) => (key === 'doc' ? undefined : value))
}

export const SCHEMAS_REGISTER = defineCommand({
  details: 'Registering what is there already changes nothing.',
  options: {
    registry: option(
      'URL',
      'a Confluent-compatible registry; credentials from WAGGLE_REGISTRY_USERNAME and WAGGLE_REGISTRY_PASSWORD',
      z.url().optional(),
    ),
    data: option('DIR', 'the built-in one of an embedded bus', z.string().min(1).optional()),
  },
  examples: ['schemas register --registry http://127.0.0.1:8081'],
  exits: 'Exit code 1: the registry has a version that a schema cannot follow.',
  check: ({ registry, data }): Readonly<Record<string, string>> =>
    (registry === undefined) === (data === undefined) ? { registry: 'give it or --data' } : {},
  run: async ({ registry, data, json }, deps) => {
    const { environment, clock, out } = deps
    if (registry !== undefined) {
      const endpoint = registryEndpoint(registry, environment)
      await createCodec(createConfluentRegistry({ ...endpoint, clock })).register()
    } else {
      const { log, codec } = await openLog(data, environment)
      try {
        await codec.register()
      } finally {
        await log.close()
      }
    }
    const kinds = KINDS.length
    out.write(json ? `${JSON.stringify({ kinds })}\n` : `${kinds} kinds are registered\n`)
    return 0
  },
})
