import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../event-log.ts'
import { ReadAhead } from './read-ahead.ts'

const at = (offset: bigint) => ({ topic: 't', partition: 0, offset })
const record = (offset: number): LogRecord => ({
  ...at(BigInt(offset)),
  key: '',
  value: Buffer.alloc(0),
  headers: {},
  appendedAt: 0,
})

/** A partition of records and holes, as transactions leave them, read by a reader that jumps about. */
describe('read-ahead', () => {
  it('gives every reader exactly the records from its position on', () => {
    const offsets = fc
      .uniqueArray(fc.nat(40), { maxLength: 30 })
      .map((list) => list.sort((a, b) => a - b))
    const steps = fc.array(
      fc.record({
        jump: fc.option(fc.nat(41)),
        most: fc.integer({ min: 1, max: 9 }),
        fetch: fc.integer({ min: 1, max: 12 }),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(offsets, steps, (list, reads) => {
        const ahead = new ReadAhead(4)
        let reader = at(0n)
        for (const { jump, most, fetch } of reads) {
          if (jump !== null) reader = at(BigInt(jump))
          const from = Number(ahead.fetchOffset(reader))
          let taken = ahead.take(reader, most)
          if (taken.length === 0 && from < 41) {
            const behind = Math.min(from + fetch, 41)
            const found = list.filter((offset) => offset >= from && offset < behind)
            const fetched = {
              records: found.map(record),
              nextOffset: BigInt(behind),
              endOffset: 41n,
            }
            ahead.put(reader, { ...at(0n), ...fetched })
            taken = ahead.take(reader, most)
          }
          const expected = list
            .filter((offset) => BigInt(offset) >= reader.offset)
            .slice(0, taken.length)
          expect(taken.map(({ offset }) => Number(offset))).toEqual(expected)
          if (taken.length > 0) reader = at(taken.at(-1)!.offset + 1n)
        }
      }),
    )
  })

  it('counts the holes it passes', () => {
    let skipped = 0n
    const ahead = new ReadAhead(4, (offsets) => void (skipped += offsets))
    ahead.put(at(0n), { ...at(0n), records: [record(2), record(5)], nextOffset: 8n, endOffset: 8n })
    ahead.take(at(0n), 10)
    expect(skipped).toBe(4n)
    expect(ahead.atEnd(at(6n))).toBe(true)
    expect(ahead.fetchOffset(at(6n))).toBe(8n)
    expect(ahead.fetchOffset(at(3n))).toBe(3n)
  })
})
