import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecords, type CsvRecord } from './csv-records.ts'
import type { FileLine } from './file-lines.ts'

async function recordsOf(text: string): Promise<CsvRecord[]> {
  async function* lines(): AsyncGenerator<FileLine> {
    for (const [index, line] of text.split('\n').entries())
      yield { line: index + 1, piece: 0, tooLong: false, bytes: Buffer.from(line) }
  }
  const records: CsvRecord[] = []
  for await (const record of csvRecords(lines())) records.push(record)
  return records
}

const fieldsOf = async (text: string): Promise<unknown[]> =>
  (await recordsOf(text)).map(({ fields }) => fields)
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

describe('records of CSV', () => {
  it('give back what was quoted: commas, quotes, spaces and line feeds', async () => {
    const cell = fc.stringMatching(/^[ab", \n]{0,6}$/)
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const text = rows.map((row) => row.map(quoted).join(' , ')).join('\n')
        expect(await fieldsOf(text)).toEqual(rows)
      }),
    )
  })

  it('have every line once, broken or not', async () => {
    const anything = fc.stringMatching(/^[a", \n]{0,40}$/)
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const records = await recordsOf(text)
        expect(records.map(({ bytes }) => bytes.toString()).join('\n')).toBe(text)
      }),
    )
  })

  it('lose one line to a quote that does not end', async () => {
    expect(await fieldsOf('a,b\n"a,b\nc,d\n"e",f')).toEqual([
      ['a', 'b'],
      undefined,
      ['c', 'd'],
      ['e', 'f'],
    ])
    expect(await fieldsOf('5" pipe,b\nc,d\n6" pipe,f')).toEqual([undefined, ['c', 'd'], undefined])
  })

  it('leave spaces around plain fields out', async () => {
    expect(await fieldsOf(' a ,\tb c\r')).toEqual([['a', 'b c']])
    expect(await fieldsOf('"a ", b\r')).toEqual([['a ', 'b']])
  })
})
