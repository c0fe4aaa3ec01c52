import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isoOf, manualClock, microsOf, systemClock } from './clock.ts'

describe('time as text', () => {
  it('comes back unchanged, before and after 1970', () => {
    const micros = fc.integer({
      min: Date.UTC(1900, 0, 1) * 1000,
      max: Date.UTC(2112, 0, 1) * 1000,
    })
    fc.assert(
      fc.property(micros, (at) => {
        expect(microsOf(isoOf(at))).toBe(at)
      }),
    )
  })

  it('has six decimals and ends in Z', () => {
    expect(isoOf(0)).toBe('1970-01-01T00:00:00.000000Z')
    expect(isoOf(-1)).toBe('1969-12-31T23:59:59.999999Z')
    expect(isoOf(1_600_000_000_123_456)).toBe('2020-09-13T12:26:40.123456Z')
  })

  it('is read with any offset and precision', () => {
    expect(microsOf('1970-01-01T01:00:00+01:00')).toBe(0)
    expect(microsOf('1970-01-01T00:00:00.5Z')).toBe(500_000)
    expect(microsOf('1970-01-01T00:00:00.000001999Z')).toBe(1)
    expect(microsOf('1970-01-02')).toBe(86_400_000_000)
    expect(microsOf('yesterday')).toBeNaN()
  })
})

describe('clocks', () => {
  it('a manual one moves only when told to', async () => {
    const clock = manualClock(5)
    await clock.sleep(1000)
    expect(clock.now()).toBe(5)
    clock.advance(2)
    expect(clock.now()).toBe(7)
    clock.set(3)
    expect(clock.now()).toBe(3)
  })

  it('the wall clock gives whole microseconds', () => {
    expect(Number.isSafeInteger(systemClock().now())).toBe(true)
  })

  it.each([systemClock(), manualClock()])('a sleep ends when its signal aborts', async (clock) => {
    const stop = new AbortController()
    const sleep = clock.sleep(60_000, stop.signal)
    stop.abort()
    await expect(sleep).rejects.toMatchObject({ name: 'AbortError' })
  })
})
