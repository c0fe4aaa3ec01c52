import {
  decimalFromNumber,
  parseDecimal,
  WaggleError,
  type Decimal,
  type Micros,
} from '@waggle/base'
import type { AnyDraft } from '@waggle/emit'
import { knownAtOf, type KnownRule } from './known-rule.ts'
import { FileTime } from './row.ts'
import { zonedMicros } from './zoned-time.ts'

export type ImportKind = 'bar' | 'trade' | 'order_book' | 'decision'

/** How rows become events. A field is read from the column of its name unless `columns` names another one. */
export interface ImportSpec {
  readonly kind: ImportKind
  readonly columns: Readonly<Record<string, string>>
  /** Values for fields that are no column, such as the instrument of a file. */
  readonly constants: Readonly<Record<string, string>>
  /** IANA zone of times that do not say their offset; it is never assumed. */
  readonly zone: string
  readonly known: KnownRule
  /** Length of a bar, ISO 8601: `PT1M`, `P1D`. */
  readonly interval?: string
  /** Whether the time of a bar is its first or its last moment. */
  readonly label: 'open' | 'close'
}

type Cells = Readonly<Record<string, unknown>>

/** The event of a row; INPUT_INVALID with the column at fault. */
export function draftOf(spec: ImportSpec, cells: Cells): AnyDraft {
  const { kind, columns, constants, zone, known } = spec
  const cell = (field: string): unknown => constants[field] ?? cells[columns[field] ?? field]
  const time = timeOf(cell('time'), 'time', zone)
  const closedAt = kind === 'bar' && spec.label === 'open' ? time + durationOf(spec.interval) : time
  const column = (name: string): Micros => timeOf(cells[name], name, zone)
  const clocks = { occurred_at: closedAt, known_at: knownAtOf(known, { closedAt, zone, column }) }
  const text = (field: string): string => textOf(cell(field), field)
  const decimal = (field: string): Decimal => decimalOf(cell(field), field)
  if (kind === 'bar') {
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(decimal) as Prices
    if (high < low || open > high || open < low || close > high || close < low)
      throw invalid('high', 'open and close do not lie between low and high')
    const { interval = 'P1D' } = spec
    const volume = decimal('volume')
    return {
      kind,
      ...clocks,
      instrument: text('instrument'),
      interval,
      open,
      high,
      low,
      close,
      volume,
    }
  }
  if (kind === 'trade') {
    const id = cell('trade_id')
    const side = textOf(cell('side') ?? '', 'side', 0).toUpperCase()
    return {
      kind,
      ...clocks,
      instrument: text('instrument'),
      price: decimal('price'),
      quantity: decimal('quantity'),
      side: side === 'BUY' || side === 'SELL' ? side : 'UNKNOWN',
      trade_id: id === undefined || id === null || id === '' ? null : textOf(id, 'trade_id'),
      venue: textOf(cell('venue') ?? '', 'venue', 0),
    }
  }
  if (kind === 'order_book') {
    const bids = levelsOf(cells, columns, 'bid')
    const asks = levelsOf(cells, columns, 'ask')
    if (bids.length + asks.length === 0) throw invalid('bids', 'there is no level')
    return { kind, ...clocks, instrument: text('instrument'), bids, asks }
  }
  return decisionOf(spec, cells, clocks, text)
}

type Prices = [open: Decimal, high: Decimal, low: Decimal, close: Decimal]

/** Columns of levels, best first; `#` is the number of the level, from 0. */
const LEVELS = {
  bid_price: 'bids[#].price',
  bid_quantity: 'bids[#].amount',
  ask_price: 'asks[#].price',
  ask_quantity: 'asks[#].amount',
} as const

function levelsOf(cells: Cells, columns: Readonly<Record<string, string>>, side: 'bid' | 'ask') {
  const price = columns[`${side}_price`] ?? LEVELS[`${side}_price`]
  const quantity = columns[`${side}_quantity`] ?? LEVELS[`${side}_quantity`]
  const levels: { price: Decimal; quantity: Decimal }[] = []
  for (let level = 0; ; level++) {
    const [p, q] = [price, quantity].map((name) => name.replace('#', String(level))) as [
      string,
      string,
    ]
    if (cells[p] === undefined || cells[p] === null || cells[p] === '') return levels
    levels.push({ price: decimalOf(cells[p], p), quantity: decimalOf(cells[q], q) })
  }
}

function decisionOf(
  { columns }: ImportSpec,
  cells: Cells,
  clocks: { occurred_at: Micros; known_at: Micros },
  text: (field: string) => string,
): AnyDraft {
  const cell = (field: string): unknown => cells[columns[field] ?? field] ?? undefined
  const confidence = Number(cell('confidence'))
  if (cell('confidence') === undefined || !Number.isFinite(confidence))
    throw invalid('confidence', 'is no number')
  const optional = (field: string): string | null =>
    cell(field) === undefined ? null : textOf(cell(field), field)
  const amount = (field: string): Decimal | null =>
    cell(field) === undefined ? null : decimalOf(cell(field), field)
  return {
    kind: 'decision',
    ...clocks,
    action: text('action'),
    context: textOf(cell('context') ?? '', 'context', 0),
    reasoning: textOf(cell('reasoning') ?? '', 'reasoning', 0),
    confidence,
    instrument: optional('instrument'),
    trajectory: optional('trajectory'),
    predicted_outcome: optional('predicted_outcome'),
    quantity: amount('quantity'),
    price: amount('price'),
    model_id: optional('model_id'),
    model_version: optional('model_version'),
  }
}

function timeOf(value: unknown, field: string, zone: string): Micros {
  if (value instanceof FileTime) return value.micros
  if (typeof value === 'string' && value !== '') return zonedMicros(value, zone)
  throw invalid(field, 'is no time')
}

function textOf(value: unknown, field: string, least = 1): string {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number' || typeof value === 'bigint'
        ? String(value)
        : undefined
  if (text === undefined || text.length < least) throw invalid(field, 'is missing')
  return text
}

function decimalOf(value: unknown, field: string): Decimal {
  const parsed =
    typeof value === 'string'
      ? parseDecimal(value)
      : typeof value === 'bigint'
        ? parseDecimal(String(value))
        : typeof value === 'number' && Number.isFinite(value)
          ? decimalFromNumber(value)
          : undefined
  if (parsed === undefined) throw invalid(field, `${JSON.stringify(String(value))} is no number`)
  if (parsed < 0n) throw invalid(field, 'is negative')
  return parsed
}

/** Days, hours, minutes and seconds of an ISO 8601 duration. */
export function durationOf(text = ''): Micros {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match ?? []
  const total =
    (Number(weeks) * 7 + Number(days)) * 86_400 +
    Number(hours) * 3600 +
    Number(minutes) * 60 +
    Number(seconds)
  if (match !== null && total > 0) return total * 1_000_000
  throw new WaggleError('CONFIG_INVALID', `${text || 'interval'}: a length is like P1D or PT5M`, {
    input: text,
  })
}

function invalid(field: string, what: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `${field}: ${what}`, { field })
}
