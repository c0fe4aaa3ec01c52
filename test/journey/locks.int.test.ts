import { afterEach, describe, expect, it, vi } from 'vitest'
import { manualClock, silentLogger, WaggleError, type Clock, type ManualClock } from '@waggle/base'
import { coordinate, guard, type CoordinatedAgent, type Lock } from '@waggle/coordinate'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { START, SWARM } from '../support/memory-bus.ts'

const SCOPE = { swarm: SWARM, run: null }
const SECOND = 1_000_000
const FILL = {
  kind: 'fill',
  decision: '0191f000-0000-7000-8000-000000000000',
  instrument: 'SPX',
  quantity: 1_000_000_000n,
  price: 1n,
  fee: 0n,
} as const

interface Swarm {
  readonly bus: EmbeddedBus
  readonly clock: ManualClock
  /** On the bus's clock, or one of its own. */
  agent(name: string, clock?: Clock): Promise<CoordinatedAgent>
}

const open: EmbeddedBus[] = []
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.stop()
})

async function swarm(): Promise<Swarm> {
  const clock = manualClock(START)
  const bus = await openEmbeddedBus(
    { dataDir: 'unused', log: 'memory', analytics: 'off', tickMs: 0 },
    { clock, logger: silentLogger },
  )
  open.push(bus)
  const { agent } = coordinate(bus)
  return {
    bus,
    clock,
    agent: async (name, ofAgent = clock) => {
      const session = `session-${name}`
      const own = agent({ swarm: SWARM, agent: name, session, clock: ofAgent })
      await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'tester' })
      return own
    },
  }
}

const queueOf = ({ bus }: Swarm): readonly string[] =>
  bus.coordination.view.lock(SCOPE, 'book')?.queue ?? []
const untilQueued = (own: Swarm, queue: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(queueOf(own)).toEqual(queue))
const ended = (lock: Lock): Promise<unknown> =>
  vi.waitFor(() => {
    expect(lock.signal.aborted).toBe(true)
    return lock.signal.reason
  })
const LOST = { code: 'FENCED' }

describe('locks of agents', () => {
  it('pass from one to the next in the order of asking, with growing tokens', async () => {
    const own = await swarm()
    const [a, b, c] = [await own.agent('a'), await own.agent('b'), await own.agent('c')]
    const first = await a.locks.acquire('book')
    const second = b.locks.acquire('book')
    await untilQueued(own, ['b'])
    const third = c.locks.acquire('book')
    await untilQueued(own, ['b', 'c'])
    await first.release()
    const held = await second
    expect(held.token).toBeGreaterThan(first.token)
    expect(queueOf(own)).toEqual(['c'])
    await held.release()
    await held.release()
    expect((await third).token).toBeGreaterThan(held.token)
    expect(() => held.check()).toThrow(expect.objectContaining(LOST))
    await (await third).release()
    expect(own.bus.coordination.view.lock(SCOPE, 'book')).toBeUndefined()
  })

  it('are tried without a wait, and refused under another number of permits', async () => {
    const own = await swarm()
    const [a, b] = [await own.agent('a'), await own.agent('b')]
    const one = await a.locks.tryAcquire('pool', { permits: 2 })
    const two = await b.locks.tryAcquire('pool', { permits: 2 })
    expect(await b.locks.tryAcquire('pool', { permits: 2 })).toBeUndefined()
    await expect(b.locks.tryAcquire('pool')).rejects.toMatchObject({
      code: 'LOCK_UNAVAILABLE',
      message: expect.stringContaining('in use with 2 permits'),
    })
    await one!.release()
    await (await b.locks.acquire('pool', { permits: 2 })).release()
    await two!.release()
  })

  it('let readers in together, and no guard on what is not held alone', async () => {
    const own = await swarm()
    const [a, b] = [await own.agent('a'), await own.agent('b')]
    const one = await a.locks.acquire('book', { mode: 'SHARED' })
    const two = await b.locks.acquire('book', { mode: 'SHARED' })
    expect(() => guard(a.emitter, one)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
    expect(await b.locks.tryAcquire('book')).toBeUndefined()
    await Promise.all([one.release(), two.release()])
  })

  it('give up their place in the queue at the end of their patience', async () => {
    const own = await swarm()
    const [a, b] = [await own.agent('a'), await own.agent('b')]
    const held = await a.locks.acquire('book')
    const late = b.locks.acquire('book', { waitMs: 500 })
    const stop = new AbortController()
    const stopped = b.locks.acquire('book', { signal: stop.signal })
    await untilQueued(own, ['b', 'b'])
    stop.abort(new Error('something better to do'))
    await expect(stopped).rejects.toThrow('something better to do')
    await untilQueued(own, ['b'])
    own.clock.advance(SECOND)
    await expect(late).rejects.toMatchObject({ code: 'LOCK_UNAVAILABLE' })
    await untilQueued(own, [])
    await held.release()
  })

  it('move on when the holder is gone though nobody else says anything, and fence it off', async () => {
    const own = await swarm()
    const [slow, fast] = [await own.agent('slow'), await own.agent('fast')]
    const lost = await slow.locks.acquire('book', { leaseMs: 1000, autoRenew: false })
    const writes = guard(slow.emitter, lost)
    await writes.emit(FILL)
    const waiting = fast.locks.acquire('book')
    await untilQueued(own, ['fast'])
    own.clock.advance(2 * SECOND)
    const held = await waiting
    await guard(fast.emitter, held).emit(FILL)

    expect(await ended(lost)).toMatchObject(LOST)
    await expect(writes.emit(FILL)).rejects.toMatchObject(LOST)
    await expect(lost.renew()).rejects.toMatchObject(LOST)
    await expect(lost.release()).rejects.toMatchObject(LOST)
    // One that paused behind the check says it all the same.
    const stamp = { lock_resource: 'book', fencing_token: Number(lost.token) }
    await slow.emitter.emit({ ...FILL, ...stamp })
    await own.bus.caughtUp(5000)
    expect(own.bus.hot.view.holding(SCOPE, 'fast', 'SPX')).toMatchObject({ fills: 1 })
    expect(own.bus.hot.view.holding(SCOPE, 'slow', 'SPX')).toMatchObject({ fills: 1 })
    await held.release()
  })

  it('are known to be lost by an agent whose clock stands still', async () => {
    const own = await swarm()
    const slow = await own.agent('slow', manualClock(START))
    const fast = await own.agent('fast')
    const lost = await slow.locks.acquire('book', { leaseMs: 1000, autoRenew: false })
    own.clock.advance(2 * SECOND)
    await (await fast.locks.acquire('book')).release()
    await expect(guard(slow.emitter, lost).emit(FILL)).rejects.toMatchObject(LOST)
    expect(lost.signal.aborted).toBe(true)
  })

  it('are renewed as long as their holder lives', async () => {
    const own = await swarm()
    const [a, b] = [await own.agent('a'), await own.agent('b')]
    const held = await a.locks.acquire('book', { leaseMs: 3000 })
    for (let second = 0; second < 20; second++) {
      const before = held.leaseUntil
      own.clock.advance(1.5 * SECOND)
      await vi.waitFor(() => expect(held.leaseUntil).toBeGreaterThan(before))
    }
    expect(await b.locks.tryAcquire('book')).toBeUndefined()
    held.check()
    await held.release()
  })

  it('tell of their loss when they cannot be renewed', async () => {
    const own = await swarm()
    const a = await own.agent('a')
    const held = await a.locks.acquire('book', { leaseMs: 3000 })
    const writes = guard(a.emitter, held)
    own.bus.log.append = () =>
      Promise.reject(new WaggleError('LOG_UNAVAILABLE', 'The log does not answer'))
    own.clock.advance(1.5 * SECOND)
    held.check()
    own.clock.advance(1.6 * SECOND)
    expect(await ended(held)).toMatchObject(LOST)
    await expect(writes.emit(FILL)).rejects.toMatchObject(LOST)
  })

  it('end with what runs under them, and tell if they did not last so long', async () => {
    const own = await swarm()
    const [a, b] = [await own.agent('a'), await own.agent('b')]
    expect(await a.locks.withLock('book', ({ token }) => token)).toBeTypeOf('bigint')
    await expect(a.locks.withLock('book', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    )
    const overslept = a.locks.withLock(
      'book',
      async () => {
        own.clock.advance(2 * SECOND)
        await (await b.locks.acquire('book')).release()
      },
      { leaseMs: 1000, autoRenew: false },
    )
    await expect(overslept).rejects.toMatchObject(LOST)
    expect(queueOf(own)).toEqual([])
  })
})
