import type { Micros } from '@waggle/base'
import type { LockCommand, LockStatus } from '@waggle/event'

/**
 * A lock, as a pure function of the order of one partition.
 *
 *   free --ACQUIRE--> held --RELEASE with its token--> next in the queue, or free
 *   held --ACQUIRE--> queued, first come first served
 *   held --RENEW with its token--> held, with a new lease
 *   held --lease over--> expired; next in the queue, or free
 *
 * A lease ends by log time: at the first record of the run in the partition known after it, a tick if need
 * be. The fencing token is the offset of the record that made the grant: the ACQUIRE itself, or the RELEASE
 * or the record that ended the lease before. One record makes at most one grant per resource, and offsets
 * grow, so tokens are unique and grow (Kleppmann 2016, "How to do distributed locking").
 */
export interface Grant {
  readonly agent: string
  readonly request: string
  readonly token: number
  readonly leaseMs: number
  readonly leaseUntil: Micros
}

interface Waiter {
  readonly agent: string
  readonly request: string
  readonly leaseMs: number
}

export interface LockState {
  readonly resource: string
  holder: Grant | undefined
  readonly queue: Waiter[]
  /** Last answer to each request, oldest first; bounded. */
  readonly requests: Map<string, LockAnswer>
}

export interface LockAnswer {
  readonly status: LockStatus
  readonly request: string
  readonly agent: string
  readonly token: number | null
  readonly leaseUntil: Micros | null
  readonly reason: string
}

export const REQUESTS_MAX = 1000
const QUEUE_MAX = 10_000

export function freeLock(resource: string): LockState {
  return { resource, holder: undefined, queue: [], requests: new Map() }
}

/** Command -> answers, in the order they take effect; the state is changed in place. */
export function applyLockCommand(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  switch (command.op) {
    case 'ACQUIRE':
      return acquire(state, command, offset, now)
    case 'RENEW':
      return renew(state, command, now)
    case 'RELEASE':
      return release(state, command, offset, now)
  }
}

/** Ends the lease if its time is over; the record at `offset` showed that. */
export function expireLease(state: LockState, offset: number, now: Micros): LockAnswer[] {
  const { holder } = state
  if (holder === undefined || holder.leaseUntil >= now) return []
  const expired = answer(state, 'EXPIRED', holder, {
    token: holder.token,
    leaseUntil: holder.leaseUntil,
  })
  return [expired, ...grantNext(state, offset, now)]
}

function acquire(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  const waiter = { agent: command.agent, request: command.request, leaseMs: command.lease_ms }
  if (isHeldBy(state, command) || state.queue.some((queued) => isSame(queued, command))) {
    return [state.requests.get(requestKey(command)) ?? answer(state, 'QUEUED', waiter)]
  }
  if (state.holder === undefined) return [grant(state, waiter, offset, now)]
  if (state.queue.length >= QUEUE_MAX) return [refuse(command, 'the queue is full')]
  state.queue.push(waiter)
  return [answer(state, 'QUEUED', waiter)]
}

function renew(state: LockState, command: LockCommand, now: Micros): LockAnswer[] {
  const { holder } = state
  if (holder === undefined || !holdsWith(holder, command))
    return [refuse(command, 'the token is stale')]
  const leaseUntil = now + command.lease_ms * 1000
  state.holder = { ...holder, leaseMs: command.lease_ms, leaseUntil }
  return [answer(state, 'RENEWED', holder, { token: holder.token, leaseUntil })]
}

function release(
  state: LockState,
  command: LockCommand,
  offset: number,
  now: Micros,
): LockAnswer[] {
  const queued = state.queue.findIndex((waiter) => isSame(waiter, command))
  if (queued >= 0) {
    const [waiter] = state.queue.splice(queued, 1)
    return [answer(state, 'RELEASED', waiter!)]
  }
  const { holder } = state
  if (holder === undefined || !holdsWith(holder, command))
    return [refuse(command, 'the token is stale')]
  const released = answer(state, 'RELEASED', holder, { token: holder.token })
  return [released, ...grantNext(state, offset, now)]
}

function grantNext(state: LockState, offset: number, now: Micros): LockAnswer[] {
  state.holder = undefined
  const next = state.queue.shift()
  return next === undefined ? [] : [grant(state, next, offset, now)]
}

function grant(state: LockState, waiter: Waiter, offset: number, now: Micros): LockAnswer {
  const leaseUntil = now + waiter.leaseMs * 1000
  state.holder = { ...waiter, token: offset, leaseUntil }
  return answer(state, 'GRANTED', waiter, { token: offset, leaseUntil })
}

/** Not remembered: a refused renewal says nothing about how the request itself ended. */
function refuse({ request, agent }: LockCommand, reason: string): LockAnswer {
  return { status: 'REFUSED', request, agent, token: null, leaseUntil: null, reason }
}

function answer(
  state: LockState,
  status: LockStatus,
  { agent, request }: { readonly agent: string; readonly request: string },
  more: { readonly token?: number; readonly leaseUntil?: Micros } = {},
): LockAnswer {
  const { token = null, leaseUntil = null } = more
  const given: LockAnswer = { status, request, agent, token, leaseUntil, reason: '' }
  const key = requestKey({ agent, request })
  state.requests.delete(key)
  state.requests.set(key, given)
  if (state.requests.size > REQUESTS_MAX) {
    const [oldest] = state.requests.keys()
    state.requests.delete(oldest!)
  }
  return given
}

export function requestKey({
  agent,
  request,
}: {
  readonly agent: string
  readonly request: string
}): string {
  return `${agent}\u0000${request}`
}

function isSame(waiter: Waiter, command: LockCommand): boolean {
  return waiter.agent === command.agent && waiter.request === command.request
}

function isHeldBy({ holder }: LockState, command: LockCommand): boolean {
  return (
    holder !== undefined && holder.agent === command.agent && holder.request === command.request
  )
}

function holdsWith(holder: Grant, command: LockCommand): boolean {
  return holder.agent === command.agent && holder.token === command.token
}
