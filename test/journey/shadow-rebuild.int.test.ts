import { silentLogger, systemClock } from '@waggle/base'
import { readAdmitted, type MakeProjection } from '@waggle/consume'
import { partitionName, type WaggleEvent } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { readView } from '@waggle/query'
import {
  COORDINATION_TOPICS,
  createCoordinationProjection,
  mutedWhile,
  recount,
  RESULT_TOPICS,
} from '@waggle/view-coordination'
import { createHotProjection, type HotProjection } from '@waggle/view-hot'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const SCOPE = { swarm: 'hive', run: null }
const WAIT_MS = 20_000
let bus: EmbeddedBus
beforeEach(async () => {
  bus = await openEmbeddedBus(
    { dataDir: 'unused', log: 'memory', analytics: 'off', tickMs: 0 },
    { clock: systemClock(), logger: silentLogger },
  )
})
afterEach(() => bus.stop())

/** Decides, proposes, votes and locks until stopped; each round waits for nothing. */
function load(agent: string): { stop(): Promise<void>; readonly rounds: number } {
  const emitter = bus.emitter({ swarm: 'hive', agent, session: `s-${agent}` })
  let [stopping, rounds] = [false, 0]
  const work = (async () => {
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r', weight: 1 })
    for (; !stopping; rounds++) {
      const proposal = `${agent}-${rounds}`
      const electorate = [{ agent, weight: 1 }]
      await emitter.emitAll([
        { kind: 'decision', action: 'HOLD', context: '', reasoning: '', confidence: 1 },
        { kind: 'proposal', proposal, question: '?', electorate, deadline_at: 4e15 },
        { kind: 'vote', proposal, choice: 'approve', confidence: 1, reasoning: '' },
        { kind: 'lock_command', op: 'ACQUIRE', resource: 'book', request: proposal, lease_ms: 5 },
      ])
    }
  })()
  return {
    stop: async () => {
      stopping = true
      await work
    },
    get rounds() {
      return rounds
    },
  }
}

/** The hot view as another version would have it: what it says of agents is marked. */
const nextVersion: MakeProjection<HotProjection> = () => {
  const made = createHotProjection()
  const agents: HotProjection['view']['agents'] = (scope) =>
    made.view.agents(scope).map((entry) => ({ ...entry, event: { ...entry.event, role: 'next' } }))
  return { ...made, version: made.version + 1, view: { ...made.view, agents } }
}

interface Reading {
  readonly version: 'old' | 'next'
  readonly applied: ReadonlyMap<string, bigint>
}

/** Writes, reads its own write back, looks twice within a read; until stopped. */
async function readSteadily(
  agent: string,
  until: AbortSignal,
  began: () => void,
): Promise<Reading[]> {
  const emitter = bus.emitter({ swarm: 'hive', agent, session: `reader-${agent}` })
  const joined = await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'old' })
  const readings: Reading[] = []
  while (!until.aborted) {
    const action = `mine-${readings.length}`
    const { position } = await emitter.emit({
      kind: 'decision',
      action,
      context: '',
      reasoning: '',
      confidence: 1,
    })
    const roles = (view: HotProjection['view']): string =>
      view.agents(SCOPE).find(({ event }) => event.agent === agent)!.event.role
    const { value, freshness } = await readView(
      bus.hot,
      async (view) => {
        const first = roles(view)
        await bus.log.ends([position])
        const [mine] = view.recentDecisions(SCOPE, 1, agent)
        return { first, second: roles(view), action: mine!.event.action }
      },
      { after: [joined.position, position], timeoutMs: WAIT_MS },
    )
    expect(value.second).toBe(value.first)
    expect(value.action).toBe(action)
    expect(freshness.applied.get(partitionName(position))).toBeGreaterThan(position.offset)
    readings.push({
      version: value.first === 'next' ? 'next' : 'old',
      applied: freshness.applied,
    })
    began()
  }
  return readings
}

function expectNeverBack(readings: readonly Reading[]): void {
  for (const [index, { applied }] of readings.entries())
    for (const [partition, next] of readings[index - 1]?.applied ?? [])
      expect(applied.get(partition)).toBeGreaterThanOrEqual(next)
}

const changes = (readings: readonly Reading[]): string =>
  readings
    .map(({ version }) => version)
    .filter((version, index, all) => version !== all[index - 1])
    .join(' ')

describe('a view rebuilt beside the live one', () => {
  it('takes over under load, and back: no reader sees both, goes back or misses its write', async () => {
    const done = new AbortController()
    const swarm = load('worker')
    const readers = ['ann', 'bob'].map((agent) => ({ agent, ...Promise.withResolvers<void>() }))
    const reading = readers.map(({ agent, resolve }) => readSteadily(agent, done.signal, resolve))
    const shadow = bus.hot.runner.shadow(nextVersion)
    await Promise.all(readers.map(({ promise }) => promise))
    await bus.hot.runner.caughtUp(WAIT_MS)
    await shadow.switch()
    await settled(swarm)
    await bus.hot.runner.rollback()
    await settled(swarm)
    done.abort()
    const all = await Promise.all(reading)
    await swarm.stop()
    for (const readings of all) {
      expectNeverBack(readings)
      expect(changes(readings)).toBe('old next old')
    }
    await bus.caughtUp(WAIT_MS)
    const live = await bus.hot.runner.projection.digest()
    await bus.hot.runner.rebuild()
    expect(await bus.hot.runner.projection.digest()).toBe(live)
  })

  it('differs in nothing where it is the same, and in each row that is other', async () => {
    const emitter = bus.emitter({ swarm: 'hive', agent: 'ann', session: 's' })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    const { event: decision } = await emitter.emit({
      kind: 'decision',
      action: 'LONG',
      context: '',
      reasoning: '',
      confidence: 1,
    })
    for (const instrument of ['SPX', 'DAX'])
      await emitter.emit({
        kind: 'fill',
        decision: decision.id,
        instrument,
        quantity: 2n,
        price: 3n,
        fee: 0n,
      })
    await bus.caughtUp(WAIT_MS)
    const same = bus.hot.runner.shadow()
    expect(await same.diff()).toEqual([])
    expect(await same.projection.digest()).toBe(await bus.hot.runner.projection.digest())

    const blind = bus.hot.runner.shadow(() => {
      const made = createHotProjection()
      return {
        ...made,
        apply: (batch) =>
          made.apply({
            ...batch,
            events: batch.events.filter(({ record, writer }) => {
              const event = writer.decode(record.value)
              return event.kind !== 'fill' || event.instrument !== 'DAX'
            }),
          }),
      }
    })
    const found = await blind.diff()
    expect(found.map(({ is, key }) => `${is} ${key}`)).toContainEqual(
      expect.stringMatching(/^removed .*\/holdings\/ann%2FDAX$/),
    )
    expect(found.every(({ key }) => /holdings|clock/.test(key))).toBe(true)
    const back = bus.coordinator.runner.shadow()
    expect(await back.diff()).toEqual([])
  })

  it('says nothing again and leaves nothing unsaid: results in the log are those of a recount', async () => {
    const swarm = load('worker')
    for (let round = 0; round < 3; round++) {
      const shadow = bus.coordinator.runner.shadow()
      await shadow.catchUp()
      expect(await shadow.diff()).toEqual([])
      await shadow.switch()
      await settled(swarm)
      if (round === 1) await bus.coordinator.runner.rollback()
    }
    await swarm.stop()
    await bus.caughtUp(WAIT_MS)
    const said = await results()
    const counted: string[] = []
    for (const at of partitionsOf(bus.log, COORDINATION_TOPICS))
      counted.push(...(await recount(bus.log, bus.codec, at)).map(({ id }) => id))
    expect(said.length).toBeGreaterThan(20)
    expect(said.toSorted()).toEqual(counted.toSorted())
    expect(await rawResults()).toBe(said.length)
  })

  it('is mute up to where the live view was, speaks from there on, and is mute again after', async () => {
    const emitter = bus.emitter({ swarm: 'hive', agent: 'ann', session: 's' })
    const acquire = async (resource: string): Promise<void> => {
      const request = `q-${resource}`
      await emitter.emit({ kind: 'lock_command', op: 'ACQUIRE', resource, request, lease_ms: 9000 })
      await bus.caughtUp(WAIT_MS)
    }
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r', weight: 1 })
    await acquire('before')
    const said: string[] = []
    const publisher = {
      lookAgain: () => {},
      publish: async (events: readonly WaggleEvent[]) => {
        for (const event of events) if (event.kind === 'lock_result') said.push(event.resource)
      },
    }
    const { runner } = bus.coordinator
    const shadow = runner.shadow((isMuted) =>
      createCoordinationProjection(mutedWhile(isMuted, publisher)),
    )
    await shadow.switch()
    expect(bus.coordinator.view.lock(SCOPE, 'before')).toBeDefined()
    expect(said).toEqual([])
    await acquire('while')
    expect(said).toEqual(['while'])
    await runner.rollback()
    await acquire('after')
    expect(said).toEqual(['while'])
  })

  it('has nothing to go back to before a switch, nor once that was let go', async () => {
    await expect(bus.hot.runner.rollback()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await bus.hot.runner.shadow().switch()
    bus.hot.runner.retire()
    await expect(bus.hot.runner.rollback()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

/** Some more rounds of load behind what happened, and all of them in the views. */
async function settled(swarm: { readonly rounds: number }): Promise<void> {
  const target = swarm.rounds + 20
  while (swarm.rounds < target) await bus.hot.runner.caughtUp(WAIT_MS)
}

/** Ids of all results that are admitted. */
async function results(): Promise<string[]> {
  const ids: string[] = []
  for (const end of await bus.log.ends(partitionsOf(bus.log, RESULT_TOPICS)))
    for await (const batch of readAdmitted(bus, end))
      ids.push(...batch.map(({ envelope }) => envelope.id))
  return ids
}

/** Records in the topics of results, admitted or not. */
async function rawResults(): Promise<number> {
  const ends = await bus.log.ends(partitionsOf(bus.log, RESULT_TOPICS))
  return ends.reduce((sum, { offset }) => sum + Number(offset), 0)
}
