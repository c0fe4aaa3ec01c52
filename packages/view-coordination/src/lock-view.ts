import type { Micros } from '@waggle/base'
import type { LockMode, LockStatus } from '@waggle/event'
import type { CoordinationScope } from './coordination-view.ts'
import { findDeadlocks, type Deadlock } from './deadlocks.ts'
import type { PartitionState } from './fold-coordination.ts'
import { answerKey } from './fold-locks.ts'
import { requestKey, type LockState } from './lock-state.ts'
import { nameIn } from './result-fields.ts'

export interface LockHolderReport {
  readonly agent: string
  readonly request: string
  readonly token: bigint
  readonly leaseUntil: Micros
}

export interface LockWaiterReport {
  readonly agent: string
  readonly request: string
  readonly mode: LockMode
  /** Log time at which it gives up; null for never. */
  readonly until: Micros | null
}

export interface LockReport {
  readonly resource: string
  /** Of the first holder, as are the three fields below; null while the lock is free. */
  readonly holder: string | null
  readonly request: string | null
  readonly token: bigint | null
  readonly leaseUntil: Micros | null
  /** Of the holders; null while the lock is free. */
  readonly mode: LockMode | null
  readonly permits: number
  /** In the order of their grants. */
  readonly holders: readonly LockHolderReport[]
  /** Agents waiting, next first. */
  readonly queue: readonly string[]
  readonly waiters: readonly LockWaiterReport[]
}

export interface LockRequestReport {
  readonly status: LockStatus
  readonly token: bigint | null
  readonly leaseUntil: Micros | null
  /** Why it was refused; else empty. */
  readonly reason: string
}

/** Reads of locks; plain copies, the caller may keep them. */
export interface LockView {
  /** Undefined for a lock that nobody has or waits for: it is free. */
  lock(scope: CoordinationScope, resource: string): LockReport | undefined
  /** Locks that somebody has or waits for, by resource: the first `limit`. */
  locks(scope: CoordinationScope, limit: number): LockReport[]
  /**
   * The last answer to an agent's request. Of those that neither hold nor wait any more, the latest 20,000 of
   * a partition are remembered.
   */
  lockRequest(
    scope: CoordinationScope,
    resource: string,
    by: { readonly agent: string; readonly request: string },
  ): LockRequestReport | undefined
  /**
   * Circles of lines of action that wait for each other's locks, over all partitions. A deadlock does not go
   * away by itself before a lease or a wait ends; partitions are read at the positions the view has reached,
   * so one that is still there once all of them have moved on is certain.
   */
  deadlocks(scope: CoordinationScope): Deadlock[]
}

export function createLockView(partitions: ReadonlyMap<string, PartitionState>): LockView {
  const tablesOf = ({ run }: CoordinationScope) =>
    [...partitions.values()].flatMap(({ runs }) => runs.get(run ?? '')?.locks ?? [])
  const lockOf = (scope: CoordinationScope, resource: string): LockState | undefined =>
    tablesOf(scope)
      .map(({ inUse }) => inUse.get(nameIn(scope.swarm, resource)))
      .find((state) => state !== undefined)

  return {
    lock: (scope, resource) => {
      const state = lockOf(scope, resource)
      return state === undefined ? undefined : reportLock(state)
    },
    locks: (scope, limit) =>
      tablesOf(scope)
        .flatMap(({ inUse }) => [...inUse.values()].filter(({ swarm }) => swarm === scope.swarm))
        .sort((a, b) => (a.resource < b.resource ? -1 : 1))
        .slice(0, limit)
        .map(reportLock),
    lockRequest: (scope, resource, by) => {
      const key = answerKey(scope.swarm, resource, by)
      for (const { answers } of tablesOf(scope)) {
        const answer = answers.get(key)
        if (answer === undefined) continue
        const { status, token, leaseUntil, reason } = answer
        return { status, token: bigintOf(token), leaseUntil, reason }
      }
      return liveRequest(lockOf(scope, resource), by)
    },
    deadlocks: (scope) =>
      findDeadlocks(
        tablesOf(scope).flatMap(({ inUse }) =>
          [...inUse.values()].filter(({ swarm }) => swarm === scope.swarm),
        ),
      ),
  }
}

/** A request that has outlived the memory of its answer. */
function liveRequest(
  state: LockState | undefined,
  by: { readonly agent: string; readonly request: string },
): LockRequestReport | undefined {
  const grant = state?.holders.get(requestKey(by))
  if (grant !== undefined) {
    const { token, leaseUntil } = grant
    return { status: 'GRANTED', token: BigInt(token), leaseUntil, reason: '' }
  }
  if (state?.queue.has(requestKey(by)) !== true) return undefined
  return { status: 'QUEUED', token: null, leaseUntil: null, reason: '' }
}

function reportLock({ resource, permits, holders, queue }: LockState): LockReport {
  const grants = [...holders.values()]
  const waiters = [...queue.values()]
  const [first] = grants
  return {
    resource,
    holder: first?.agent ?? null,
    request: first?.request ?? null,
    token: bigintOf(first?.token),
    leaseUntil: first?.leaseUntil ?? null,
    mode: first?.mode ?? null,
    permits,
    holders: grants.map(({ agent, request, token, leaseUntil }) => {
      return { agent, request, token: BigInt(token), leaseUntil }
    }),
    queue: waiters.map(({ agent }) => agent),
    waiters: waiters.map(({ agent, request, mode, until }) => ({ agent, request, mode, until })),
  }
}

function bigintOf(value: number | null | undefined): bigint | null {
  return value === null || value === undefined ? null : BigInt(value)
}
