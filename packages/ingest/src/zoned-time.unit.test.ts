import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isoOf } from '@waggle/base'
import { timeOfDay, zonedMicros } from './zoned-time.ts'

describe('a time without an offset', () => {
  it.each([
    ['2026-01-31', 'UTC', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-31 16:00', 'America/New_York', '2026-01-31T21:00:00.000000Z'],
    ['2026-07-31 16:00', 'America/New_York', '2026-07-31T20:00:00.000000Z'],
    ['2026-07-31T09:30:00.123456', 'Asia/Kolkata', '2026-07-31T04:00:00.123456Z'],
    ['2026-07-31T09:30:00+02:00', 'Asia/Kolkata', '2026-07-31T07:30:00.000000Z'],
  ])('%s in %s', (text, zone, wanted) => {
    expect(isoOf(zonedMicros(text, zone))).toBe(wanted)
  })

  it.each([
    ['2026-03-08 02:30', 'America/New_York', 'does not exist'],
    ['2026-11-01 01:30', 'America/New_York', 'comes twice'],
    ['2026-02-30', 'UTC', 'is no time'],
    ['yesterday', 'UTC', 'is no time'],
  ])('%s in %s %s', (text, zone, wanted) => {
    expect(() => zonedMicros(text, zone)).toThrow(wanted)
  })

  it('is read back from what a wall clock shows, unless the clock shows it twice', () => {
    const zones = [
      'UTC',
      'America/New_York',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ]
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e9 }), fc.constantFrom(...zones), (seconds, zone) => {
        const wall = new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone: zone })
        try {
          expect(zonedMicros(wall, zone)).toBe(seconds * 1e6)
        } catch (error) {
          expect(String(error)).toContain('comes twice')
        }
      }),
    )
  })

  it('gives the end of the session of its own day', () => {
    const evening = zonedMicros('2026-07-31 22:00', 'America/New_York')
    expect(isoOf(timeOfDay(evening, '16:00', 'America/New_York'))).toBe(
      '2026-07-31T20:00:00.000000Z',
    )
  })
})
