import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { eventId } from '@waggle/event'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { resolveInfra } from '../support/infra.ts'
import { resolvePython } from '../support/python.ts'

const run = promisify(execFile)
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const ROOT = fileOf('../..')
const TYPESCRIPT_AGENT = fileOf('../../examples/typescript-agent/agent.ts')
const PYTHON_AGENT = fileOf('../../examples/python-agent/agent.py')
const ANALYST = fileOf('./polars-analyst.py')

const cluster = await resolveInfra('A cluster of native processes', [() => startDevCluster()])
const python = await resolvePython()
afterAll(() => cluster?.stop())

/** The example agent as its README runs it. */
async function typescriptAgent(): Promise<Record<string, unknown>> {
  const env = { PATH: process.env['PATH'], ...cluster!.environment }
  const { stdout } = await run(process.execPath, [TYPESCRIPT_AGENT], { cwd: ROOT, env })
  const lines = stdout.trim().split('\n')
  return Object.assign({}, ...lines.map((line) => JSON.parse(line) as object)) as never
}

describe.skipIf(cluster === undefined)('clients of a whole cluster', () => {
  it('a TypeScript agent reads its own decision back, from every view', async () => {
    expect(await typescriptAgent()).toEqual({
      hot: [true],
      redis: [true],
      clickhouse: [{ action: 'LONG', price: '5432.25', close: 5432.25 }],
    })
  })

  it.skipIf(python === undefined)(
    'an analyst has the decisions of a Python agent in polars',
    async () => {
      const environment = cluster!.environment
      const COUNT = 40
      const args = ['--swarm', 'examples', '--agent', 'py-1', '--session', 'py/1']
      await python!.run(PYTHON_AGENT, ['decide', ...args, '--count', String(COUNT)], {
        environment,
      })
      // It waits until the services have everything.
      await typescriptAgent()
      const url = environment['WAGGLE_CLICKHOUSE_URL']!
      const database = environment['WAGGLE_CLICKHOUSE_DATABASE']!
      const asAnalyst = [url, database, 'analyst', 'analyst-secret', 'examples']
      const frames = (await python!.run(ANALYST, asAnalyst)).map(
        (line) => JSON.parse(line) as Frame,
      )
      expect(frames.map(({ way }) => way)).toEqual(['clickhouse-connect', 'Parquet', 'Arrow'])
      for (const { ids, totals } of frames) {
        expect(totals.filter(({ agent }) => agent === 'py-1')).toEqual([
          {
            agent: 'py-1',
            decisions: COUNT,
            quantity: '740.000000000',
            price: '5432.250000039',
            confidence: 0.625,
            horizon_at: Date.UTC(2030, 0, 2, 3, 4, 5) * 1000 + 678_901,
            alternatives: 'FLAT',
          },
        ])
        expect(ids).toEqual(frames[0]!.ids)
        // The low half of an id is made of session and seq.
        const first = eventId('py/1', 2, 0).slice(-17)
        expect(ids[0]!.slice(-17)).toBe(first)
      }
    },
  )
})

interface Frame {
  readonly way: string
  readonly ids: readonly string[]
  readonly totals: readonly { readonly agent: string }[]
}
