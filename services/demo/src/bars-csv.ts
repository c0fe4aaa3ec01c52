import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { decimalToNumber, messageOf, parseDecimal, WaggleError, type Decimal } from '@waggle/base'

/** One day of trading. Prices are decimals; `price` gives the close as a float for indicators only. */
export interface DailyBar {
  /** YYYY-MM-DD */
  readonly date: string
  readonly open: Decimal
  readonly high: Decimal
  readonly low: Decimal
  readonly close: Decimal
  readonly volume: Decimal
  readonly price: number
}

export interface BadRow {
  /** Line in the file, counted from 1. */
  readonly line: number
  readonly reason: string
}

export interface BarFile {
  readonly bars: readonly DailyBar[]
  readonly badRows: readonly BadRow[]
  /** Same bars, same fingerprint. */
  readonly fingerprint: string
}

const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'] as const
type Column = (typeof COLUMNS)[number]

export function readBars(path: string): BarFile {
  try {
    return parseBars(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${path}: ${messageOf(error)}`, {
      input: path,
      cause: error,
    })
  }
}

/** CSV with a header line naming date, open, high, low, close, volume in any order and case. */
export function parseBars(text: string): BarFile {
  const rows = parse(text, {
    columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
    info: true,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as { record: Partial<Record<Column, string>>; info: { lines: number } }[]
  const missing = COLUMNS.filter((column) => rows[0] !== undefined && !(column in rows[0].record))
  if (missing.length > 0) throw new Error(`the header lacks ${missing.join(', ')}`)
  const bars: DailyBar[] = []
  const badRows: BadRow[] = []
  for (const { record, info } of rows) {
    const bar = barOf(record, bars.at(-1)?.date ?? '')
    if (typeof bar === 'string') badRows.push({ line: info.lines, reason: bar })
    else bars.push(bar)
  }
  if (bars.length === 0) throw new Error('no usable row')
  const shape = bars.map(
    ({ date, open, high, low, close, volume }) =>
      `${date} ${open} ${high} ${low} ${close} ${volume}`,
  )
  return { bars, badRows, fingerprint: createHash('sha256').update(shape.join('\n')).digest('hex') }
}

/** The bar of a row, or what is wrong with it. */
function barOf(record: Partial<Record<Column, string>>, lastDate: string): DailyBar | string {
  const date = record.date ?? ''
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)))
    return `date ${JSON.stringify(date)} is not YYYY-MM-DD`
  if (date <= lastDate) return `date ${date} does not come after ${lastDate}`
  const numbers: Partial<Record<Column, Decimal>> = {}
  for (const column of COLUMNS.slice(1)) {
    const value = parseDecimal(record[column] ?? '')
    if (value === undefined)
      return `${column} ${JSON.stringify(record[column] ?? '')} is not a number`
    if (value < 0n || (value === 0n && column !== 'volume'))
      return `${column} ${record[column]} is not positive`
    numbers[column] = value
  }
  const { open, high, low, close, volume } = numbers as Record<Column, Decimal>
  if (high < low) return `high ${record.high} is below low ${record.low}`
  if (close > high || close < low) return `close ${record.close} is outside low and high`
  return { date, open, high, low, close, volume, price: decimalToNumber(close) }
}
