import { describe, expect, it } from 'vitest'
import { formatOf, statementOf } from './statement.ts'

const cut = (query: string, body: Buffer): [string, string] | string => {
  const found = statementOf(query, body)
  return typeof found === 'string'
    ? found
    : [found.statement('F').replaceAll('\n', ' '), found.data.toString('latin1')]
}

describe('statementOf', () => {
  it.each<[string, Buffer, [string, string] | string]>([
    ['', Buffer.from('SELECT 1'), 'SELECT 1'],
    ['SELECT 1', Buffer.alloc(0), 'SELECT 1'],
    ['INSERT INTO t VALUES', Buffer.from('(1)'), 'INSERT INTO t VALUES\n(1)'],
    ['INSERT INTO t SELECT 1 FORMAT X', Buffer.alloc(0), 'INSERT INTO t SELECT 1 FORMAT X'],
    [
      'insert into t (a, format) format Avro',
      Buffer.from('Obj'),
      ["insert into t (a, format)  FROM INFILE 'F' format Avro", 'Obj'],
    ],
    [
      'INSERT INTO t SETTINGS async_insert=0 FORMAT Avro',
      Buffer.from('Obj'),
      ["INSERT INTO t  FROM INFILE 'F' SETTINGS async_insert=0 FORMAT Avro", 'Obj'],
    ],
  ])('%s', (query, body, expected) => expect(cut(query, body)).toEqual(expected))

  it('cuts a statement and its bytes out of one body', () => {
    const bytes = Buffer.from([0, 255, 10, 59, 195])
    const body = Buffer.concat([Buffer.from('INSERT INTO `é;` (x) FORMAT Native \r\n'), bytes])
    expect(cut('', body)).toEqual([
      "INSERT INTO `é;` (x)  FROM INFILE 'F' FORMAT Native",
      bytes.toString('latin1'),
    ])
  })
})

describe('formatOf', () => {
  it.each([
    ['SELECT 1 FORMAT JSON', 'JSON'],
    ["SELECT 'FORMAT X'", 'TSV'],
    ['SELECT (SELECT 1) format Native SETTINGS a = 1', 'Native'],
  ])('%s', (sql, format) => expect(formatOf(sql, 'TSV')).toBe(format))
})
