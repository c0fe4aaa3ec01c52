import { expect, test } from 'vitest'
import { escapeName, unescapeName } from './escape-name.ts'

test.each(['plain', 'a|b', '100%', '%7C', '%25', '%257C', '%25257C|%', '||', '%%7C|'])(
  '%s comes back, and stands without a bar',
  (name) => {
    expect(escapeName(name)).not.toContain('|')
    expect(unescapeName(escapeName(name))).toBe(name)
  },
)

test('names that differ stay apart', () => {
  const names = ['a|b', 'a%7Cb', 'a%257Cb', 'a%25257Cb']
  expect(new Set(names.map(escapeName)).size).toBe(names.length)
})
