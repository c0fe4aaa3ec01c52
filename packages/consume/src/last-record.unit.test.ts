import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Position } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { lastRecordBefore } from './last-record.ts'

const at = (offset: number): Position => ({ topic: 't', partition: 0, offset: BigInt(offset) })

/** A partition with records at these offsets only. */
const logOf = (offsets: readonly number[]) => ({
  read: async (from: Position, maxRecords: number): Promise<LogRecord[]> =>
    offsets
      .filter((offset) => offset >= from.offset)
      .slice(0, maxRecords)
      .map((offset) => ({
        ...at(offset),
        key: '',
        value: Buffer.alloc(0),
        headers: {},
        appendedAt: 0,
      })),
})

describe('the last record before an end', () => {
  it('is found wherever the holes are', async () => {
    const offsets = fc
      .uniqueArray(fc.nat(60), { maxLength: 20 })
      .map((list) => list.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(offsets, fc.nat(60), fc.nat(60), async (list, from, end) => {
        const wanted = list.findLast((offset) => offset >= from && offset < end)
        const found = await lastRecordBefore(logOf(list), at(from), BigInt(end))
        expect(found).toEqual(wanted === undefined ? undefined : at(wanted))
      }),
    )
  })
})
