import { microsOf, WaggleError, type Micros } from '@waggle/base'

const formats = new Map<string, Intl.DateTimeFormat>()

/** A clock on a wall: `2026-01-31`, `2026-01-31 09:30`, `2026-01-31T09:30:00.123456`. */
const WALL = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}))?(?:[.,](\d{1,9}))?)?$/
const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/i

/**
 * A text to a time: one that names its offset (`…Z`, `…+02:00`) says all; any other is read on a wall clock of this IANA
 * zone. INPUT_INVALID for what is no time, and for times that a change of the clock leaves out or has twice.
 */
export function zonedMicros(text: string, zone: string): Micros {
  const trimmed = text.trim()
  const match = WALL.exec(trimmed)
  if (match === null) {
    const micros = ZONED.test(trimmed) ? microsOf(trimmed.replace(' ', 'T')) : Number.NaN
    if (Number.isFinite(micros)) return micros
    throw new WaggleError('INPUT_INVALID', `${JSON.stringify(text)} is no time`, { input: text })
  }
  const [, date, time = '00:00', seconds = '00', fraction = ''] = match
  const wall = microsOf(`${date}T${time}:${seconds}Z`) + Number(fraction.padEnd(6, '0').slice(0, 6))
  if (!Number.isFinite(wall) || new Date(wall / 1000).toISOString().slice(0, 10) !== date)
    throw new WaggleError('INPUT_INVALID', `${JSON.stringify(text)} is no time`, { input: text })
  return onWall(wall, zone, text)
}

/** A time of day (`16:00`) on the day that this time has in the zone. */
export function timeOfDay(of: Micros, clock: string, zone: string): Micros {
  const date = new Date((of + offsetAt(of, zone)) / 1000).toISOString().slice(0, 10)
  return zonedMicros(`${date} ${clock}`, zone)
}

/** Zones change their offset by less than a day: those before and after hold all candidates. */
function onWall(wall: Micros, zone: string, text: string): Micros {
  const day = 86_400_000_000
  const offsets = new Set([offsetAt(wall - day, zone), offsetAt(wall + day, zone)])
  const times = [...offsets].map((o) => wall - o).filter((at) => at + offsetAt(at, zone) === wall)
  const [time] = times
  if (time !== undefined && times.length === 1) return time
  const what = time === undefined ? 'does not exist' : 'comes twice'
  throw new WaggleError('INPUT_INVALID', `${text} ${what} in ${zone}: give it with its offset`, {
    input: text,
  })
}

/** What a wall clock in the zone is ahead of UTC at a time. */
function offsetAt(at: Micros, zone: string): Micros {
  let format = formats.get(zone)
  if (format === undefined) {
    format = formatOf(zone)
    formats.set(zone, format)
  }
  const millis = Math.floor(at / 1000)
  const parts = Object.fromEntries(
    format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
  const { year, month, day, hour, minute, second } = parts
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return (wall - Math.floor(millis / 1000) * 1000) * 1000
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    throw new WaggleError('CONFIG_INVALID', `${zone} is no time zone`, {
      input: zone,
      cause: error,
    })
  }
}
