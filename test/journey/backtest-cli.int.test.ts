import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runWaggle } from '@waggle-services/cli'

const EXAMPLE = fileURLToPath(new URL('../../examples/backtest', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'waggle-backtest-'))
const data = join(folder, 'data')

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(EXAMPLE, 'record-bars.ts'), data])
})
afterAll(() => rmSync(folder, { recursive: true }))

async function waggle(agent: string, ...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const out = { write: (more: string) => void (text += more) }
  const days = ['--from', '2001-01-01', '--to', '2003-12-31']
  const code = await runWaggle(['backtest', agent, '--data', data, ...days, ...argv], {}, out)
  return { code, text }
}

/** The part of a report that the tests look at. */
interface Said {
  readonly status: string
  readonly digest: string
  readonly settings: Record<string, unknown>
  readonly observed: { readonly events: number; readonly steps: number }
  readonly fills: readonly { at: string; price: string; fee: string; quantity: string }[]
  readonly curve: { readonly equity: readonly string[] }
  readonly forecasts: { readonly judged: number }
  readonly lookAhead: readonly { kind: string; at: string }[]
  readonly failures: readonly object[]
}
const reported = (text: string): Said => JSON.parse(text) as Said

describe('waggle backtest', () => {
  const agent = join(EXAMPLE, 'agent.ts')

  it('tests the agent of the example on the bars of the demo, the same every time', async () => {
    const costs = join(folder, 'costs.json')
    writeFileSync(costs, JSON.stringify({ commissionBps: 1, commissionMinimum: '1.5' }))
    const first = await waggle(agent, '--costs', costs, '--json')
    expect(first.code).toBe(0)
    const report = reported(first.text)
    expect(report).toMatchObject({ status: 'COMPLETE', lookAhead: [], failures: [] })
    // 750 trading days from 2001 to 2003, after 252 of the year before.
    expect(report.observed).toEqual({ events: 1004, steps: 752, waitingOrders: 0 })
    expect(report.settings).toMatchObject({ swarm: 'desk', recordedRun: null, fillAt: 'next-open' })
    expect(report.fills.length).toBeGreaterThan(4)
    for (const { at, fee } of report.fills) {
      expect(at).toMatch(/T21:00:00.000000Z$/)
      expect(Number(fee)).toBeGreaterThanOrEqual(1.5)
    }
    expect(report.forecasts.judged).toBeGreaterThan(700)
    expect((await waggle(agent, '--costs', costs, '--json')).text).toBe(first.text)
  })

  it('tests a program of the SDK with its memory, the same every time', async () => {
    const program = join(EXAMPLE, 'program.ts')
    const short = ['--to', '2001-04-30', '--json']
    const { code, text } = await waggle(program, ...short)
    const report = reported(text)
    expect([code, report.failures]).toEqual([0, []])
    expect(report.observed.steps).toBe(82)
    expect(report.fills.length).toBeGreaterThan(0)
    expect(report.forecasts.judged).toBeGreaterThan(70)
    expect(reported((await waggle(program, ...short)).text).digest).toBe(report.digest)
  })

  it('says it for people, writes a page, and keeps what was said where it is told to', async () => {
    const page = join(folder, 'report.html')
    const kept = ['--keep', '--as', 'kept-1', '--html', page]
    const { code, text } = await waggle(agent, ...kept)
    expect(code).toBe(0)
    expect(text).toMatch(
      /agent, 2001-01-01 to 2003-12-31: 1004 events, 752 steps, run kept-1, seed 1/,
    )
    expect(text).toMatch(/max drawdown +\d+\.\d\d %/)
    expect(readFileSync(page, 'utf8')).toContain('<title>Backtest: agent, 2001-01-01 to 2003-12-31')
    const replayed = { text: '' }
    const out = { write: (more: string) => void (replayed.text += more) }
    const argv = ['replay', '--data', data, '--run', 'kept-1', '--kind', 'fill', '--json']
    expect(await runWaggle(argv, {}, out)).toBe(0)
    expect(replayed.text.trim().split('\n').length).toBeGreaterThan(4)
    // What is there is not written over.
    await expect(waggle(agent, ...kept)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('ends with 1 where the agent tried to look ahead, and says where', async () => {
    const cheat = join(folder, 'cheat.ts')
    writeFileSync(
      cheat,
      'export default (_observation, context) => void context.events({ asOf: Infinity })',
    )
    const { code, text } = await waggle(cheat)
    expect(code).toBe(1)
    expect(text).toMatch(/! LOOK AHEAD AS_OF at 2001-01-02T21:00:00/)
  })

  it('refuses what it cannot do', async () => {
    const empty = join(folder, 'empty.ts')
    writeFileSync(empty, 'export const nothing = 1')
    await expect(waggle(join(folder, 'missing.ts'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(waggle(empty)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    for (const [argv, what] of [
      [['--costs', '{"commision": 1}'], /commision/],
      [['--costs', '{"commissionBps": -1}'], /commissionBps/],
      [['--costs', '{"slippageBps": 1, "volumeShare": 0.1}'], /not both/],
      [['--costs', join(folder, 'none.json')], /no such file/],
      [['--cash', 'much'], /cash/],
      [['--to', 'tomorrow'], /to: is no time/],
      [['--fill', 'best'], /fill/],
    ] as const) {
      const failing = expect(waggle(agent, ...argv)).rejects
      await failing.toMatchObject({ code: 'CONFIG_INVALID' })
      await expect(waggle(agent, ...argv)).rejects.toThrow(what)
    }
  })
})
