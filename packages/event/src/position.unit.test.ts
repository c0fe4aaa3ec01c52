import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePositions, parsePosition, partitionName, positionText } from './position.ts'

/** Topic names that Kafka allows. */
const anyPosition = fc.record({
  topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/),
  partition: fc.nat(),
  offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
})

describe('positions', () => {
  it('come back from their text unchanged', () => {
    fc.assert(
      fc.property(anyPosition, (at) => {
        expect(parsePosition(positionText(at))).toEqual(at)
      }),
    )
  })

  it('read as topic/partition@offset', () => {
    const at = { topic: 'waggle.votes.v1', partition: 3, offset: 17n }
    expect(positionText(at)).toBe('waggle.votes.v1/3@17')
    expect(partitionName(at)).toBe('waggle.votes.v1/3')
  })

  it.each([
    '',
    'a/1',
    'a@1',
    '/1@2',
    'a/-1@2',
    'a/1@-2',
    'a/1@2 ',
    'a/1.5@2',
    'a/b/1@2',
    'a/1@0x1',
  ])('%j is none', (text) => {
    expect(parsePosition(text)).toBeUndefined()
  })

  it('have a total order that follows the offsets of a partition', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, (a, b) => {
        expect(comparePositions(a, b) + comparePositions(b, a)).toBe(0)
        expect(comparePositions(a, b) === 0).toBe(positionText(a) === positionText(b))
        expect(comparePositions(a, { ...a, offset: a.offset + 1n })).toBe(-1)
      }),
    )
  })
})
