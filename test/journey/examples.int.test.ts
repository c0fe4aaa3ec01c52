import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const exampleOf = (path: string): string =>
  fileURLToPath(new URL(`../../examples/${path}`, import.meta.url))
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'waggle-examples-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function linesOf(path: string, ...args: string[]): Promise<string[]> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [exampleOf(path), ...args], { cwd: folder })
  return stdout.trim().split('\n')
}
const saidBy = async (path: string, ...args: string[]): Promise<unknown[]> =>
  (await linesOf(path, ...args)).map((line) => JSON.parse(line) as unknown)

test('the first agent recalls what it remembered, also in its next life', async () => {
  expect(await linesOf('first-agent/agent.ts')).toEqual([expect.stringContaining('experience')])
  expect(await linesOf('first-agent/agent.ts')).toEqual([
    expect.stringContaining('experience experience'),
  ])
})

test('the graph stops at its question, and another process goes on with the answer', async () => {
  const graph = (...args: string[]) => saidBy('langgraph/graph.ts', ...args, join(folder, 'data'))
  expect(await graph('ask', 'no')).toEqual([
    { notes: ['start', 'SPX breaks out'], next: ['ask'], asked: 'Buy SPX?' },
  ])
  expect(await graph('answer', 'yes')).toEqual([
    { notes: ['start', 'SPX breaks out', 'LONG'], next: [], asked: null },
  ])
})

test('the monitor warns once of what comes twice, and a broken line stops nothing', async () => {
  const headlines = exampleOf('news-monitor/headlines.jsonl')
  expect(await saidBy('news-monitor/monitor.ts', headlines, join(folder, 'data'))).toEqual([
    { line: 4, skipped: 'is no headline' },
    {
      warnings: [
        ['CRITICAL', 'Lehman Brothers files for bankruptcy'],
        ['HIGH', 'Exchange halts trading in one stock'],
        ['MEDIUM', 'Retailer beats estimates, stock rises'],
      ],
    },
  ])
})
