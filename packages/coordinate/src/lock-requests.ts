import type { Micros } from '@waggle/base'
import type { LockMode, Position } from '@waggle/event'
import { NOT_FREE, type LockRequestReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'
import { unavailable, waitInQueue } from './lock-wait.ts'
import { fenced, requestOf, sendCommand, type LockTerms } from './lock.ts'

/** What is asked for, by its name: whoever knows the name and speaks as the agent goes on with it. */
export interface LockWish {
  readonly resource: string
  readonly request: string
  /** EXCLUSIVE if left out. */
  readonly mode?: LockMode
  /** Length of the lease in milliseconds; 30 s if left out. */
  readonly leaseMs?: number
}

/** How a request stands after a command. */
export interface LockGrant {
  readonly status: 'GRANTED' | 'RENEWED' | 'RELEASED'
  /** Fencing token: offset of the record that made the grant; null for a place in the queue given up. */
  readonly token: bigint | null
  readonly leaseUntil: Micros | null
  /** Whoever has read this has seen it take effect. */
  readonly position: Position
}

/** Locks for who holds them elsewhere, such as behind a gateway: nothing here renews, so a lease ends by itself. */
export interface LockRequests {
  /**
   * Waits for the lock; repeated under its name, a request keeps its place or its grant. LOCK_UNAVAILABLE when
   * `waitMs` is over or the log refuses. When the signal aborts, the request is given up, waiting or granted, and
   * its reason thrown.
   */
  acquire(wish: LockWish, waitMs: number, signal: AbortSignal): Promise<LockGrant>
  /** Makes the lease last its length from now. FENCED where the token, or the request's own grant, is stale. */
  renew(wish: LockWish, token?: bigint): Promise<LockGrant>
  /** Gives it back, once or again; without a token the place in the queue, too. FENCED where it was lost before. */
  release(wish: LockWish, token?: bigint): Promise<LockGrant>
}

const LEASE_MS = 30_000

/** Locks as single requests, for callers that hold no process open. */
export function createLockRequests(bus: AgentBus): LockRequests {
  return {
    acquire: (wish, waitMs, signal) => acquire(bus, termsOf(wish), waitMs, signal),
    renew: async (wish, token) => {
      const terms = termsOf(wish)
      const held = token ?? requestOf(bus, terms)?.token ?? undefined
      if (held === undefined) throw fenced(terms.resource, 'is not held by this request')
      const sent = await sendCommand(bus, terms, { op: 'RENEW', token: Number(held) })
      const { answer } = sent
      if (answer === undefined || answer.token !== held || !isHeld(answer))
        throw fenced(terms.resource, 'was lost before its renewal')
      return { ...answer, status: 'RENEWED', position: sent.position }
    },
    release: async (wish, token) => {
      const terms = termsOf(wish)
      const fields = token === undefined ? {} : { token: Number(token) }
      const { answer, position } = await sendCommand(bus, terms, { op: 'RELEASE', ...fields })
      if (answer?.status !== 'RELEASED' || (token !== undefined && answer.token !== token))
        throw fenced(terms.resource, 'was lost before its release')
      return { status: 'RELEASED', token: answer.token, leaseUntil: null, position }
    },
  }
}

async function acquire(
  bus: AgentBus,
  terms: LockTerms,
  waitMs: number,
  signal: AbortSignal,
): Promise<LockGrant> {
  signal.throwIfAborted()
  const until = bus.clock.now() + waitMs * 1000
  const { position, ...sent } = await sendCommand(bus, terms, { op: 'ACQUIRE', wait_ms: waitMs })
  const answer =
    sent.answer?.status === 'QUEUED'
      ? await waitInQueue(bus, terms, position, { until, signal })
      : sent.answer
  if (answer === undefined || answer.token === null || !isHeld(answer))
    throw unavailable(terms, refusalOf(answer))
  if (signal.aborted) await sendCommand(bus, terms, { op: 'RELEASE' })
  signal.throwIfAborted()
  const { token, leaseUntil } = answer
  const offset = token > position.offset ? token : position.offset
  return { status: 'GRANTED', token, leaseUntil, position: { ...position, offset } }
}

function isHeld({ status }: LockRequestReport): boolean {
  return status === 'GRANTED' || status === 'RENEWED'
}

function refusalOf(answer: LockRequestReport | undefined): string {
  const reason = answer?.reason ?? ''
  if (reason === NOT_FREE) return 'is not free'
  return reason === '' ? 'was not granted in time' : `is refused: ${reason}`
}

function termsOf({ resource, request, mode, leaseMs }: LockWish): LockTerms {
  return {
    resource,
    request,
    mode: mode ?? 'EXCLUSIVE',
    permits: 1,
    leaseMs: leaseMs ?? LEASE_MS,
    trajectory: null,
  }
}
