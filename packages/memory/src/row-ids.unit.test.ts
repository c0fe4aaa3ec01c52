import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowIds, type RowIdsDump } from './row-ids.ts'

const anyId = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  // Few differ in the last words alone, so they meet in the table.
  fc.nat(40).map((n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`),
  fc.nat(40).map((n) => `0000000${n % 10}-0000-7000-8000-000000000000`),
  fc.string({ maxLength: 40 }),
)

const anyStep = fc.oneof(
  { weight: 12, arbitrary: fc.record({ push: anyId }) },
  { weight: 4, arbitrary: fc.record({ remove: fc.nat() }) },
  fc.constant({ compact: true }),
  fc.constant({ reload: true }),
  fc.constant({ old: true }),
)

const reloaded = (dump: unknown): RowIds => {
  const ids = new RowIds()
  ids.load(deserialize(serialize(dump)) as RowIdsDump)
  return ids
}

describe('ids of rows', () => {
  it('are what a map and an array would hold, whatever was removed, moved or reloaded', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 250 }), fc.array(anyId), (steps, others) => {
        let ids = new RowIds()
        let rows: (string | undefined)[] = []
        for (const step of steps) {
          if ('push' in step) {
            if (rows.includes(step.push)) continue
            expect(ids.push(step.push)).toBe(rows.push(step.push) - 1)
          } else if ('remove' in step) {
            const row = step.remove % Math.max(1, rows.length)
            if (rows[row] === undefined) continue
            ids.remove(row)
            rows[row] = undefined
          } else if ('compact' in step) {
            const moved: [number, number][] = []
            ids.compact((from, to) => void moved.push([from, to]))
            expect(moved).toEqual(
              [...rows.keys()].filter((row) => rows[row] !== undefined).map((row, to) => [row, to]),
            )
            rows = rows.filter((id) => id !== undefined)
          } else ids = reloaded('old' in step ? rows : ids.dump())
        }
        const there = rows.flatMap((id, row) => (id === undefined ? [] : [[id, row] as const]))
        expect([ids.length, ids.length - ids.gone]).toEqual([rows.length, there.length])
        expect([...ids.entries()]).toEqual(there)
        for (const id of [...others, ...rows.filter((one) => one !== undefined)])
          expect(ids.rowOf(id)).toBe(rows.includes(id) ? rows.indexOf(id) : undefined)
        expect(rows.map((_, row) => ids.has(row))).toEqual(rows.map((id) => id !== undefined))
      }),
      { numRuns: 300 },
    )
  })
})
