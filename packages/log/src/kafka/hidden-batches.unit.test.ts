import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CONTROL_BATCH,
  hiddenBatches,
  IN_TRANSACTION,
  type AbortedTransaction,
  type BatchOrigin,
} from './hidden-batches.ts'

interface Placed extends BatchOrigin {
  readonly aborted: AbortedTransaction | undefined
  readonly visible: boolean
}

const marker = (type: number): Buffer => Buffer.from([0, 0, 0, type])

/** A partition of batches of one offset, by the acts of some producers. */
function placed(acts: readonly { producer: number; act: string }[], outcomes: boolean[]): Placed[] {
  const open = new Map<number, { aborted: AbortedTransaction | undefined }>()
  return acts.map(({ producer, act }, index): Placed => {
    const at = { lastOffset: BigInt(index), producerId: BigInt(producer) }
    const transaction = open.get(producer)
    if (act === 'end' && transaction !== undefined) {
      open.delete(producer)
      const { aborted } = transaction
      const key = marker(aborted === undefined ? 1 : 0)
      const attributes = IN_TRANSACTION | CONTROL_BATCH
      return { ...at, attributes, key, aborted, visible: false }
    }
    // A key that looks like a marker's is still a record's.
    const key = index % 3 === 0 ? marker(0) : null
    if (act !== 'transactional') {
      return { ...at, producerId: -1n, attributes: 0, key, aborted: undefined, visible: true }
    }
    const begun = transaction ?? {
      aborted: outcomes[index % outcomes.length]!
        ? undefined
        : { producerId: at.producerId, firstOffset: at.lastOffset },
    }
    open.set(producer, begun)
    const { aborted } = begun
    return { ...at, attributes: IN_TRANSACTION, key, aborted, visible: aborted === undefined }
  })
}

describe('hidden batches', () => {
  it('shows exactly what is committed, wherever an answer starts and ends', () => {
    const acts = fc.array(
      fc.record({
        producer: fc.nat(3),
        act: fc.constantFrom('transactional', 'transactional', 'end', 'plain'),
      }),
      { minLength: 1, maxLength: 40 },
    )
    const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(acts, outcomes, fc.nat(40), fc.nat(40), (list, results, start, length) => {
        const answer = placed(list, results).slice(start, start + length)
        const aborted = new Set(answer.flatMap((batch) => batch.aborted ?? []))
        const isHidden = hiddenBatches([...aborted].reverse())
        expect(answer.map((batch) => !isHidden(batch))).toEqual(
          answer.map(({ visible }) => visible),
        )
      }),
    )
  })
})
