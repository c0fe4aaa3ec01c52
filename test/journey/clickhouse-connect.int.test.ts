import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type ClickHouseServer } from '@waggle-infra/native/clickhouse'
import { resolvePython } from '../support/python.ts'

const SCRIPT = fileURLToPath(new URL('./clickhouse-connect.py', import.meta.url))

const python = await resolvePython()

describe.skipIf(python === undefined)("Python's clickhouse-connect", () => {
  let server: ClickHouseServer
  beforeAll(async () => void (server = await startClickHouse()))
  afterAll(async () => {
    await server.stop()
    await rm(server.folder, { recursive: true, force: true })
  })

  it('queries, binds and inserts, with every compression it knows', async () => {
    const lines = await python!.run(SCRIPT, [new URL(server.url).port])
    expect(JSON.parse(lines.join('\n'))).toEqual({
      version: expect.stringMatching(/^\d+\.\d+/),
      bound: [10, "tab\t'\\;"],
      command: 20_000,
      tables: 1,
      insert: expect.stringContaining('READONLY'),
      file: expect.stringContaining('ACCESS_DENIED'),
      password: expect.stringContaining('AUTHENTICATION_FAILED'),
    })
  })
})
