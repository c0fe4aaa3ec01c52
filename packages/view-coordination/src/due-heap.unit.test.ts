import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { popDue, pushDue, retainDue, type Due, type DueHeap } from './due-heap.ts'

const dues = fc
  .array(fc.nat(9), { maxLength: 60, size: 'max' })
  .map((times) => times.map((at, offset): Due => ({ at, offset, key: `${offset}` })))
const sorted = (list: readonly Due[]): Due[] =>
  list.toSorted((a, b) => a.at - b.at || a.offset - b.offset)

function drain(heap: DueHeap): Due[] {
  const out: Due[] = []
  for (let next = popDue(heap); next !== undefined; next = popDue(heap)) out.push(next)
  return out
}

describe('what is due', () => {
  it('comes earliest first, and of one time in the order of the partition', () => {
    fc.assert(
      fc.property(dues, (list) => {
        const heap: DueHeap = []
        for (const due of list) pushDue(heap, due)
        expect(drain(heap)).toEqual(sorted(list))
      }),
    )
  })

  it('keeps its order whatever is taken out, thrown out and put in between', () => {
    fc.assert(
      fc.property(
        dues,
        dues,
        fc.nat(20),
        fc.integer({ min: 1, max: 4 }),
        (first, more, taken, nth) => {
          const heap: DueHeap = []
          for (const due of first) pushDue(heap, due)
          const left = sorted(first)
            .slice(taken)
            .filter(({ offset }) => offset % nth === 0)
          for (let count = 0; count < taken; count++) popDue(heap)
          retainDue(heap, ({ offset }) => offset % nth === 0)
          const later = more.map((due) => ({ ...due, offset: due.offset + 100 }))
          for (const due of later) pushDue(heap, due)
          expect(drain(heap)).toEqual(sorted([...left, ...later]))
        },
      ),
    )
  })
})
