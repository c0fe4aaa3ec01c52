import { describe, expect, it } from 'vitest'
import { csvOf } from './csv.ts'
import { plainPythonCell } from './notebook.ts'
import { exportQueries, mergeQueries, parseQueries } from './saved-queries.ts'

const one = { name: 'one', query: 'SELECT 1' }

describe('saved queries', () => {
  it('come back from a file as they were written', () => {
    expect(parseQueries(exportQueries([one]))).toEqual([one])
  })

  it('refuse a file that holds something else', () => {
    expect(parseQueries('{')).toBeUndefined()
    expect(parseQueries('[{"name": "x"}]')).toBeUndefined()
    expect(parseQueries('null')).toBeUndefined()
  })

  it('keep one query of a name, the later', () => {
    const newer = { name: 'one', query: 'SELECT 2' }
    expect(mergeQueries([one], [newer, { name: 'a', query: 'SELECT 3' }])).toEqual([
      { name: 'a', query: 'SELECT 3' },
      newer,
    ])
  })
})

describe('a notebook cell', () => {
  it('holds the query whatever quotes it has, and no token', () => {
    const cell = plainPythonCell('http://localhost:4600', `SELECT '"""', '\\\\n'`)
    expect(cell).toContain(String.raw`SELECT '\"\"\"', '\\\\n'`)
    expect(cell).toContain('WAGGLE_TOKEN')
  })
})

describe('a result as CSV', () => {
  it('quotes what needs it and gives no formulas', () => {
    const columns = [
      { name: 'a', type: 'String' },
      { name: 'b', type: 'Array(String)' },
    ]
    const rows = [
      ['=1+1', ['x', 'y']],
      ['say "no"', null],
      ['-5.2', 3],
    ]
    expect(csvOf({ columns, rows })).toBe(
      'a,b\r\n\'=1+1,"[""x"",""y""]"\r\n"say ""no""",\r\n-5.2,3\r\n',
    )
  })
})
