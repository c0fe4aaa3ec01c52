import { describe, expect, it } from 'vitest'
import { checkTopics } from './topic-spec.ts'

const wanted = [
  { name: 'a', partitions: 4, settings: { 'retention.ms': '-1' } },
  { name: 'b', partitions: 1, settings: {} },
]

describe('topics as they have to be', () => {
  it('takes topics that match, and says nothing of those that are missing', () => {
    const found = new Map([
      ['a', { partitions: 4, settings: { 'retention.ms': '-1', other: 'x' } }],
    ])
    expect(() => checkTopics(wanted, found)).not.toThrow()
  })

  it('lists every difference at once', () => {
    const found = new Map([
      ['a', { partitions: 3, settings: { 'retention.ms': '604800000' } }],
      ['b', { partitions: 2, settings: {} }],
    ])
    expect(() => checkTopics(wanted, found)).toThrow(
      /a has 3 partitions, not 4; a has retention.ms=604800000, not -1; b has 2 partitions, not 1/,
    )
  })
})
