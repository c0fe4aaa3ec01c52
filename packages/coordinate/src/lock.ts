import { WaggleError, type Micros } from '@waggle/base'
import type { LockCommand, LockMode, Position } from '@waggle/event'
import { readView } from '@waggle/query'
import type { LockRequestReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'

/** A lock as its holder has it, until `signal` aborts. */
export interface Lock {
  readonly resource: string
  readonly request: string
  readonly mode: LockMode
  readonly permits: number
  /** Fencing token: offset of the record that made the grant. */
  readonly token: bigint
  /** End of the lease by the log or by the agent's own clock, whichever is earlier. */
  readonly leaseUntil: Micros
  /** Aborts when the lock is released or known to be lost, with FENCED as its reason. */
  readonly signal: AbortSignal
  /** Throws FENCED if the lock is released, known to be lost, or its lease over. */
  check(): void
  /** Makes the lease last its length from now; FENCED if the lock is lost. */
  renew(): Promise<void>
  /** Gives it back, once; FENCED if it was lost before, so that what was done under it is in doubt. */
  release(): Promise<void>
}

export interface LockTerms {
  readonly resource: string
  readonly request: string
  readonly mode: LockMode
  readonly permits: number
  readonly leaseMs: number
  readonly trajectory: string | null
}

/** How long a view may take to apply a command, in milliseconds, before VIEW_STALE. */
const APPLY_TIMEOUT_MS = 30_000

/** The lock of a granted request; `from` is a time of the agent's clock at which it was not granted yet, or just. */
export function heldLock(
  bus: AgentBus,
  terms: LockTerms,
  grant: LockRequestReport,
  from: Micros,
): Lock {
  const { resource, request, mode, permits, leaseMs } = terms
  const ended = new AbortController()
  const token = grant.token!
  // Log time may be ahead of this agent's clock; its lease is then over sooner than its clock says.
  const leaseEnd = (granted: LockRequestReport, at: Micros): Micros =>
    Math.min(granted.leaseUntil!, at + leaseMs * 1000)
  let leaseUntil = leaseEnd(grant, from)
  let released = false

  const end = (what: string): void => {
    if (!ended.signal.aborted) ended.abort(fenced(resource, what))
  }
  return {
    resource,
    request,
    mode,
    permits,
    token,
    get leaseUntil() {
      return leaseUntil
    },
    signal: ended.signal,
    check: () => {
      if (bus.clock.now() > leaseUntil) end('was not renewed in time')
      const known = requestOf(bus, terms)
      if (known !== undefined && !isHeld(known, token)) end('was ended by the log')
      ended.signal.throwIfAborted()
    },
    renew: async () => {
      ended.signal.throwIfAborted()
      const at = bus.clock.now()
      const { answer } = await sendCommand(bus, terms, { op: 'RENEW', token: Number(token) })
      if (answer === undefined || !isHeld(answer, token)) end('was not renewed in time')
      ended.signal.throwIfAborted()
      leaseUntil = leaseEnd(answer!, at)
    },
    release: async () => {
      if (released) return
      ended.signal.throwIfAborted()
      released = true
      end('was released')
      const { answer } = await sendCommand(bus, terms, { op: 'RELEASE', token: Number(token) })
      if (answer !== undefined && answer.status !== 'RELEASED')
        throw fenced(resource, 'had ended before its release')
    },
  }
}

/** Sends a command and waits until it has taken effect; the answer is the last one to the request. */
export async function sendCommand(
  bus: AgentBus,
  terms: LockTerms,
  fields: Pick<LockCommand, 'op'> & Partial<Pick<LockCommand, 'token' | 'wait_ms'>>,
): Promise<{ readonly position: Position; readonly answer: LockRequestReport | undefined }> {
  const { resource, request, mode, permits, leaseMs, trajectory } = terms
  const { position } = await bus.emitter.emit({
    kind: 'lock_command',
    resource,
    request,
    mode,
    permits,
    lease_ms: leaseMs,
    trajectory,
    ...fields,
  })
  const { value } = await readView(bus.coordination, () => requestOf(bus, terms), {
    after: [position],
    timeoutMs: APPLY_TIMEOUT_MS,
  })
  return { position, answer: value }
}

/** What this process's view says of a request now. */
export function requestOf(
  { coordination, swarm, run, agent }: AgentBus,
  { resource, request }: LockTerms,
): LockRequestReport | undefined {
  return coordination.view.lockRequest({ swarm, run }, resource, { agent, request })
}

function isHeld({ status, token }: LockRequestReport, of: bigint): boolean {
  return (status === 'GRANTED' || status === 'RENEWED') && token === of
}

export function fenced(resource: string, what: string): WaggleError {
  return new WaggleError('FENCED', `The lock of ${resource} ${what}`, { input: resource })
}
