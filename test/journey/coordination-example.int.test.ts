import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { resolveInfra } from '../support/infra.ts'

const AGENT = fileURLToPath(new URL('../../examples/coordination/agent.ts', import.meta.url))

/** What the program says, one line each. */
async function runAgent(environment: Readonly<Record<string, string>>): Promise<object> {
  const { stdout } = await promisify(execFile)(process.execPath, [AGENT], {
    env: { PATH: process.env['PATH'], ...environment },
  })
  return Object.assign(
    {},
    ...stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  )
}

const SAID = {
  vote: { status: 'APPROVED', turnout: 0.75 },
  holding: { quantity: '10000000000' },
  memory: { trades: 3 },
  signal: { inbox: ['volatility doubled'], open: 0 },
  message: { answer: '15' },
}

it('the agents of the example agree, embedded', async () => {
  expect(await runAgent({})).toEqual(SAID)
})

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: ['coordinator'] }),
])
afterAll(() => cluster?.stop())

describe.skipIf(cluster === undefined)('on a cluster', () => {
  it('the agents of the example agree as well', async () => {
    expect(await runAgent(cluster!.environment)).toEqual(SAID)
  })
})
