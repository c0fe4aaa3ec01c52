import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelMatcher, checkChannel } from './channel-pattern.ts'

/** The rules as plainly as possible: try every way to read the pattern. */
function brute(pattern: readonly string[], channel: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return channel.length === 0
  if (first === '>') return channel.length > 0
  const [head, ...tail] = channel
  return head !== undefined && (first === '*' || first === head) && brute(rest, tail)
}

const part = fc.constantFrom('a', 'b', 'ab', 'A')
const channels = fc.array(part, { minLength: 1, maxLength: 5 })
const patterns = fc
  .tuple(
    fc.array(fc.oneof(part, fc.constant('*')), { maxLength: 4 }),
    fc.constantFrom('', '>', 'a'),
  )
  .map(([parts, last]) => (last === '' ? parts : [...parts, last]))
  .filter((parts) => parts.length > 0)

describe('a channel pattern', () => {
  it('takes what a brute-force reading of the rules takes', () => {
    fc.assert(
      fc.property(patterns, channels, (pattern, channel) => {
        const takes = channelMatcher(pattern.join('.'))(channel.join('.'))
        expect(takes).toBe(brute(pattern, channel))
      }),
      { numRuns: 5000 },
    )
  })

  it('and a channel are refused where they are malformed', () => {
    const long = 'a'.repeat(129)
    for (const pattern of ['', '.', 'a.', '.a', 'a..b', 'a.>.b', 'a*', '>a', 'a b', long])
      expect(() => channelMatcher(pattern), pattern).toThrow(/INPUT|pattern/)
    for (const channel of ['', 'a.', 'a..b', 'a.*', '>', 'a b', 'a/b', long])
      expect(() => checkChannel(channel), channel).toThrow(/channel/)
    for (const channel of ['a', 'risk.limits-2.breach_x', 'größe.µ']) checkChannel(channel)
  })
})
