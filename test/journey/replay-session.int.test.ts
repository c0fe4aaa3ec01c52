import { silentLogger, type Clock } from '@waggle/base'
import { createRunner, type KnownEvent } from '@waggle/consume'
import {
  causationOf,
  createMemoryIndexStore,
  createTrajectoryProjection,
  replay,
  ReplaySession,
  type ReplayQuery,
  type ReplaySessionOptions,
} from '@waggle/replay'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SIGNAL = { kind: 'signal', domain: 'trend', severity: 'LOW', confidence: 0.7 } as const
const QUERY = { swarm: SWARM, run: null }

async function busWith(count: number): Promise<MemoryBus> {
  const bus = await memoryBus()
  const emitters = ['a', 'b', 'c', 'd'].map((agent) => bus.emitter(agent))
  for (let i = 0; i < count; i++) {
    bus.clock.advance(1000)
    const instrument = i % 2 === 0 ? 'EURUSD' : null
    await emitters[i % 4]!.emit({ ...SIGNAL, trajectory: `t${i % 3}`, instrument })
  }
  return bus
}

async function indexOf(bus: MemoryBus) {
  const projection = createTrajectoryProjection({ store: createMemoryIndexStore(), log: bus.log })
  const runner = createRunner({ ...bus, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(10_000)
  await runner.stop()
  return projection.index
}

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of from) found.push(one)
  return found
}

const idOf = (known: KnownEvent | undefined): string | undefined => known?.event.id

describe('a replay session', () => {
  it('steps, seeks and resumes over its events as one does over a list', async () => {
    const bus = await busWith(60)
    const index = await indexOf(bus)
    const list = await all(replay({ ...bus, ...QUERY }))
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.constant(['next'] as const) },
      { weight: 4, arbitrary: fc.constant(['previous'] as const) },
      fc.tuple(fc.constant('seek' as const), fc.integer({ min: -2, max: 64 })),
      fc.constant(['resume'] as const),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.constantFrom(undefined, { agent: 'b' }, { trajectory: 't1' }),
        async (commands, batchRecords, indexed, of) => {
          const query = of === undefined ? QUERY : { ...QUERY, of }
          const model = list.filter(
            ({ event }) =>
              of === undefined || event.agent === of.agent || event.trajectory === of.trajectory,
          )
          const options = { ...bus, query, batchRecords, ...(indexed ? { index } : {}) }
          let session = await ReplaySession.open(options)
          let at = 0
          for (const [what, where = 0] of commands) {
            if (what === 'next') {
              expect(idOf(await session.next())).toBe(idOf(model[at]))
              at = Math.min(at + 1, model.length)
            } else if (what === 'previous') {
              expect(idOf(await session.previous())).toBe(at === 0 ? undefined : idOf(model[--at]))
            } else if (what === 'seek') {
              const time = list[0]!.knownFrom + where * 1000
              await session.seek(time)
              at = model.filter(({ knownFrom }) => knownFrom < time).length
            } else {
              session = await ReplaySession.open({ ...options, resume: session.token })
            }
            expect(session.count).toBe(at)
          }
          expect((await all(session.events())).map(idOf)).toEqual(model.slice(at).map(idOf))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('ends where the log ended at its start, resumed too', async () => {
    const bus = await busWith(10)
    const session = await ReplaySession.open({ ...bus, query: QUERY })
    await session.next()
    const { token } = session
    await bus.emitter('late').emit({ ...SIGNAL })
    expect(await all(session.events())).toHaveLength(9)
    const resumed = await ReplaySession.open({ ...bus, query: QUERY, resume: token })
    expect(await all(resumed.batches())).toHaveLength(1)
    expect(resumed.count).toBe(10)
  })

  it('refuses the token of another query, and what is none', async () => {
    const bus = await busWith(3)
    const { token } = await ReplaySession.open({ ...bus, query: QUERY })
    const refused = async (resume: string, query: ReplayQuery): Promise<void> =>
      expect(ReplaySession.open({ ...bus, query, resume })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    await refused(token, { ...QUERY, of: { agent: 'a' } })
    await refused(token, { ...QUERY, run: 'test' })
    await refused(token, { ...QUERY, instruments: ['EURUSD'] })
    await refused(`${token}x`, QUERY)
    await refused('', QUERY)
    const same: ReplayQuery = { run: null, swarm: SWARM }
    await expect(ReplaySession.open({ ...bus, query: same, resume: token })).resolves.toBeDefined()
  })

  it('filters by kind, agent, instrument and time', async () => {
    const bus = await busWith(24)
    const list = await all(replay({ ...bus, ...QUERY }))
    const count = async (more: Partial<ReplayQuery>): Promise<number> =>
      (await all((await ReplaySession.open({ ...bus, query: { ...QUERY, ...more } })).events()))
        .length
    expect(await count({ kinds: ['decision'] })).toBe(0)
    expect(await count({ kinds: ['signal', 'decision'] })).toBe(24)
    expect(await count({ agents: ['a', 'b'] })).toBe(12)
    expect(await count({ instruments: ['EURUSD'] })).toBe(12)
    expect(await count({ from: list[5]!.knownFrom, to: list[9]!.knownFrom })).toBe(5)
  })

  it('gives events in their times divided by the speed', async () => {
    const bus = await busWith(5)
    const slept: number[] = []
    let now = 0
    const clock: Clock = {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms)
        now += ms * 1000
      },
    }
    const options: ReplaySessionOptions = { ...bus, query: QUERY, clock, speed: 0.5 }
    const session = await ReplaySession.open(options)
    let count = 0
    for await (const _ of session.events()) {
      if (++count === 3) session.speed = 'max'
    }
    expect(slept).toEqual([2, 2])
    await expect(ReplaySession.open({ ...options, speed: 0 })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
  })

  it('rests while paused, and stops at the signal before an event that is then the next', async () => {
    const bus = await busWith(4)
    const abort = new AbortController()
    const session = await ReplaySession.open({ ...bus, query: QUERY, signal: abort.signal })
    const events = session.events()
    await events.next()
    session.pause()
    let given = false
    const second = events.next().then((result) => ((given = true), result))
    await new Promise((resolve) => setImmediate(resolve))
    expect(given).toBe(false)
    session.resume()
    await second
    abort.abort()
    expect((await events.next()).done).toBe(true)
    const resumed = await ReplaySession.open({ ...bus, query: QUERY, resume: session.token })
    expect(await all(resumed.events())).toHaveLength(2)
  })

  it('follows what is appended, and its token goes on behind it', async () => {
    const bus = await busWith(3)
    const abort = new AbortController()
    const options = { ...bus, query: QUERY, follow: true }
    const session = await ReplaySession.open({ ...options, signal: abort.signal })
    const late = bus.emitter('late')
    const seen: (string | undefined)[] = []
    for await (const known of session.events()) {
      seen.push(idOf(known))
      if (seen.length < 6 && seen.length >= 3) {
        bus.clock.advance(1)
        await late.emit({ ...SIGNAL })
      }
      if (seen.length === 6) abort.abort()
    }
    const list = (await all(replay({ ...bus, ...QUERY }))).map(idOf)
    expect(seen).toEqual(list)
    const again = new AbortController()
    const resumed = await ReplaySession.open({
      ...options,
      resume: session.token,
      signal: again.signal,
    })
    await late.emit({ ...SIGNAL })
    for await (const { event } of resumed.events()) {
      expect(list).not.toContain(event.id)
      again.abort()
    }
    expect(idOf(await resumed.previous())).not.toBe(undefined)
  })
})

describe('causation', () => {
  it('is the chain that led to an event and the tree that followed from it', async () => {
    const bus = await memoryBus()
    const emit = async (agent: string, cause?: string): Promise<string> => {
      bus.clock.advance(10)
      const emitter = bus.emitter(agent, { session: `s-${bus.clock.now()}` })
      const { event } = await emitter.emit({ ...SIGNAL, ...(cause === undefined ? {} : { cause }) })
      return event.id
    }
    const root = await emit('a')
    const middle = await emit('b', root)
    const left = await emit('c', middle)
    const right = await emit('a', middle)
    const leaf = await emit('d', left)
    await emit('d', root)
    for (const index of [undefined, await indexOf(bus)]) {
      const options = { ...bus, ...QUERY, ...(index === undefined ? {} : { index }) }
      const found = await causationOf(options, middle)
      expect(found.ancestors.map(idOf)).toEqual([root])
      expect(found.root.children.map(({ known }) => idOf(known))).toEqual([left, right])
      expect(found.root.children[0]!.children.map(({ known }) => idOf(known))).toEqual([leaf])
      expect(found.truncated).toBe(false)
      expect((await causationOf(options, root, 3)).truncated).toBe(true)
      await expect(causationOf(options, 'nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
  })
})
