import { formatDecimal, parseDecimal, WaggleError, type Decimal } from '@waggle/base'
import {
  logicalTypeOf,
  parsePosition,
  positionText,
  SCHEMAS,
  valueBranch,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import type { Entry, Holding } from '../hot-state.ts'

/**
 * Values as JSON that any client can read: decimals and positions are texts, times are microseconds.
 *
 *   entry    {"position":"waggle.bars.v1/2@17","known_from":1577836800000000,"event":{…}}
 *   holding  {"agent":"a","instrument":"SPX","quantity":"2.5","cash":"-20.01","fees":"0.01","fills":3}
 */
interface EntryJson {
  readonly position: string
  readonly known_from: number
  readonly event: Record<string, unknown>
}

const decimalFields = new Map(
  Object.entries(SCHEMAS).map(([kind, schema]) => [
    kind as Kind,
    (schema as AvroRecord).fields
      .filter(({ type }) => logicalTypeOf(valueBranch(type)) === 'decimal')
      .map(({ name }) => name),
  ]),
)

export function encodeEntry({ position, knownFrom, event }: Entry<WaggleEvent>): string {
  const json: EntryJson = {
    position: positionText(position),
    known_from: knownFrom,
    event: mapDecimals(event.kind, event, (value) => formatDecimal(value as Decimal)),
  }
  return JSON.stringify(json)
}

/** The inverse of encodeEntry; VIEW_MISCONFIGURED for any other text. */
export function decodeEntry<E extends WaggleEvent>(text: string): Entry<E> {
  const { position, known_from: knownFrom, event } = parse<EntryJson>(text)
  const at = typeof position === 'string' ? parsePosition(position) : undefined
  if (at === undefined || event === undefined) throw notOurs(text)
  const decoded = mapDecimals(event['kind'] as Kind, event, (value) => decimal(value, text))
  return { position: at, knownFrom, event: decoded as unknown as E }
}

export function encodeHolding({ quantity, cash, fees, ...holding }: Holding): string {
  return JSON.stringify({
    ...holding,
    quantity: formatDecimal(quantity),
    cash: formatDecimal(cash),
    fees: formatDecimal(fees),
  })
}

/** The inverse of encodeHolding; VIEW_MISCONFIGURED for any other text. */
export function decodeHolding(text: string): Holding {
  const { agent, instrument, quantity, cash, fees, fills } = parse<Record<string, unknown>>(text)
  return {
    agent: agent as string,
    instrument: instrument as string,
    quantity: decimal(quantity, text),
    cash: decimal(cash, text),
    fees: decimal(fees, text),
    fills: fills as number,
  }
}

/** A copy with the decimals of the kind converted; nulls stay, and so does the order of the fields. */
function mapDecimals(
  kind: Kind,
  event: object,
  convert: (value: unknown) => unknown,
): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...event }
  for (const field of decimalFields.get(kind) ?? []) {
    if (copy[field] !== null) copy[field] = convert(copy[field])
  }
  return copy
}

function decimal(value: unknown, text: string): Decimal {
  const parsed = typeof value === 'string' ? parseDecimal(value) : undefined
  if (parsed === undefined) throw notOurs(text)
  return parsed
}

function parse<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw notOurs(text, error)
  }
}

function notOurs(text: string, cause?: unknown): WaggleError {
  const shown = text.slice(0, 80)
  return new WaggleError('VIEW_MISCONFIGURED', `Redis holds a value that is not ours: ${shown}`, {
    input: shown,
    cause,
  })
}
