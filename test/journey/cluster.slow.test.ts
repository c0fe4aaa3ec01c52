import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { runWaggle } from '@waggle-services/cli'
import { resolveInfra } from '../support/infra.ts'

const cluster = await resolveInfra('A cluster of native processes', [() => startDevCluster()])
afterAll(() => cluster?.stop())

const MAIN = fileURLToPath(new URL('../../services/demo/src/main.ts', import.meta.url))
const UNTIL = ['--until', '2000-12-29']

async function runDemo(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const environment = { PATH: process.env['PATH'], ...cluster!.environment }
  const child = spawn(process.execPath, [MAIN, ...UNTIL, ...args], { env: environment })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, output }
}

/** The rows of the last table: view, digest as kept, digest as rebuilt. */
function digestsIn(output: string): Record<string, string[]> {
  const rows = [...output.matchAll(/│ (hot-view|coordination|analytics) +│ (\w+) │ (\w+) │/g)]
  return Object.fromEntries(rows.map(([, view, live, rebuilt]) => [view, [live!, rebuilt!]]))
}

async function recount(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string }> {
  let text = ''
  const code = await runWaggle(['recount', ...argv], environment, {
    write: (part) => void (text += part),
  })
  return { code, text }
}

describe.skipIf(cluster === undefined)('the demo on a cluster', () => {
  it('gives the digests that it gives embedded, in the stores of the services and rebuilt', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waggle-embedded-'))
    const embedded = await runDemo(['--data', folder, '--quiet'])
    const recounted = await recount(['--data', folder], {})
    await rm(folder, { recursive: true, force: true })
    const clustered = await runDemo(['--cluster', '--quiet'])
    expect(clustered.output).toContain('the same answer')
    expect([embedded.code, clustered.code]).toEqual([0, 0])
    const digests = digestsIn(clustered.output)
    expect(Object.keys(digests).sort()).toEqual(['analytics', 'coordination', 'hot-view'])
    for (const [live, rebuilt] of Object.values(digests)) expect(live).toBe(rebuilt)
    expect(digests).toEqual(digestsIn(embedded.output))
    // Votes and locks counted again from either log are what that log says, and the same.
    expect(recounted.text).toMatch(/^proposal_result +[1-9]\d* +0 +0 +0$/m)
    expect(await recount([], cluster!.environment)).toEqual({ code: 0, text: recounted.text })
  })

  it('shows the state, the lag and the metrics of every service', async () => {
    for (const url of cluster!.environment['WAGGLE_SERVICE_URLS']!.split(',')) {
      const ready = await fetch(`${url}/ready`)
      expect(ready.status).toBe(200)
      const { projections, ...rest } = (await ready.json()) as { projections: object[] }
      expect(rest).toMatchObject({ state: 'ok', log: { state: 'up' } })
      expect(projections.length).toBeGreaterThan(0)
      for (const projection of projections)
        expect(projection).toMatchObject({ state: 'running', lag: '0' })
      const metrics = await (await fetch(`${url}/metrics`)).text()
      expect(metrics).toMatch(/^waggle_service_up\{service="[a-z-]+"\} 1$/m)
      expect(metrics).toMatch(/^waggle_projection_lag_records\{projection="[a-z-]+",.*\} 0$/m)
      expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
      expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405)
    }
  })
})
