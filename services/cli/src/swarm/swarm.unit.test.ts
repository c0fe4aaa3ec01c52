import type { KnownEventJson } from '@waggle/api'
import { describe, expect, it } from 'vitest'
import { batchesOf, fieldsOf } from './emit-command.ts'
import { addressOf } from './session.ts'
import { sinceOf } from './tail-command.ts'
import { parseWhere } from './where.ts'

const known = (event: object): KnownEventJson =>
  ({ event, position: 'p/0@1', known_from: 1, late: false }) as unknown as KnownEventJson

describe('--where', () => {
  it('is an expression over the event', () => {
    const where = parseWhere('event.confidence > 0.8 && position === "p/0@1" && !late')
    expect(where.matches(known({ confidence: 0.9 }))).toBe(true)
    expect(where.matches(known({ confidence: 0.1 }))).toBe(false)
  })

  it('leaves out what it fails on, and says so', () => {
    const where = parseWhere('event.context.x > 1')
    expect(where.matches(known({}))).toBe(false)
    expect(where.failed).toMatchObject({ count: 1, reason: expect.stringContaining('undefined') })
  })

  it('sees nothing of this program', () => {
    for (const name of ['process', 'require', 'setTimeout', 'fetch'])
      expect(parseWhere(`typeof ${name} === 'undefined'`).matches(known({}))).toBe(true)
    const out = parseWhere('event.constructor.constructor("return process")()')
    expect(out.matches(known({}))).toBe(false)
    expect(out.failed.count).toBe(1)
  })

  it.each(['event.', 'event }; process.exit(); {', ''])('refuses %s', (text) => {
    expect(() => parseWhere(text)).toThrow(/--where/)
  })

  it('stops at what never ends', () => {
    const where = parseWhere('(() => { for (;;); })()')
    expect(() => where.matches(known({}))).toThrow(/more than/)
  })
})

describe('what is typed', () => {
  it('fields are texts, or JSON behind :=', () => {
    expect(fieldsOf(['a=1', 'b:=1', 'c:=["x"]', 'd=x=y'])).toEqual({
      a: '1',
      b: 1,
      c: ['x'],
      d: 'x=y',
    })
    expect(() => fieldsOf(['nothing'])).toThrow(/FIELD=VALUE/)
    expect(() => fieldsOf(['a:={'])).toThrow(/^a: /)
  })

  it('times are back from now, or in ISO 8601', () => {
    const now = 10_000_000_000
    expect(sinceOf('5m', now)).toBe(now - 300_000_000)
    expect(sinceOf('1970-01-01T00:00:01Z', now)).toBe(1_000_000)
    expect(() => sinceOf('soon', now)).toThrow(/--since/)
  })

  it('an address has its token behind the #', () => {
    expect(addressOf('http://127.0.0.1:4600/#token=a%2Bb')).toEqual({
      url: 'http://127.0.0.1:4600',
      token: 'a+b',
    })
    expect(addressOf('https://bus.example/desk/')).toEqual({ url: 'https://bus.example/desk' })
    expect(() => addressOf('desk')).toThrow(/no address/)
  })
})

describe('a file of events', () => {
  it('is appended in batches of one agent and session, in order', () => {
    const draft = (agent: string, n: number) => ({ kind: 'tick', agent, n })
    const drafts = [draft('a', 1), draft('a', 2), draft('b', 3), draft('a', 4)]
    const batches = batchesOf(drafts)
    expect(batches.map(({ line, batch }) => [line, batch.length])).toEqual([
      [1, 2],
      [3, 1],
      [4, 1],
    ])
    expect(batches.flatMap(({ batch }) => batch)).toEqual(drafts)
  })
})
