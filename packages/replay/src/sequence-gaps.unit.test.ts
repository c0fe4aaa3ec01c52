import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingOf } from './sequence-gaps.ts'

describe('missing sequence numbers', () => {
  it('are exactly those below the largest that were not seen', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (seqs) => {
        const missing = missingOf(seqs).flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, index) => from + index),
        )
        const wanted = Array.from({ length: Math.max(0, ...seqs) }, (_, index) => index + 1)
        expect(missing).toEqual(wanted.filter((seq) => !seqs.includes(seq)))
      }),
    )
  })
})
