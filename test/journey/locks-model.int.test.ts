import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LockResult } from '@waggle/event'
import { emptyPartition, foldCoordination } from '@waggle/view-coordination'
import {
  firstComeFirstServed,
  neverMixed,
  neverMoreThanPermits,
  neverTwoExclusive,
  staleWrites,
  tokensGrow,
  type Checker,
  type Step,
} from '../support/lock-checkers.ts'
import {
  lockCommands,
  lockEvent,
  lockStep,
  PlainLock,
  type Answer,
  type Bug,
  type Command,
  type LockStep,
} from '../support/lock-model.ts'
import { START } from '../support/memory-bus.ts'

const steps = fc.array(lockStep, { maxLength: 60 })
const permitNumbers = fc.constantFrom(1, 1, 2, 3)

/** The fold's answers to each command. */
function folded(commands: readonly Command[]): Step[] {
  const state = emptyPartition()
  return commands.map((command, offset) => {
    const results = foldCoordination(state, lockEvent(command, offset)) as LockResult[]
    const answers = results.map(({ status, holder, request, mode, token }): Answer => {
      return { status, who: `${holder} ${request}`, mode, token }
    })
    return { command, answers }
  })
}

function plain(commands: readonly Command[], bug?: Bug): Step[] {
  const lock = new PlainLock(bug)
  return commands.map((command, offset) => ({ command, answers: lock.take(command, offset) }))
}

/** Every command under the number of permits the checkers know. */
function regular(given: readonly LockStep[], permits: number): Command[] {
  return lockCommands(
    given.map((step) => ({ ...step, otherPermits: false })),
    permits,
  )
}

const CHECKERS: Readonly<Record<string, { checker: Checker; bug: Bug }>> = {
  'never two exclusive holders': { checker: neverTwoExclusive, bug: 'two holders' },
  'never exclusive with shared': { checker: neverMixed, bug: 'mixed modes' },
  'never more than the permits': { checker: neverMoreThanPermits, bug: 'a permit too many' },
  'tokens grow': { checker: tokensGrow, bug: 'tokens of requests' },
  'first come, first served': { checker: firstComeFirstServed, bug: 'last first' },
}

describe('locks', () => {
  it('equal plain rules in all modes, whoever does what and when', () => {
    fc.assert(
      fc.property(steps, permitNumbers, (given, permits) => {
        const commands = lockCommands(given, permits)
        expect(folded(commands)).toEqual(plain(commands))
      }),
      { numRuns: 3000 },
    )
  })

  describe.each(Object.entries(CHECKERS))('%s', (_name, { checker, bug }) => {
    it('in every history', () => {
      fc.assert(
        fc.property(steps, permitNumbers, (given, permits) => {
          expect(checker(folded(regular(given, permits)), permits)).toEqual([])
        }),
        { numRuns: 1000 },
      )
    })

    it(`which a lock with this bug breaks: ${bug}`, () => {
      const histories = fc.sample(fc.tuple(steps, permitNumbers), { numRuns: 300, seed: 1 })
      const broken = histories.filter(
        ([given, permits]) => checker(plain(regular(given, permits), bug), permits).length > 0,
      )
      expect(broken.length).toBeGreaterThan(0)
    })
  })

  /** Whoever was granted last writes again and again, long after it lost the lock. */
  const writes = (given: readonly LockStep[]): number[] => {
    const tokens = new Map<string, number>()
    return folded(regular(given, 1)).flatMap(({ command, answers }) => {
      for (const { status, who, token } of answers)
        if (status === 'GRANTED') tokens.set(who, token!)
      return tokens.get(command.who) ?? []
    })
  }

  it('fence off every stale write by their tokens; a store that does not look at them takes some', () => {
    fc.assert(
      fc.property(steps, (given) => {
        let newest = -1
        const accepted = writes(given).filter((token) => {
          newest = Math.max(newest, token)
          return token === newest
        })
        expect(staleWrites(accepted)).toEqual([])
      }),
    )
    const unfenced = fc.sample(steps, { numRuns: 100, seed: 1 }).map((given) => writes(given))
    expect(unfenced.some((accepted) => staleWrites(accepted).length > 0)).toBe(true)
  })

  const MUTEX = { mode: 'EXCLUSIVE', permits: 1, waitMs: null, token: null } as const
  const shortOf = (history: readonly Step[]): string[][] =>
    history.map(({ answers }) =>
      answers.map(({ status, who, token }) => `${status} ${who} ${token}`),
    )

  it('grant to a reader behind a waiting writer only after it, and to readers behind it at once', () => {
    const ask = (who: string, mode: 'SHARED' | 'EXCLUSIVE', at: number): Command => {
      return { ...MUTEX, op: 'ACQUIRE', who, mode, at }
    }
    const history = folded([
      ask('r1 q', 'SHARED', 0),
      ask('w q', 'EXCLUSIVE', 1),
      ask('r2 q', 'SHARED', 2),
      ask('r3 q', 'SHARED', 3),
      { ...MUTEX, op: 'RELEASE', who: 'r1 q', token: 0, at: 4 },
      { ...MUTEX, op: 'RELEASE', who: 'w q', token: 4, at: 5 },
    ])
    expect(shortOf(history)).toEqual([
      ['GRANTED r1 q 0'],
      ['QUEUED w q null'],
      ['QUEUED r2 q null'],
      ['QUEUED r3 q null'],
      ['RELEASED r1 q 0', 'GRANTED w q 4'],
      ['RELEASED w q 4', 'GRANTED r2 q 5', 'GRANTED r3 q 5'],
    ])
  })

  it('let those behind move up at once when a waiting request tries again and so gives up its place', () => {
    const history = folded([
      { ...MUTEX, op: 'ACQUIRE', who: 'r1 q', mode: 'SHARED', at: 0 },
      { ...MUTEX, op: 'ACQUIRE', who: 'w q', at: 1 },
      { ...MUTEX, op: 'ACQUIRE', who: 'r2 q', mode: 'SHARED', at: 2 },
      { ...MUTEX, op: 'ACQUIRE', who: 'w q', waitMs: 0, at: 3 },
    ])
    expect(shortOf(history).at(-1)).toEqual(['REFUSED w q null', 'GRANTED r2 q 3'])
  })

  it('never grant to whoever gives up by the record that would have granted', () => {
    const history = folded([
      { ...MUTEX, op: 'ACQUIRE', who: 'slow q', at: 0 },
      { ...MUTEX, op: 'ACQUIRE', who: 'patient q', at: 1 },
      { ...MUTEX, op: 'ACQUIRE', who: 'next q', at: 2 },
      { ...MUTEX, op: 'RELEASE', who: 'patient q', at: 50 },
    ])
    expect(shortOf(history).at(-1)).toEqual([
      'EXPIRED slow q 0',
      'RELEASED patient q null',
      'GRANTED next q 3',
    ])
  })

  it('say why they refuse, and end leases and waits by the log’s time, shown by a tick', () => {
    const state = emptyPartition()
    const take = (command: Command, offset: number): string[] =>
      (foldCoordination(state, lockEvent(command, offset)) as LockResult[]).map(
        ({ status, reason, lease_until }) =>
          `${status} ${reason}${lease_until === null ? '' : (lease_until - START) / 1000}`,
      )
    const ask = { ...MUTEX, op: 'ACQUIRE' } as const
    expect(take({ ...ask, who: 'a q', at: 0 }, 0)).toEqual(['GRANTED 10'])
    expect(take({ ...ask, who: 'b q', at: 1, waitMs: 0 }, 1)).toEqual([
      'REFUSED the lock is not free',
    ])
    expect(take({ ...ask, who: 'b q', at: 1, permits: 2 }, 2)).toEqual([
      'REFUSED in use with 1 permits, asked for 2',
    ])
    expect(take({ ...ask, who: 'b q', at: 2, waitMs: 4 }, 3)).toEqual(['QUEUED '])
    expect(take({ ...MUTEX, op: 'RENEW', who: 'a q', token: 7, at: 3 }, 4)).toEqual([
      'REFUSED the token is stale',
    ])
    expect(take({ ...MUTEX, op: 'TICK', who: '', at: 7 }, 5)).toEqual(['TIMED_OUT '])
    expect(take({ ...MUTEX, op: 'TICK', who: '', at: 10 }, 6)).toEqual([])
    expect(take({ ...MUTEX, op: 'TICK', who: '', at: 10.001 }, 7)).toEqual(['EXPIRED 10'])
  })
})
