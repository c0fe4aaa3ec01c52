import { describe, expect, it } from 'vitest'
import { assertReadable, assertReadOnly } from './read-only.ts'

const SCOPE = { shows: true, database: 'waggle', partial: false }
const select = (...lines: string[]): string[] => ['SelectWithUnionQuery (children 1)', ...lines]

describe('assertReadOnly', () => {
  it.each([
    [select('  TableExpression (children 1)', '   TableIdentifier votes (alias v)')],
    [select('   TableIdentifier waggle.votes')],
    [select('   TableIdentifier system.settings')],
    [select('  TableExpression (children 1)', '   Function numbers (children 1)')],
    [select('   Function count (children 1)')],
    [['ShowTables']],
    [['Explain EXPLAIN (children 1)', ' SelectWithUnionQuery (children 1)']],
  ])('lets %j', (tree) => expect(() => assertReadOnly(tree, SCOPE)).not.toThrow())

  it.each([
    [[]],
    [['InsertQuery   (children 2)']],
    [['Explain EXPLAIN SYNTAX (children 1)', ' InsertQuery (children 1)']],
    [['Explain EXPLAIN ANALYZE (children 1)', ' SelectWithUnionQuery (children 1)']],
    [select(" Literal \\'/tmp/x\\'")],
    [select('   TableIdentifier /etc/passwd')],
    [select('   TableIdentifier other.votes')],
    [select('   TableIdentifier system.processes')],
    [select('   Identifier system.query_log')],
    [select('  TableExpression (children 1)', '   Function merge (alias m) (children 1)')],
    [select('   Function FILE (children 1)')],
    [select('   Function aiGenerate (alias x) (children 1)')],
  ])('refuses %j', (tree) => expect(() => assertReadOnly(tree, SCOPE)).toThrow('not'))

  it('tells those who see a part nothing about the rest', () => {
    const partial = { ...SCOPE, partial: true }
    for (const tree of [
      select('   TableIdentifier system.tables'),
      select('   TableIdentifier information_schema.tables'),
      ['Explain EXPLAIN ESTIMATE (children 1)', ' SelectWithUnionQuery (children 1)'],
    ]) {
      expect(() => assertReadOnly(tree, SCOPE)).not.toThrow()
      expect(() => assertReadOnly(tree, partial)).toThrow('not')
    }
  })

  it('takes only SELECT where nothing else is asked for', () => {
    expect(() => assertReadOnly(['ShowTables'])).toThrow('not allowed')
  })
})

describe('assertReadable', () => {
  it.each([
    "SELECT 1 INTO OUTFILE 'x'",
    'SELECT 1 into/**/outfile x',
    'optimize = 1 SELECT 1',
    '1',
    'SELECT `a\nb`',
    'SELECT "a\\tb"',
  ])('refuses %j', (sql) => expect(() => assertReadable(sql)).toThrow())

  it('does not read into texts', () => {
    expect(() => assertReadable(`SELECT 'OUTFILE', 'a\nb\\t' -- outfile`)).not.toThrow()
  })
})
