import { isWaggleError, WaggleError, type Clock, type Micros } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import type { LockRequestReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'
import { requestOf, sendCommand, type LockTerms } from './lock.ts'

/** Between the moments at which those further back in a queue ask again, should those before them be gone. */
const SPACING_MICROS = 50_000
/** A wait for the next record is given up and taken up again after this. */
const LOOK_MS = 1000

export interface Patience {
  /** By the agent's clock; Infinity for ever. */
  readonly until: Micros
  readonly signal: AbortSignal | undefined
}

/**
 * Waits in the queue until the request has another answer: it follows the partition record by record. A lease
 * ends by log time, and a partition in which nobody says anything stands still; so where the holder's lease
 * should be over the waiter asks again, which changes nothing but moves the time. Gives up its place and
 * throws LOCK_UNAVAILABLE at the end of its patience, or the signal's reason.
 */
export async function waitInQueue(
  bus: AgentBus,
  terms: LockTerms,
  asked: Position,
  { until, signal }: Patience,
): Promise<LockRequestReport> {
  let moved: Promise<void> | undefined
  for (;;) {
    const answer = requestOf(bus, terms)
    if (answer?.status !== 'QUEUED') return answer ?? forgotten(terms)
    if (signal?.aborted === true || bus.clock.now() > until) return giveUp(bus, terms, signal)
    const askAt = askAgainAt(bus, terms)
    if (bus.clock.now() > askAt) {
      await sendCommand(bus, terms, { op: 'ACQUIRE', wait_ms: null })
      continue
    }
    moved ??= nextRecord(bus, asked).finally(() => (moved = undefined))
    const nap = new AbortController()
    const wakes = signal === undefined ? nap.signal : AbortSignal.any([nap.signal, signal])
    await Promise.race([moved, sleepUntil(bus.clock, Math.min(askAt, until), wakes)])
    nap.abort()
  }
}

/** Resolves after this time, or when the signal aborts. */
export async function sleepUntil(clock: Clock, at: Micros, signal: AbortSignal): Promise<void> {
  const ms = Math.min(Math.max(0, at - clock.now()) / 1000 + 1, 60_000)
  await clock.sleep(Math.ceil(ms), signal).catch(() => {})
}

/** When the first lease of the holders should be over, later for those further back. */
function askAgainAt({ coordination, swarm, run, agent }: AgentBus, terms: LockTerms): Micros {
  const lock = coordination.view.lock({ swarm, run }, terms.resource)
  if (lock === undefined) return Infinity
  const leaseEnd = Math.min(...lock.holders.map(({ leaseUntil }) => leaseUntil))
  const place = lock.waiters.findIndex(
    (waiter) => waiter.agent === agent && waiter.request === terms.request,
  )
  return leaseEnd + Math.max(0, place) * SPACING_MICROS
}

/** The next record of the lock's partition, or a while. */
async function nextRecord({ coordination }: AgentBus, asked: Position): Promise<void> {
  const { progress } = coordination.runner
  const next = { ...asked, offset: progress.nextOffset(partitionName(asked)) }
  try {
    await progress.waitFor([next], LOOK_MS)
  } catch (error) {
    if (!isWaggleError(error, 'VIEW_STALE')) throw error
  }
}

/** Without a token: the request is given up whether it still waits or was granted meanwhile. */
async function giveUp(
  bus: AgentBus,
  terms: LockTerms,
  signal: AbortSignal | undefined,
): Promise<never> {
  await sendCommand(bus, terms, { op: 'RELEASE' })
  signal?.throwIfAborted()
  throw unavailable(terms, 'was not granted in time')
}

function forgotten(terms: LockTerms): never {
  throw unavailable(terms, 'has no answer any more')
}

export function unavailable({ resource }: LockTerms, what: string): WaggleError {
  return new WaggleError('LOCK_UNAVAILABLE', `The lock of ${resource} ${what}`, { input: resource })
}
