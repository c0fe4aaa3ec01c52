import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { freshHttpStore, resolveClickHouse } from '../support/clickhouse.ts'
import { analyticsStoreSuite } from './analytics-store.suite.ts'

const digests = new Map<string, string>()
const folders: string[] = []
const server = await resolveClickHouse()
afterAll(async () => {
  await server?.stop()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

analyticsStoreSuite(
  'chdb',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waggle-chdb-'))
    folders.push(folder)
    return openChdbStore(folder)
  },
  (digest) => void digests.set('chdb', digest),
)

describe.skipIf(server === undefined)('over HTTP', () => {
  let databases = 0
  analyticsStoreSuite(
    `HTTP (${server?.kind})`,
    () => freshHttpStore(server!.options, `suite_${databases++}`),
    (digest) => void digests.set('http', digest),
  )

  it('gives the same digest as chdb', () => {
    expect(digests.get('http')).toBe(digests.get('chdb'))
  })
})
