import { describe, expect, it } from 'vitest'
import { ERROR_CODES, isWaggleError, messageOf, WaggleError, type ErrorCode } from './errors.ts'

describe('errors', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s says what to do', (code) => {
    const error = new WaggleError(code, 'It broke', { field: 'f', input: 1, cause: 'why' })
    const [retriable, advice] = ERROR_CODES[code]
    expect(error.message).toBe(`It broke. ${advice}`)
    expect(error).toMatchObject({ code, retriable, field: 'f', input: 1, cause: 'why' })
    expect(isWaggleError(error, code)).toBe(true)
  })

  it('are told apart by code', () => {
    expect(isWaggleError(new WaggleError('FENCED', 'x'), 'NOT_FOUND')).toBe(false)
    expect(isWaggleError(new Error('x'))).toBe(false)
  })

  it('have a message whatever was thrown', () => {
    expect([new Error('a'), 'b', undefined].map(messageOf)).toEqual(['a', 'b', 'undefined'])
  })
})
