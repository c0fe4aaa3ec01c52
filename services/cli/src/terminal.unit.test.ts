import { manualClock } from '@waggle/base'
import { describe, expect, it } from 'vitest'
import { barText, startBar } from './terminal.ts'

const SECOND = 1_000_000

describe('progress', () => {
  it('shows share, records and rate', () => {
    expect(barText(2500, 10_000, SECOND)).toMatch(
      /^\[#{8}-{22}\] 25 % {2}2,500\/10,000 records, 2,500\/s$/,
    )
    expect(barText(0, 0, 0)).toContain('100 %  0/0 records, 0/s')
  })

  it('is painted over one line, not more often than the eye sees, and gone at the end', () => {
    const clock = manualClock(0)
    const painted: string[] = []
    const bar = startBar(
      'Building',
      { isTTY: true, write: (text) => void painted.push(text) },
      clock,
    )
    clock.advance(SECOND)
    for (let done = 0; done <= 1000; done++) bar.at(done, 1000)
    bar.end()
    expect(painted).toHaveLength(3)
    expect(painted.every((text) => text.startsWith('\r\u001B[K'))).toBe(true)
    expect(painted[1]).toContain('100 %')
    expect(painted[2]).toBe('\r\u001B[K')
  })

  it('shortens the bar to the width of the terminal', () => {
    const bar = barText(123_456, 250_000, SECOND, 'steps', 60)
    expect(bar).toMatch(/^\[#+-+\] 49 % {2}123,456\/250,000 steps, 123,456\/s$/)
    expect(bar).toHaveLength(60)
  })

  it('is silent where there is no terminal', () => {
    const write = (): never => {
      throw new Error('Nobody looks')
    }
    const bar = startBar('Building', { write }, manualClock(0))
    bar.at(1, 2)
    bar.end()
  })
})
