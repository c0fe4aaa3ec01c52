import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readerProblems } from '@waggle/codec'
import { isUnion, valueBranch, type AvroRecord, type AvroType } from '@waggle/event'
import {
  renderAll,
  renderAsyncApi,
  readSchemaFiles,
} from '../../packages/event/scripts/generate.ts'
import { ROOT } from './tree.ts'

const envelope = JSON.parse(readFileSync(join(ROOT, 'schemas/envelope.avsc'), 'utf8')) as AvroRecord
const files = readSchemaFiles()

/** What the subset of schemas/README.md forbids in a type. */
export function subsetProblems(
  type: AvroType,
  path: string,
  inside: readonly string[] = [],
): string[] {
  if (isUnion(type)) {
    const optional = type.length === 2 && type[0] === 'null'
    return [
      ...(optional ? [] : [`${path}: a union other than ["null", T]`]),
      ...subsetProblems(valueBranch(type), path, inside),
    ]
  }
  if (typeof type === 'string') return inside.includes(type) ? [`${path}: recursion`] : []
  const names = type.name === undefined ? inside : [...inside, type.name]
  const item = type.items ?? type.values
  const record = typeof item === 'object' && !isUnion(item) && item.type === 'record'
  return [
    ...(type.type === 'map' && record ? [`${path}: a map of records`] : []),
    ...(item === 'null' || (record && (item as AvroRecord).fields.length === 0)
      ? [`${path}: items without bytes`]
      : []),
    ...(item === undefined ? [] : subsetProblems(item, `${path}[]`, names)),
    ...(type.fields ?? []).flatMap((field) =>
      subsetProblems(field.type, `${path}.${field.name}`, names),
    ),
  ]
}

describe('schemas', () => {
  it.each(files)('$kind starts with the envelope and stays in the subset', ({ schema }) => {
    const record = schema as unknown as AvroRecord
    expect(record.fields.slice(0, envelope.fields.length)).toEqual(envelope.fields)
    expect(subsetProblems(record, record.name)).toEqual([])
  })

  it.each(files)('$kind reads every version ever released', ({ kind, schema }) => {
    const history = join(ROOT, 'schemas/history', kind.replaceAll('_', '-'))
    const versions = readdirSync(history)
    expect(versions.length).toBeGreaterThan(0)
    for (const version of versions) {
      const released = JSON.parse(readFileSync(join(history, version), 'utf8')) as AvroType
      expect(readerProblems(schema as unknown as AvroType, released)).toEqual([])
    }
  })

  it('the checks can fail', () => {
    const empty = { type: 'record', name: 'E', fields: [] } as const
    expect(subsetProblems({ type: 'map', values: empty }, 'x')).toHaveLength(2)
    expect(subsetProblems(['string', 'null'], 'x')).toHaveLength(1)
    expect(
      subsetProblems({ type: 'record', name: 'R', fields: [{ name: 'r', type: 'R' }] }, 'x'),
    ).toHaveLength(1)
    const added = {
      ...envelope,
      fields: [...envelope.fields, { name: 'new', type: 'int' }],
    } as AvroType
    expect(readerProblems(added, envelope)).toHaveLength(1)
  })

  it('what is generated from them is fresh: npm run generate', async () => {
    for (const [path, text] of [...renderAll(), await renderAsyncApi()])
      expect(readFileSync(path, 'utf8')).toBe(text)
  })
})
