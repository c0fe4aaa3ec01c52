import type { Micros } from '@waggle/base'
import type { Grant, LockState, Waiter } from './lock-state.ts'

/** What waits and holds: an agent's line of action, or the agent itself where it names none. */
export interface Party {
  readonly agent: string
  readonly trajectory: string | null
}

/** One party waits for a lock that another holds, or stands before it in the queue of. */
export interface WaitEdge extends Party {
  readonly resource: string
  readonly request: string
  /** Offset of the record that asked. */
  readonly offset: bigint
  /** When it gives up by itself; null for never. */
  readonly until: Micros | null
  readonly waitsFor: Party
  /** What the other has; null where it only stands before it in the queue. */
  readonly token: bigint | null
  /** End of the other's lease, which breaks the circle at the latest. */
  readonly leaseUntil: Micros | null
}

export interface Deadlock {
  /** A shortest circle: each waits for the next one, the last for the first. */
  readonly cycle: readonly WaitEdge[]
  /** Everyone who is in a circle with these, sorted. */
  readonly parties: readonly Party[]
}

/**
 * Deadlocks among locks, by reducing the graph of who waits for whom (Holt 1972, "Some deadlock properties of
 * computer systems"): parties that wait for nothing may give back all they have; a waiter that would get its
 * place then may go on as well, and so forth. Whoever is left can never go on, whatever the others do.
 * A circle alone would not do: of a semaphore any one of its holders may make room, so a waiter is stuck only
 * if all of them are. Waiters wait for those before them in the queue too, for it is fair.
 *
 * Each deadlock is a strongly connected part of what is left. Those stuck behind it are in no circle and are
 * not named. The result does not depend on the order of the locks.
 */
export function findDeadlocks(locks: readonly LockState[]): Deadlock[] {
  const stuck = stuckParties(locks)
  const edges = locks.flatMap((lock) => edgesOf(lock, stuck))
  edges.sort((a, b) => compare(edgeName(a), edgeName(b)))
  const from = Map.groupBy(edges, partyName)
  const done = new Set<string>()
  const found: Deadlock[] = []
  for (const start of from.keys()) {
    if (done.has(start)) continue
    const cycle = shortestCycle(from, start)
    if (cycle === undefined) continue
    const parties = circleOf(from, start)
    for (const party of parties) done.add(party)
    found.push({ cycle, parties: parties.map((name) => partyOf(from.get(name)![0]!)) })
  }
  return found
}

/** Names of the parties that can never go on. */
export function stuckParties(locks: readonly LockState[]): Set<string> {
  const stuck = new Set(locks.flatMap(({ queue }) => [...queue.values()].map(partyName)))
  for (let before = -1; before !== stuck.size;) {
    before = stuck.size
    const blocked = new Set(
      locks.flatMap((lock) => [...blockedIn(lock, stuck).keys()].map(partyName)),
    )
    for (const party of stuck) if (!blocked.has(party)) stuck.delete(party)
  }
  return stuck
}

export function partyName({ agent, trajectory }: Party): string {
  return trajectory === null ? agent : `${agent}\u0000${trajectory}`
}

/**
 * Waiters that do not get their place though all who are not stuck have given back theirs, each with what
 * keeps it out: those who hold what it needs, or will before it; or the waiter right before it.
 */
function blockedIn(
  { holders, queue, permits }: LockState,
  stuck: ReadonlySet<string>,
): Map<Waiter, readonly (Grant | Waiter)[]> {
  const held: (Grant | Waiter)[] = [...holders.values()].filter((holder) =>
    stuck.has(partyName(holder)),
  )
  const blocked = new Map<Waiter, readonly (Grant | Waiter)[]>()
  let front: Waiter | undefined
  for (const waiter of queue.values()) {
    const fits =
      held[0] === undefined ||
      (held[0].mode === waiter.mode && (waiter.mode === 'SHARED' || held.length < permits))
    if (front === undefined && fits) {
      // A party that stays stuck for another lock keeps this one.
      if (stuck.has(partyName(waiter))) held.push(waiter)
      continue
    }
    blocked.set(waiter, front === undefined ? [...held] : [front])
    front = waiter
  }
  return blocked
}

function edgesOf(lock: LockState, stuck: ReadonlySet<string>): WaitEdge[] {
  return [...blockedIn(lock, stuck)].flatMap(([waiter, blockers]) =>
    blockers.map((blocker) => ({
      ...partyOf(waiter),
      resource: lock.resource,
      request: waiter.request,
      offset: BigInt(waiter.offset),
      until: waiter.until,
      waitsFor: partyOf(blocker),
      token: 'token' in blocker ? BigInt(blocker.token) : null,
      leaseUntil: 'token' in blocker ? blocker.leaseUntil : null,
    })),
  )
}

type Edges = ReadonlyMap<string, readonly WaitEdge[]>

/** Breadth first from a party back to itself. */
function shortestCycle(from: Edges, start: string): WaitEdge[] | undefined {
  const paths: WaitEdge[][] = [[]]
  const seen = new Set<string>()
  for (const path of paths) {
    const at = path.length === 0 ? start : partyName(path.at(-1)!.waitsFor)
    for (const edge of from.get(at) ?? []) {
      const next = partyName(edge.waitsFor)
      if (next === start) return [...path, edge]
      if (seen.has(next)) continue
      seen.add(next)
      paths.push([...path, edge])
    }
  }
  return undefined
}

/** Everyone whom `start` reaches and who reaches it, sorted. */
function circleOf(from: Edges, start: string): string[] {
  return [...reachedFrom(from, start)]
    .filter((party) => party === start || reachedFrom(from, party).has(start))
    .sort(compare)
}

function reachedFrom(from: Edges, start: string): Set<string> {
  const reached = new Set<string>([start])
  for (const party of reached) {
    for (const edge of from.get(party) ?? []) reached.add(partyName(edge.waitsFor))
  }
  return reached
}

function partyOf({ agent, trajectory }: Party): Party {
  return { agent, trajectory }
}

function edgeName(edge: WaitEdge): string {
  const { resource, request, waitsFor } = edge
  return [partyName(edge), resource, request, partyName(waitsFor)].join('\u0001')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
