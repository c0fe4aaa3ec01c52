import { isWaggleError } from '@waggle/base'
import { derivedId, type LockMode } from '@waggle/event'
import { NOT_FREE, type LockRequestReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'
import { sleepUntil, unavailable, waitInQueue } from './lock-wait.ts'
import { heldLock, sendCommand, type Lock, type LockTerms } from './lock.ts'

export interface LockOptions {
  /** EXCLUSIVE, alone, if left out. SHARED: with other shared holders. */
  readonly mode?: LockMode
  /** How many may hold it exclusively at once; 1 if left out. The same for all who use the resource. */
  readonly permits?: number
  /** Length of the lease in milliseconds; 30 s if left out. */
  readonly leaseMs?: number
  /** Renews the lease until release or loss; if left out, yes. */
  readonly autoRenew?: boolean
  /** Line of action; parallel tasks of one agent should each have one, or they look like one in deadlocks. */
  readonly trajectory?: string
}

export interface AcquireOptions extends LockOptions {
  /** How long to wait in the queue, in milliseconds; for ever if left out. */
  readonly waitMs?: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** Locks as one agent uses them. */
export interface Locks {
  /**
   * Resolves when granted, first come first served. LOCK_UNAVAILABLE when `waitMs` is over or the log refuses
   * (other permits, a full queue); the signal's reason when it aborts. The place in the queue is given up.
   */
  acquire(resource: string, options?: AcquireOptions): Promise<Lock>
  /** Undefined where the lock is not free at once. */
  tryAcquire(resource: string, options?: LockOptions): Promise<Lock | undefined>
  /** Runs under the lock and releases it; FENCED if the lock was lost before the end. */
  withLock<T>(
    resource: string,
    run: (lock: Lock) => T | Promise<T>,
    options?: AcquireOptions,
  ): Promise<T>
}

const LEASE_MS = 30_000
/** A renewal that failed for the log's sake is tried again after this. */
const RETRY_MS = 100

/** A request is named by the session and number of the command that makes it, so that no other has its name. */
export function createLocks(bus: AgentBus, session: string): Locks {
  const prefix = derivedId(session)
  const termsOf = (resource: string, options: LockOptions): LockTerms => ({
    resource,
    request: `${prefix}/${bus.emitter.seq + 1}`,
    mode: options.mode ?? 'EXCLUSIVE',
    permits: options.permits ?? 1,
    leaseMs: options.leaseMs ?? LEASE_MS,
    trajectory: options.trajectory ?? null,
  })

  const ask = async (
    terms: LockTerms,
    waitMs: number | null,
    { signal, autoRenew = true }: AcquireOptions,
  ): Promise<Lock | LockRequestReport | undefined> => {
    let from = bus.clock.now()
    const until = waitMs === null ? Infinity : from + waitMs * 1000
    const sent = await sendCommand(bus, terms, { op: 'ACQUIRE', wait_ms: waitMs })
    let { answer } = sent
    if (answer?.status === 'QUEUED') {
      answer = await waitInQueue(bus, terms, sent.position, { until, signal })
      from = bus.clock.now()
    }
    if (answer?.status !== 'GRANTED') return answer
    const lock = heldLock(bus, terms, answer, from)
    void watchLease(bus, lock)
    if (autoRenew) void keepRenewed(bus, lock, terms.leaseMs)
    return lock
  }
  const acquire: Locks['acquire'] = async (resource, options = {}) => {
    options.signal?.throwIfAborted()
    const terms = termsOf(resource, options)
    const got = await ask(terms, options.waitMs ?? null, options)
    if (isLock(got)) return got
    throw unavailable(
      terms,
      got?.reason === '' ? 'was not granted in time' : `is refused: ${got?.reason}`,
    )
  }
  return {
    acquire,
    tryAcquire: async (resource, options = {}) => {
      const terms = termsOf(resource, options)
      const got = await ask(terms, 0, options)
      if (isLock(got)) return got
      if (got?.reason === NOT_FREE) return undefined
      throw unavailable(terms, `is refused: ${got?.reason}`)
    },
    withLock: async (resource, run, options) => {
      const lock = await acquire(resource, options)
      let value
      try {
        value = await run(lock)
      } catch (error) {
        // What went wrong first is what the caller should hear of.
        await lock.release().catch(() => {})
        throw error
      }
      await lock.release()
      return value
    },
  }
}

function isLock(got: Lock | LockRequestReport | undefined): got is Lock {
  return got !== undefined && 'release' in got
}

/** Tells of a lease that is over by the agent's clock, also while a renewal hangs. */
async function watchLease({ clock }: AgentBus, lock: Lock): Promise<void> {
  while (!lock.signal.aborted) {
    await sleepUntil(clock, lock.leaseUntil, lock.signal)
    if (clock.now() <= lock.leaseUntil) continue
    try {
      lock.check()
    } catch {
      return
    }
  }
}

/** Renews when a third of the lease is over, and again after failures of the log, until the lock ends. */
async function keepRenewed({ clock }: AgentBus, lock: Lock, leaseMs: number): Promise<void> {
  for (;;) {
    const renewAt = lock.leaseUntil - (leaseMs * 1000 * 2) / 3
    while (clock.now() < renewAt && !lock.signal.aborted)
      await sleepUntil(clock, renewAt, lock.signal)
    if (lock.signal.aborted) return
    try {
      await lock.renew()
    } catch (error) {
      if (isWaggleError(error, 'FENCED')) return
      await clock.sleep(RETRY_MS, lock.signal).catch(() => {})
    }
  }
}
