import fc from 'fast-check'
import type { LockMode, LockOp, LockStatus } from '@waggle/event'
import type { KnownEvent } from '@waggle/consume'
import { knownEvent } from './coordination-fuzz.ts'

/** What the fuzzers choose: who asks for what, which token it shows, and how much later than the step before. */
export const lockStep = fc.record({
  agent: fc.constantFrom('a', 'b', 'c'),
  request: fc.constantFrom('q1', 'q2'),
  op: fc.constantFrom<LockOp | 'TICK'>('ACQUIRE', 'ACQUIRE', 'ACQUIRE', 'RELEASE', 'RENEW', 'TICK'),
  mode: fc.constantFrom<LockMode>('EXCLUSIVE', 'SHARED'),
  waitMs: fc.constantFrom(null, null, 0, 4),
  shows: fc.constantFrom('its token', 'its token', 'a stale token', 'no token'),
  otherPermits: fc.constantFrom(false, false, false, true),
  laterMs: fc.constantFrom(0, 1, 1, 3, 12),
})
export type LockStep = typeof lockStep extends fc.Arbitrary<infer T> ? T : never

export interface Command {
  readonly op: LockOp | 'TICK'
  readonly who: string
  readonly mode: LockMode
  readonly permits: number
  readonly waitMs: number | null
  readonly token: number | null
  readonly at: number
}

export interface Answer {
  readonly status: LockStatus
  readonly who: string
  readonly mode: LockMode
  readonly token: number | null
}

export const LEASE_MS = 10

/** Ways in which an implementation could be wrong, for the checkers to find. */
export type Bug =
  'two holders' | 'mixed modes' | 'a permit too many' | 'tokens of requests' | 'last first'

interface Place {
  readonly who: string
  readonly mode: LockMode
  readonly token: number
  readonly ends: number
  readonly asked: number
}

/** The rules of a lock again, as plainly as possible: two lists, looked through anew at every record. */
export class PlainLock {
  holders: Place[] = []
  waiters: Place[] = []
  permits = 1
  readonly #bug: Bug | undefined

  constructor(bug?: Bug) {
    this.#bug = bug
  }

  take(command: Command, offset: number): Answer[] {
    const { at, who, op } = command
    const expired = this.holders.filter(({ ends }) => ends < at)
    const timedOut = this.waiters.filter(({ ends }) => ends < at)
    this.holders = this.holders.filter(({ ends }) => ends >= at)
    this.waiters = this.waiters.filter(({ ends }) => ends >= at)
    const answers: Answer[] = [
      ...expired.map((holder) => told('EXPIRED', holder, holder.token)),
      ...timedOut.map((waiter) => told('TIMED_OUT', waiter)),
    ]
    if (op === 'ACQUIRE') answers.push(...this.#acquire(command, offset))
    if (op === 'RENEW') answers.push(this.#renew(command))
    if (op === 'RELEASE') answers.push(this.#release(command))
    answers.push(...this.#grant(offset, at))
    const waits = this.waiters.find((waiter) => waiter.who === who)
    if (op !== 'ACQUIRE' || waits === undefined) return answers
    if (command.waitMs !== 0) return [...answers, told('QUEUED', waits)]
    this.waiters = this.waiters.filter((waiter) => waiter !== waits)
    return [...answers, told('REFUSED', command), ...this.#grant(offset, at)]
  }

  #acquire(command: Command, offset: number): Answer[] {
    const { who, mode, permits, waitMs, at } = command
    const held = this.holders.find((holder) => holder.who === who)
    if (held !== undefined) return [told('GRANTED', held, held.token)]
    if (this.waiters.some((waiter) => waiter.who === who)) return []
    if (this.holders.length + this.waiters.length === 0) this.permits = permits
    if (permits !== this.permits) return [told('REFUSED', command)]
    const ends = waitMs === null ? Infinity : at + waitMs
    this.waiters.push({ who, mode, token: -1, ends, asked: offset })
    return []
  }

  #renew(command: Command): Answer {
    const held = this.#holderWith(command)
    if (held === undefined || command.token === null) return told('REFUSED', command)
    this.holders = this.holders.map((holder) =>
      holder === held ? { ...held, ends: command.at + LEASE_MS } : holder,
    )
    return told('RENEWED', held, held.token)
  }

  #release(command: Command): Answer {
    const { who, token } = command
    const waits = this.waiters.find((waiter) => waiter.who === who && token === null)
    this.waiters = this.waiters.filter((waiter) => waiter !== waits)
    if (waits !== undefined) return told('RELEASED', waits)
    const held = this.#holderWith(command)
    this.holders = this.holders.filter((holder) => holder !== held)
    return held === undefined ? told('REFUSED', command) : told('RELEASED', held, held.token)
  }

  /** Without a token the request is meant; with one, that request's grant or another of the agent's. */
  #holderWith({ who, token }: Command): Place | undefined {
    const named = this.holders.find((holder) => holder.who === who)
    if (token === null || named?.token === token) return named
    const [agent] = who.split(' ')
    return this.holders.find(
      (holder) => holder.token === token && holder.who.startsWith(`${agent} `),
    )
  }

  #grant(offset: number, at: number): Answer[] {
    const answers: Answer[] = []
    for (;;) {
      const next = this.#bug === 'last first' ? this.waiters.at(-1) : this.waiters[0]
      if (next === undefined || !this.#fits(next.mode)) return answers
      this.waiters = this.waiters.filter((waiter) => waiter !== next)
      const token = this.#bug === 'tokens of requests' ? next.asked : offset
      this.holders.push({ ...next, token, ends: at + LEASE_MS })
      answers.push(told('GRANTED', next, token))
    }
  }

  #fits(mode: LockMode): boolean {
    const shared = this.holders.filter((holder) => holder.mode === 'SHARED').length
    const exclusive = this.holders.length - shared
    if (mode === 'SHARED') return exclusive === 0 || this.#bug === 'mixed modes'
    if (this.#bug === 'two holders' && this.permits === 1 && exclusive === 1) return true
    const permits = this.permits + (this.#bug === 'a permit too many' ? 1 : 0)
    return exclusive < permits && shared === 0
  }
}

function told(
  status: LockStatus,
  { who, mode }: { readonly who: string; readonly mode: LockMode },
  token: number | null = null,
): Answer {
  return { status, who, mode, token }
}

/** Commands of the steps. A command shows the token its request holds by the plain rules, or another one. */
export function lockCommands(steps: readonly LockStep[], permits: number): Command[] {
  const lock = new PlainLock()
  const tokens = new Map<string, number>()
  let at = 0
  return steps.map((step, offset) => {
    at += step.laterMs
    const who = `${step.agent} ${step.request}`
    const token = tokens.get(who) ?? null
    const shown =
      step.shows === 'no token' || token === null
        ? null
        : step.shows === 'its token'
          ? token
          : Math.max(0, token - 1)
    const command: Command = {
      op: step.op,
      who,
      mode: step.mode,
      permits: step.otherPermits ? permits + 1 : permits,
      waitMs: step.waitMs,
      token: shown,
      at,
    }
    for (const { status, who, token } of lock.take(command, offset))
      if (status === 'GRANTED') tokens.set(who, token!)
    return command
  })
}

export function lockEvent(command: Command, offset: number, resource = 'r'): KnownEvent {
  const { op, who, mode, permits, waitMs, token, at } = command
  const [agent, request] = who.split(' ')
  const topic = 'waggle.locks.v1'
  if (op === 'TICK') return knownEvent(topic, offset, at * 1000, { kind: 'tick' })
  return knownEvent(topic, offset, at * 1000, {
    kind: 'lock_command',
    agent,
    request,
    resource,
    op,
    mode,
    permits,
    lease_ms: LEASE_MS,
    wait_ms: waitMs,
    token,
  })
}
