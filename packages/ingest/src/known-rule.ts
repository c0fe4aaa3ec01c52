import { WaggleError, type Micros } from '@waggle/base'
import { timeOfDay } from './zoned-time.ts'

/** When a row could be known: the clock a backtest goes by, so it is never guessed. */
export type KnownRule =
  | { readonly is: 'column'; readonly column: string }
  /** So long after the end of the bar, or after the event. */
  | { readonly is: 'close'; readonly delay: Micros }
  /** So long after the exchange's session ends, on the day of the event in its zone. */
  | { readonly is: 'session'; readonly end: string; readonly delay: Micros }

const UNITS: Readonly<Record<string, Micros>> = {
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
}
const RULE =
  /^(?:column:(.+)|close(?:\+(\d+(?:ms|s|m|h)))?|session:(\d{2}:\d{2})(?:\+(\d+(?:ms|s|m|h)))?)$/

/** `column:published_at`, `close+5s`, `session:16:00+15m`. */
export function parseKnownRule(text: string): KnownRule {
  const match = RULE.exec(text)
  if (match === null)
    throw new WaggleError(
      'CONFIG_INVALID',
      `${text}: a rule is column:NAME, close, close+5s or session:16:00+15m`,
      { input: text },
    )
  const [, column, delay, end, after] = match
  if (column !== undefined) return { is: 'column', column }
  if (end !== undefined) return { is: 'session', end, delay: durationOf(after) }
  return { is: 'close', delay: durationOf(delay) }
}

export interface KnownTimes {
  /** End of the bar, or the time of the event. */
  readonly closedAt: Micros
  readonly zone: string
  readonly column: (name: string) => Micros
}

/** INPUT_INVALID where the rule gives a time before the event. */
export function knownAtOf(rule: KnownRule, { closedAt, zone, column }: KnownTimes): Micros {
  const at =
    rule.is === 'column'
      ? column(rule.column)
      : rule.is === 'close'
        ? closedAt + rule.delay
        : timeOfDay(closedAt, rule.end, zone) + rule.delay
  if (at >= closedAt) return at
  throw new WaggleError('INPUT_INVALID', 'The row would be known before it happened', {
    field: 'known_at',
  })
}

function durationOf(text = '0s'): Micros {
  const [, count = '0', unit = 's'] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? []
  return Number(count) * UNITS[unit]!
}
