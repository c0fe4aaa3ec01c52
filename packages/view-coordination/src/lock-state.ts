import type { Micros } from '@waggle/base'
import type { LockCommand, LockMode, LockStatus } from '@waggle/event'

/**
 * A lock, as a pure function of the order of one partition.
 *
 *   free --ACQUIRE--> held --RELEASE--> next in the queue, or free
 *   held --ACQUIRE--> held by one more where modes allow it and nobody waits; else queued, first come first
 *     served: a shared request behind a waiting exclusive one waits too, so that writers do not starve
 *   held --RENEW with its token--> held, with a new lease
 *   held --lease over--> expired; next in the queue, or free
 *   queued --wait_ms over--> timed out; wait_ms 0 is a try: refused at once
 *
 * SHARED holders share with each other, EXCLUSIVE ones never with SHARED ones. `permits` EXCLUSIVE holders may
 * hold at once: 1 is a mutex, more a counting semaphore. The request that finds the lock free sets the number;
 * another number is refused while the lock is in use.
 *
 * Time is log time: a lease or a wait ends at the first record of the run in the partition known after it, a
 * tick if need be. Every record is taken in three steps: what is over ends, then the command takes or frees a
 * place, then the queue is granted from its front. So whoever gives up by the very record that would have
 * granted its request is never granted.
 *
 * The fencing token is the offset of the record that made the grant (Kleppmann 2016, "How to do distributed
 * locking"). Of a mutex, one record makes at most one grant and offsets grow: tokens are unique and grow. One
 * record may grant several shared requests, or several permits; they have one token. That is safe because
 * neither is a right to write alone: a token fences off earlier exclusive holders, which all have smaller
 * ones, and the guard of the SDK refuses to stamp writes with a token that is not exclusive. Where they are
 * told apart, as in RELEASE, it is by agent and request.
 */
export interface Asked {
  readonly agent: string
  readonly request: string
  /** The agent's line of action; tells its parallel tasks apart where deadlocks are looked for. */
  readonly trajectory: string | null
  readonly mode: LockMode
  readonly leaseMs: number
}

export interface Grant extends Asked {
  readonly token: number
  readonly leaseUntil: Micros
}

export interface Waiter extends Asked {
  /** Of the record that asked. */
  readonly offset: number
  /** Log time at which it gives up; null for never. */
  readonly until: Micros | null
}

export interface LockState {
  readonly swarm: string
  readonly resource: string
  permits: number
  /** By `requestKey`, in the order of their grants. All have the same mode. */
  readonly holders: Map<string, Grant>
  /** By `requestKey`, next first. Empty while the lock is free. */
  readonly queue: Map<string, Waiter>
  /** Nothing ends by itself before: at most the earliest end of a lease or a wait. */
  dueAt: Micros
}

export interface LockAnswer {
  readonly status: LockStatus
  readonly request: string
  readonly agent: string
  readonly mode: LockMode
  readonly token: number | null
  readonly leaseUntil: Micros | null
  readonly reason: string
}

/** Most holders, and most waiters, of one lock. */
export const PLACES_MAX = 10_000
export const NOT_FREE = 'the lock is not free'

export function freeLock(swarm: string, resource: string): LockState {
  return { swarm, resource, permits: 1, holders: new Map(), queue: new Map(), dueAt: Infinity }
}

export function isFree({ holders, queue }: LockState): boolean {
  return holders.size === 0 && queue.size === 0
}

/** Command -> answers, in the order they take effect; the state is changed in place. */
export function applyLockCommand(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  const ended = endDue(state, now)
  const answers = take(state, command, offset, now)
  const granted = grantWaiting(state, offset, now)
  return [...ended, ...answers, ...granted, ...stillWaiting(state, command, offset, now)]
}

/** The record at `offset` shows that it is later: ends what is over, and grants what became free. */
export function passTime(state: LockState, offset: number, now: Micros): LockAnswer[] {
  return [...endDue(state, now), ...grantWaiting(state, offset, now)]
}

export function requestKey(of: { readonly agent: string; readonly request: string }): string {
  return `${of.agent}\u0000${of.request}`
}

function endDue(state: LockState, now: Micros): LockAnswer[] {
  if (state.dueAt >= now) return []
  const answers: LockAnswer[] = []
  state.dueAt = Infinity
  for (const [key, grant] of state.holders) {
    if (grant.leaseUntil >= now) endsAt(state, grant.leaseUntil)
    else {
      state.holders.delete(key)
      answers.push(answer('EXPIRED', grant, grant))
    }
  }
  for (const [key, waiter] of state.queue) {
    const { until } = waiter
    if (until === null || until >= now) endsAt(state, until)
    else {
      state.queue.delete(key)
      answers.push(answer('TIMED_OUT', waiter))
    }
  }
  return answers
}

function endsAt(state: LockState, at: Micros | null): void {
  state.dueAt = Math.min(state.dueAt, at ?? Infinity)
}

function take(state: LockState, command: LockCommand, offset: number, now: Micros): LockAnswer[] {
  switch (command.op) {
    case 'ACQUIRE':
      return acquire(state, command, offset, now)
    case 'RENEW':
      return renew(state, command, now)
    case 'RELEASE':
      return release(state, command)
  }
}

/** Asked again, a request keeps its place and its first terms. */
function acquire(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  const key = requestKey(command)
  const held = state.holders.get(key)
  if (held !== undefined) return [answer('GRANTED', held, held)]
  if (state.queue.has(key)) return []
  if (isFree(state)) state.permits = command.permits
  if (command.permits !== state.permits) {
    return [refuse(command, `in use with ${state.permits} permits, asked for ${command.permits}`)]
  }
  if (state.queue.size >= PLACES_MAX) return [refuse(command, 'the queue is full')]
  const { agent, request, trajectory, mode, lease_ms: leaseMs, wait_ms: waitMs } = command
  const until = waitMs === null ? null : now + waitMs * 1000
  state.queue.set(key, { agent, request, trajectory, mode, leaseMs, offset, until })
  endsAt(state, until)
  return []
}

function renew(state: LockState, command: LockCommand, now: Micros): LockAnswer[] {
  const grant = heldWithToken(state, command)
  if (grant === undefined) return [refuse(command, 'the token is stale')]
  const leaseUntil = now + command.lease_ms * 1000
  const renewed = { ...grant, leaseMs: command.lease_ms, leaseUntil }
  state.holders.set(requestKey(grant), renewed)
  endsAt(state, leaseUntil)
  return [answer('RENEWED', renewed, renewed)]
}

/** With a token it gives back that grant; without, the request is given up, whether it waits or holds. */
function release(state: LockState, command: LockCommand): LockAnswer[] {
  const key = requestKey(command)
  const waiter = command.token === null ? state.queue.get(key) : undefined
  if (waiter !== undefined) {
    state.queue.delete(key)
    return [answer('RELEASED', waiter)]
  }
  const grant = command.token === null ? state.holders.get(key) : heldWithToken(state, command)
  if (grant === undefined) return [refuse(command, 'the token is stale')]
  state.holders.delete(requestKey(grant))
  return [answer('RELEASED', grant, { token: grant.token })]
}

function grantWaiting(state: LockState, offset: number, now: Micros): LockAnswer[] {
  const answers: LockAnswer[] = []
  for (const [key, waiter] of state.queue) {
    if (!fits(state, waiter.mode)) break
    state.queue.delete(key)
    const { agent, request, trajectory, mode, leaseMs } = waiter
    const leaseUntil = now + leaseMs * 1000
    const grant: Grant = { agent, request, trajectory, mode, leaseMs, token: offset, leaseUntil }
    state.holders.set(key, grant)
    endsAt(state, leaseUntil)
    answers.push(answer('GRANTED', grant, grant))
  }
  return answers
}

function fits({ holders, permits }: LockState, mode: LockMode): boolean {
  for (const holder of holders.values()) {
    return holder.mode === mode && holders.size < (mode === 'SHARED' ? PLACES_MAX : permits)
  }
  return true
}

/** What an ACQUIRE gets that did not get the lock; a try does not wait, and whoever stood behind it moves up. */
function stillWaiting(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  const key = requestKey(command)
  const waiter = state.queue.get(key)
  if (command.op !== 'ACQUIRE' || waiter === undefined) return []
  if (command.wait_ms !== 0) return [answer('QUEUED', waiter)]
  state.queue.delete(key)
  return [refuse(command, NOT_FREE), ...grantWaiting(state, offset, now)]
}

/** The grant of this agent and token: the request of this name if it has it, else the first of its requests. */
function heldWithToken({ holders }: LockState, command: LockCommand): Grant | undefined {
  const named = holders.get(requestKey(command))
  if (named?.token === command.token) return named
  for (const grant of holders.values()) {
    if (grant.agent === command.agent && grant.token === command.token) return grant
  }
  return undefined
}

function refuse({ request, agent, mode }: LockCommand, reason: string): LockAnswer {
  return { status: 'REFUSED', request, agent, mode, token: null, leaseUntil: null, reason }
}

function answer(
  status: LockStatus,
  { agent, request, mode }: Asked,
  { token = null, leaseUntil = null }: { token?: number | null; leaseUntil?: Micros | null } = {},
): LockAnswer {
  return { status, request, agent, mode, token, leaseUntil, reason: '' }
}
