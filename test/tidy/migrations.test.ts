import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingStatements, readMigrations, TABLE_KINDS } from '@waggle/view-analytics'
import {
  CLUSTER_FOLDER,
  renderCluster,
  renderNext,
} from '../../packages/view-analytics/scripts/generate.ts'
import { ROOT } from './tree.ts'

const released = JSON.parse(
  readFileSync(join(ROOT, 'infra/clickhouse/released.json'), 'utf8'),
) as Record<string, string>
const migrations = readMigrations()

describe('migrations', () => {
  it('never change once released', () => {
    const sums = migrations.map(({ name, text }) => [
      name,
      createHash('sha256').update(text).digest('hex'),
    ])
    expect(Object.fromEntries(sums)).toMatchObject(released)
  })

  it('are numbered without gaps, the unreleased ones last', () => {
    expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(
      migrations.map((_, index) => index + 1),
    )
    const names = migrations.map(({ name }) => name)
    expect(Object.keys(released)).toEqual(names.slice(0, Object.keys(released).length))
  })

  it('say all that the schemas ask for: npm run generate', () => {
    expect(missingStatements(migrations)).toEqual([])
    expect(renderNext(migrations)).toBeUndefined()
  })

  it('name what is missing', () => {
    const older = migrations.map(({ name, text }) => ({
      name,
      text: text
        .replace('    choice LowCardinality(String) CODEC(ZSTD),\n', '')
        .replace('    weight Float64', '    weight Float32'),
    }))
    const next = renderNext(older)
    const number = String(migrations.length + 1).padStart(4, '0')
    expect(next?.name).toBe(`${number}_columns.sql`)
    expect(missingStatements(older)).toEqual([
      'ALTER TABLE agents MODIFY COLUMN weight Float64',
      'ALTER TABLE relations MODIFY COLUMN weight Float64',
      'ALTER TABLE votes ADD COLUMN IF NOT EXISTS choice LowCardinality(String) CODEC(ZSTD) AFTER proposal',
    ])
    expect(missingStatements([...older, next!])).toEqual([])
    expect(missingStatements([])).toHaveLength(TABLE_KINDS.length)
  })

  it('have a fresh cluster variant: npm run generate', () => {
    const written = readdirSync(CLUSTER_FOLDER).map((name) => ({
      name,
      text: readFileSync(join(CLUSTER_FOLDER, name), 'utf8'),
    }))
    expect(written).toEqual(migrations.map(renderCluster))
  })
})
