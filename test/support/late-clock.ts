import { systemClock, type Clock } from '@waggle/base'

const DAYS = 100
const DAY_MICROS = 86_400_000_000

/** A hundred days ahead: append times are the broker's, so what was just appended is old to who has this clock. */
export function lateClock(): Clock {
  const { now, sleep } = systemClock()
  return { now: () => now() + DAYS * DAY_MICROS, sleep }
}
