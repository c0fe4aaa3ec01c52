import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LockCommand, LockMode } from '@waggle/event'
import {
  applyLockCommand,
  createCoordinationView,
  emptyPartition,
  findDeadlocks,
  foldCoordination,
  freeLock,
  partyName,
  stuckParties,
  type LockState,
} from '@waggle/view-coordination'
import { lockEvent } from '../support/lock-model.ts'
import { SWARM } from '../support/memory-bus.ts'

const PERMITS = [1, 1, 2, 3]
const asks = fc.array(
  fc.record({
    agent: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    resource: fc.nat(PERMITS.length - 1),
    mode: fc.constantFrom<LockMode>('EXCLUSIVE', 'EXCLUSIVE', 'SHARED'),
  }),
  { minLength: 6, maxLength: 16 },
)
type Asks = typeof asks extends fc.Arbitrary<infer T> ? T : never

/** The locks after these requests; nobody gives anything back. */
function locksAfter(given: Asks): LockState[] {
  const locks = PERMITS.map((_, resource) => freeLock(SWARM, `r${resource}`))
  for (const [offset, { agent, resource, mode }] of given.entries()) {
    const command = {
      agent,
      op: 'ACQUIRE',
      // One request of an agent for a resource, or it would wait for itself.
      request: 'q',
      trajectory: null,
      lease_ms: 1000,
      token: null,
      mode,
      permits: PERMITS[resource]!,
      wait_ms: null,
    } as unknown as LockCommand
    applyLockCommand(locks[resource]!, command, offset, 0)
  }
  return locks
}

/** [party, mode] of holders and waiters by lock. */
type Place = readonly [party: string, mode: LockMode]
type World = readonly { readonly holders: readonly Place[]; readonly queue: readonly Place[] }[]

/** Everything that can happen from here when who waits for nothing gives back one thing: tried, not reasoned. */
function* nextWorlds(world: World): Generator<World> {
  const waiting = new Set(world.flatMap(({ queue }) => queue.map(([party]) => party)))
  for (const [index, { holders, queue }] of world.entries()) {
    for (const holder of holders) {
      if (waiting.has(holder[0])) continue
      const left = holders.filter((other) => other !== holder)
      yield world.with(index, granted(left, [...queue], PERMITS[index]!))
    }
  }
}

function granted(holders: readonly Place[], queue: Place[], permits: number): World[number] {
  const now = [...holders]
  while (queue.length > 0) {
    const [, mode] = queue[0]!
    const shared = now.filter(([, held]) => held === 'SHARED').length
    const fits = mode === 'SHARED' ? shared === now.length : shared === 0 && now.length < permits
    if (!fits) break
    now.push(queue.shift()!)
  }
  return { holders: now, queue }
}

/** Parties that wait in every world that can be reached. */
function stuckByTrying(locks: readonly LockState[]): string[] {
  const start: World = locks.map(({ holders, queue }) => ({
    holders: [...holders.values()].map(({ agent, mode }): Place => [agent, mode]),
    queue: [...queue.values()].map(({ agent, mode }): Place => [agent, mode]),
  }))
  const seen = new Map([[JSON.stringify(start), start]])
  for (const world of seen.values()) {
    for (const next of nextWorlds(world)) seen.set(JSON.stringify(next), next)
  }
  const waitingIn = (world: World): Set<string> =>
    new Set(world.flatMap(({ queue }) => queue.map(([party]) => party)))
  const worlds = [...seen.values()].map(waitingIn)
  return [...waitingIn(start)].filter((party) => worlds.every((world) => world.has(party))).sort()
}

describe('deadlocks', () => {
  it('leave stuck whoever is stuck whatever the others do, among mutexes, shared locks and semaphores', () => {
    let some = 0
    fc.assert(
      fc.property(asks, (given) => {
        const locks = locksAfter(given)
        const expected = stuckByTrying(locks)
        if (expected.length > 0) some++
        expect([...stuckParties(locks)].sort()).toEqual(expected)
      }),
      { numRuns: 600 },
    )
    expect(some).toBeGreaterThan(50)
  })

  it('are closed circles of waits for what the next one has, the same in any order of the locks', () => {
    fc.assert(
      fc.property(asks, fc.nat(), (given, turn) => {
        const locks = locksAfter(given)
        const found = findDeadlocks(locks)
        expect(found.length > 0).toBe(stuckParties(locks).size > 0)
        const turned = locks.map((_, index) => locks[(index + turn) % locks.length]!)
        expect(findDeadlocks(turned)).toEqual(found)
        for (const { cycle, parties } of found) {
          for (const [index, edge] of cycle.entries()) {
            const { resource, waitsFor, token, offset, agent } = edge
            expect(partyName(waitsFor)).toBe(partyName(cycle[(index + 1) % cycle.length]!))
            expect(parties).toContainEqual(waitsFor)
            const { holders, queue } = locks.find((lock) => lock.resource === resource)!
            const waiters = [...queue.values()]
            const place = waiters.findIndex((waiter) => BigInt(waiter.offset) === offset)
            expect(waiters[place]!.agent).toBe(agent)
            const blocker =
              token === null
                ? waiters.slice(0, place).find((waiter) => waiter.agent === waitsFor.agent)
                : [...holders.values()].find(
                    (holder) => holder.agent === waitsFor.agent && BigInt(holder.token) === token,
                  )
            expect(blocker?.agent).toBe(waitsFor.agent)
          }
        }
      }),
      { numRuns: 600 },
    )
  })

  it('show in the view over all partitions of a run, and end when somebody gives up', () => {
    const partitions = new Map([
      ['locks/0', emptyPartition()],
      ['locks/1', emptyPartition()],
    ])
    const offsets = [0, 0]
    const view = createCoordinationView(partitions)
    const send = (partition: 0 | 1, op: 'ACQUIRE' | 'RELEASE', agent: string): void => {
      const command = { mode: 'EXCLUSIVE', permits: 1, waitMs: null, token: null, at: 0 } as const
      const event = lockEvent(
        { ...command, op, who: `${agent} q` },
        offsets[partition]!++,
        `r${partition}`,
      )
      foldCoordination(partitions.get(`locks/${partition}`)!, event)
    }
    const scope = { swarm: SWARM, run: null }
    send(0, 'ACQUIRE', 'a')
    send(1, 'ACQUIRE', 'b')
    send(1, 'ACQUIRE', 'a')
    expect(view.deadlocks(scope)).toEqual([])
    send(0, 'ACQUIRE', 'b')
    const [deadlock] = view.deadlocks(scope)
    expect(deadlock!.cycle).toMatchObject([
      { agent: 'a', resource: 'r1', offset: 1n, waitsFor: { agent: 'b' }, token: 0n },
      { agent: 'b', resource: 'r0', offset: 1n, waitsFor: { agent: 'a' }, token: 0n },
    ])
    expect(view.deadlocks({ ...scope, run: 'backtest' })).toEqual([])
    send(0, 'RELEASE', 'b')
    expect(view.deadlocks(scope)).toEqual([])
    expect(view.lock(scope, 'r1')).toMatchObject({ holder: 'b', queue: ['a'] })
  })
})
