import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isoOf, manualClock, silentLogger } from '@waggle/base'
import { positionText } from '@waggle/event'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus } from '@waggle-services/embedded'

const START = Date.UTC(2020, 0, 1) * 1000
const DECISION = { kind: 'decision', context: '', confidence: 0.5, reasoning: 'r' } as const
const UNIT = 1_000_000_000n

let data: string
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'waggle-fork-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

/** Three bars that rise; ann buys at the second. Where she decides, and when. */
async function play(): Promise<{ at: string; position: string }> {
  const clock = manualClock(START)
  const bus = await openEmbeddedBus(
    { dataDir: data, analytics: 'off', tickMs: 0 },
    { clock, logger: silentLogger },
  )
  const [feed, ann] = ['feed', 'ann'].map((agent) =>
    bus.emitter({ swarm: 'hive', agent, session: agent }),
  )
  for (const emitter of [feed!, ann!])
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  let where = { at: '', position: '' }
  for (const price of [1n, 2n, 3n]) {
    clock.advance(1_000_000)
    const close = price * UNIT
    const bar = await feed!.emit({
      kind: 'bar',
      instrument: 'X',
      interval: 'P1D',
      open: close,
      high: close,
      low: close,
      close,
      volume: 0n,
    })
    clock.advance(1000)
    if (price !== 2n) continue
    const cause = bar.event.id
    const decided = await ann!.emit({ ...DECISION, action: 'BUY', cause, trajectory: 't' })
    where = { at: isoOf(clock.now() - 10), position: positionText(decided.position) }
    clock.advance(1000)
    await ann!.emit({
      kind: 'fill',
      decision: decided.event.id,
      instrument: 'X',
      quantity: UNIT,
      price: close,
      fee: 0n,
      cause: decided.event.id,
      trajectory: 't',
    })
  }
  await bus.caughtUp(20_000)
  await bus.stop()
  return where
}

async function waggle(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const code = await runWaggle(
    [...argv, '--data', data],
    {},
    { write: (more: string) => void (text += more) },
  )
  return { code, text }
}

function changeFile(text: string): string {
  const path = join(data, 'change.mjs')
  writeFileSync(path, text)
  return path
}

describe('waggle fork', () => {
  it('without a change does the same, and diff says so', async () => {
    const { at } = await play()
    const forked = await waggle('fork', '--name', 'same', '--at', at)
    expect(forked).toMatchObject({ code: 0 })
    expect(forked.text).toContain('fork:same: 3 steps taken over, 0 said anew, 0 left out')
    const diff = await waggle('diff', 'live', 'fork:same')
    expect(diff.code).toBe(0)
    expect(diff.text).toContain('Gain of A 1.00, of B 1.00\nThe runs did the same.')
  })

  it('replaces an agent by a module: names where it began and what it cost', async () => {
    const { position } = await play()
    const change = changeFile(`export default { agents: { ann: ({ event }) => event.kind === 'bar'
      ? [{ kind: 'decision', action: 'WAIT', context: '', confidence: 0.5, reasoning: 'r', trajectory: 't' }] : [] } }`)
    const at = isoOf(START + 1_001_000 + 500_000)
    const { code, text } = await waggle('fork', '--name', 'wait', '--at', at, '--change', change)
    expect(code).toBe(0)
    expect(text).toContain('fork:wait: 2 steps taken over, 2 said anew, 0 left out')
    expect(text).toContain('Gain of A 1.00, of B 0.00')
    expect(text).toMatch(/First divergence: .* ann decision t #1: BUY \| WAIT \(action\)/)
    expect(text).toMatch(/ {2}bar of feed: .*\n {4}decision of ann: WAIT/)
    const diff = await waggle('diff', 'live', 'fork:wait', '--json')
    expect(diff.code).toBe(1)
    const [summary, ...rows] = diff.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(summary.divergences).toBe(rows.length)
    expect(rows[0]).toMatchObject({
      agent: 'ann',
      fields: ['action'],
      a: { action: 'BUY', position },
    })
  })

  it('forks before a position, leaves recounts as they are, and refuses bad arguments', async () => {
    const { position } = await play()
    const before = await waggle('fork', '--name', 'x', '--before', position)
    expect(before.code).toBe(0)
    await expect(waggle('fork', '--name', 'x')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(
      waggle('fork', '--name', 'y', '--before', 'waggle.bars.v1/0@99'),
    ).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await expect(
      waggle('fork', '--name', 'y', '--before', position, '--change', 'none.ts'),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(waggle('diff', 'live')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(waggle('diff', 'live', 'fork:none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    // Recounting leaves forks alone.
    expect((await waggle('recount')).code).toBe(0)
  })
})
