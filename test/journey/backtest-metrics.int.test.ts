import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { performanceOf } from '@waggle/backtest'
import { seededRandom } from '@waggle/base'
import { resolvePython } from '../support/python.ts'

const SCRIPT = fileURLToPath(new URL('./backtest-metrics.py', import.meta.url))
const python = await resolvePython()

/** Series of equity with drift, fat tails and jumps. */
function cases() {
  const random = seededRandom(11)
  return Array.from({ length: 200 }, (_, index) => {
    const values = [100_000]
    for (let period = 0; period < 5 + index * 3; period++) {
      const jump = random.next() < 0.03 ? 5 : 1
      values.push(values.at(-1)! * (1 + (random.next() - 0.49) * 0.02 * jump))
    }
    return { values, periodsPerYear: index % 2 === 0 ? 252 : 52, trials: 1 + (index % 40) }
  })
}

describe('metrics computed in Python, from their definitions', () => {
  it.skipIf(python === undefined)('are those of the report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-metrics-'))
    const file = join(folder, 'cases.jsonl')
    const given = cases()
    writeFileSync(file, given.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const lines = await python!.run(SCRIPT, [file])
    rmSync(folder, { recursive: true })
    expect(lines).toHaveLength(given.length)
    for (const [index, { values, ...options }] of given.entries()) {
      const { maxDrawdown, ...ours } = performanceOf(values, options)
      const found: Record<string, number | undefined> = {
        ...ours,
        depth: maxDrawdown.depth,
        trough: maxDrawdown.trough,
      }
      const theirs = JSON.parse(lines[index]!) as Record<string, number>
      expect(Object.keys(found).toSorted()).toEqual(Object.keys(theirs).toSorted())
      for (const [name, value] of Object.entries(theirs)) {
        const off = Math.abs(found[name]! - value) / Math.max(1, Math.abs(value))
        expect({ index, name, close: off < 1e-9 }).toEqual({ index, name, close: true })
      }
    }
  })
})
