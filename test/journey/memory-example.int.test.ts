import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const AGENT = fileURLToPath(new URL('../../examples/memory-agent/agent.ts', import.meta.url))

it('the agent of the example learns from outcomes, and knows what it knew', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [AGENT])
  const said = Object.assign(
    {},
    ...stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ) as object
  expect(said).toEqual({
    failed: 0,
    lessons: { now: 29, past: 7 },
    onlyEarlier: true,
    worked: ['LONG', 10, 8, 'CANDIDATE'],
    evidence: true,
  })
})
