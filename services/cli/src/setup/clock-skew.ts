import type { Clock, Micros } from '@waggle/base'
import { Trouble } from './check.ts'

const SKEW_MAX: Micros = 5_000_000

/** Throws where another machine's time, as it was told just now, is not this one's. */
export function agreeing(theirs: Micros, clock: Clock): void {
  const skew = theirs - clock.now()
  if (Math.abs(skew) <= SKEW_MAX) return
  const where = skew > 0 ? 'ahead of' : 'behind'
  throw new Trouble(
    `its clock is ${Math.round(Math.abs(skew) / 1e6)} s ${where} this machine’s`,
    'Set the clocks of both machines, best by NTP: events are ordered by when they were known',
  )
}
