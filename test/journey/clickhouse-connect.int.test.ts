import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type ClickHouseServer } from '@waggle-infra/native/clickhouse'
import { resolveInfra } from '../support/infra.ts'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('./clickhouse-connect.py', import.meta.url))
const PACKAGES = ['clickhouse-connect==1.12.0', 'lz4==4.4.5']

const folder = await mkdtemp(join(tmpdir(), 'waggle-python-'))
const python = await resolveInfra('Python with clickhouse-connect', [
  async () => {
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin/pip'), ['install', '--quiet', ...PACKAGES])
    return join(folder, 'bin/python')
  },
])

describe.skipIf(python === undefined)("Python's clickhouse-connect", () => {
  let server: ClickHouseServer
  beforeAll(async () => void (server = await startClickHouse()))
  afterAll(async () => {
    await server.stop()
    await rm(server.folder, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  })

  it('queries, binds and inserts, with every compression it knows', async () => {
    const { stdout } = await run(python!, [SCRIPT, new URL(server.url).port])
    expect(JSON.parse(stdout)).toEqual({
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
