import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settleRound, takeRound, type PendingAppend, type PlacedAppend } from './produce-round.ts'

const PLACES = [0, 1, 2].map((partition) => ({ topic: 't', partition, bytesMax: 100 }))

interface Call {
  readonly append: PendingAppend
  readonly result: () => { offset: bigint; partition: number }[] | undefined
}

function call(records: readonly { partition: number; bytes: number }[]): Call {
  let result: { offset: bigint; partition: number }[] | undefined
  const placed = records.map(({ partition, bytes }, index): PlacedAppend => ({
    record: { topic: 't', key: String(index), value: Buffer.alloc(0) },
    at: PLACES[partition]!,
    bytes,
  }))
  const append: PendingAppend = {
    records: placed,
    results: [],
    taken: 0,
    resolve: (results) => void (result = results),
    reject: () => {},
  }
  return { append, result: () => result }
}

const records = fc.array(
  fc.record({ partition: fc.nat(2), bytes: fc.integer({ min: 1, max: 100 }) }),
  { maxLength: 12 },
)

describe('rounds of a produce queue', () => {
  it('keeps within the bounds, keeps the order and answers every call with its own offsets', () => {
    fc.assert(
      fc.property(
        fc.array(records, { maxLength: 8 }),
        fc.integer({ min: 100, max: 300 }),
        (sizes, most) => {
          const calls = sizes.map(call)
          const queue = calls.map(({ append }) => append)
          const partitions: PlacedAppend['record'][][] = [[], [], []]
          while (queue.length > 0) {
            const round = takeRound(queue, most)
            const bytes = round.batches.map((batch) => batch.bytes)
            expect(Math.max(0, ...bytes)).toBeLessThanOrEqual(100)
            expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(most)
            const bases = round.batches.map(({ at: { partition }, records: batch }) => {
              const base = BigInt(partitions[partition]!.length)
              partitions[partition]!.push(...batch)
              return base
            })
            settleRound(round, bases)
          }
          for (const { append, result } of calls) {
            const offsets = result()!
            expect(offsets).toHaveLength(append.records.length)
            offsets.forEach(({ partition, offset }, index) => {
              expect(partitions[partition]![Number(offset)]).toBe(append.records[index]!.record)
            })
          }
          const sent = partitions.map((list) => list.length).reduce((a, b) => a + b, 0)
          expect(sent).toBe(sizes.flat().length)
          partitions.forEach((list, partition) => {
            const inOrder = calls.flatMap(({ append }) =>
              append.records
                .filter(({ at }) => at.partition === partition)
                .map(({ record }) => record),
            )
            expect(list).toEqual(inOrder)
          })
        },
      ),
    )
  })
})
