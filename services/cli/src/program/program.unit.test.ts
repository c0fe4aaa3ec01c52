import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'
import { painter, tableLines } from './print.ts'

describe('the nearest name', () => {
  it('is the one meant, or none', () => {
    const names = ['replay', 'recall', 'rebuild', 'recount']
    expect(nearest('reply', names)).toBe('replay')
    expect(nearest('recal', names)).toBe('recall')
    expect(nearest('frobnicate', names)).toBeUndefined()
    expect(nearest('x', ['ls'])).toBeUndefined()
  })
})

describe('a table', () => {
  it('has columns, shows what is nothing, and is cut to the terminal', () => {
    const rows = [
      ['ada', 1.5],
      ['bob the hunter', null],
    ]
    expect(tableLines(['AGENT', 'WEIGHT'], rows, undefined)).toEqual([
      'AGENT           WEIGHT',
      'ada             1.5',
      'bob the hunter  -',
    ])
    expect(tableLines(['AGENT', 'WEIGHT'], rows, 10)[2]).toBe('bob the h…')
  })

  it('lets no control characters of strangers into the terminal', () => {
    expect(tableLines(['TEXT'], [['a\n\u001B[31mred']], undefined)[1]).toBe('a [31mred')
  })
})

describe('colour', () => {
  it('is for terminals, without NO_COLOR', () => {
    const paint = (isTTY: boolean, environment: Record<string, string>): string =>
      painter({ out: { isTTY, write: () => true }, environment })('red', 'x')
    expect(paint(true, {})).toContain('\u001B[')
    expect(paint(true, { NO_COLOR: '1' })).toBe('x')
    expect(paint(false, {})).toBe('x')
  })
})
