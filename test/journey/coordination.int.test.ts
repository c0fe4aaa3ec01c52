import { describe, expect, it } from 'vitest'
import { LIMITS, silentLogger } from '@waggle/base'
import { replay } from '@waggle/replay'
import { recount } from '@waggle/view-coordination'
import { createCoordinatorService } from '@waggle-services/coordinator'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SCOPE = { swarm: SWARM, run: null }
const ELECTORATE = [
  { agent: 'a', weight: 1 },
  { agent: 'b', weight: 1 },
  { agent: 'c', weight: 1 },
]
const RESULT_KINDS = new Set(['proposal_result', 'lock_result'])

async function coordinate(bus: MemoryBus): Promise<ReturnType<typeof createCoordinatorService>> {
  const service = createCoordinatorService({ ...bus, logger: silentLogger })
  await service.start()
  await service.runner.caughtUp(5000)
  await service.stop()
  return service
}

async function resultsInLog(bus: MemoryBus): Promise<unknown[]> {
  const found = []
  for await (const { event } of replay({ ...bus, run: null }))
    if (RESULT_KINDS.has(event.kind)) found.push(event)
  return found
}

async function swarmLife(bus: MemoryBus): Promise<void> {
  const [a, b, stranger] = ['a', 'b', 'stranger'].map((agent) => bus.emitter(agent))
  for (const proposal of ['p1', 'p2', 'p3']) {
    await a!.emit({
      kind: 'proposal',
      proposal,
      question: '?',
      electorate: ELECTORATE,
      quorum: 0.6,
      deadline_at: START + 1000,
    })
    await stranger!.emit({ kind: 'vote', proposal, choice: 'reject', confidence: 1 })
    await a!.emit({ kind: 'vote', proposal, choice: 'approve', confidence: 1 })
    if (proposal !== 'p3')
      await b!.emit({ kind: 'vote', proposal, choice: 'approve', confidence: 1 })
  }
  await a!.emit({ kind: 'lock_command', resource: 'r', op: 'ACQUIRE', request: 'q' })
  await b!.emit({ kind: 'lock_command', resource: 'r', op: 'ACQUIRE', request: 'q' })
}

describe('the coordinator', () => {
  it('decides, shows who was not counted and why, and writes the results into the log', async () => {
    const bus = await memoryBus()
    await swarmLife(bus)
    const { view } = await coordinate(bus)
    expect(view.proposal(SCOPE, 'p1')).toMatchObject({
      status: 'APPROVED',
      winner: 'approve',
      turnout: 2 / 3,
      uncounted: [{ agent: 'stranger', reason: 'NOT_IN_ELECTORATE' }],
    })
    expect(view.openProposals(SCOPE).map(({ proposal }) => proposal)).toEqual(['p3'])
    expect(view.lock(SCOPE, 'r')).toMatchObject({ holder: 'a', token: 0n, queue: ['b'] })
    expect(view.lockRequest(SCOPE, 'r', { agent: 'b', request: 'q' })).toMatchObject({
      status: 'QUEUED',
      token: null,
    })
    expect(view.proposal({ swarm: 'other', run: null }, 'p1')).toBeUndefined()
    expect(await resultsInLog(bus)).toHaveLength(4)
  })

  it('writes nothing twice after a restart, and anyone who recounts gets the same', async () => {
    const bus = await memoryBus()
    await swarmLife(bus)
    const first = await coordinate(bus)
    const written = await resultsInLog(bus)
    const second = await coordinate(bus)
    expect(await resultsInLog(bus)).toEqual(written)
    expect(await second.runner.projection.digest()).toBe(await first.runner.projection.digest())
    const recounted = []
    for (const topic of ['waggle.proposals.v1', 'waggle.locks.v1']) {
      for (let partition = 0; partition < 4; partition++)
        recounted.push(...(await recount(bus.log, bus.codec, { topic, partition })))
    }
    const byId = (events: unknown[]): unknown[] =>
      (events as { id: string }[]).toSorted((x, y) => (x.id < y.id ? -1 : 1))
    expect(byId(recounted)).toEqual(byId(written))
  })

  it('repeats a failed publication before it goes on, without a double', async () => {
    const bus = await memoryBus()
    await swarmLife(bus)
    let failures = 2
    const append: typeof bus.log.append = (records) =>
      records[0]?.topic.includes('results') && failures-- > 0
        ? Promise.reject(new Error('no disk'))
        : bus.log.append(records)
    await coordinate({ ...bus, log: { ...bus.log, append } })
    expect(failures).toBeLessThan(0)
    expect(await resultsInLog(bus)).toHaveLength(4)
  })

  it('is heard where the broker of the results has a slower clock than that of the commands', async () => {
    const bus = await memoryBus()
    const early = bus.emitter('early')
    const known_at = START + LIMITS.knownAheadMaxMicros
    await early.emit({ kind: 'lock_command', resource: 'r', op: 'ACQUIRE', request: 'q', known_at })
    bus.clock.set(START - 1_000_000)
    await coordinate(bus)
    expect(await resultsInLog(bus)).toMatchObject([{ status: 'GRANTED', holder: 'early' }])
  })
})
