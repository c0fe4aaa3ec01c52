import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sealStatement, tokensOf } from './sql-text.ts'

describe('tokensOf', () => {
  it('loses nothing of any text', () => {
    const sql = fc.string({
      unit: fc.constantFrom("'", '"', '`', '\\', ';', '-', '/', '*', '$', '#', 'a', ' ', '\n', '’'),
    })
    fc.assert(
      fc.property(sql, (text) => [...tokensOf(text)].map((token) => token.text).join('') === text),
    )
  })
})

describe('sealStatement', () => {
  it.each([
    ["SELECT ';'", String.raw`SELECT '\x3B'`],
    [String.raw`SELECT '\;', '\\;', 'it''s;'`, String.raw`SELECT '\\\x3B', '\\\x3B', 'it''s\x3B'`],
    ['SELECT 1 AS `a;b`', 'SELECT 1 AS `a\\x3Bb`'],
    ['SELECT 1; -- done;\n ;', 'SELECT 1 -- done \n '],
    ['/* a;b */ SELECT 1', '/* a b */ SELECT 1'],
  ])('%s', (sql, sealed) => expect(sealStatement(sql)).toBe(sealed))

  it.each([
    'SELECT 1; SELECT 2',
    "SELECT 1; DROP TABLE x -- '",
    "SELECT '\\'; DROP TABLE x; --'; SELECT 2",
    'SELECT $a$;$a$',
    'SELECT ‘a;b’',
  ])('refuses %s', (sql) => expect(() => sealStatement(sql)).toThrow('one statement'))

  it('leaves no semicolon in anything it lets through', () => {
    const sql = fc.string({
      unit: fc.constantFrom("'", '"', '\\', ';', '-', '/', '*', '$', 'a', '\n'),
    })
    fc.assert(
      fc.property(sql, (text) => {
        try {
          return !sealStatement(text).includes(';')
        } catch {
          return true
        }
      }),
    )
  })
})
