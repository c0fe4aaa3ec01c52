import { Redis } from 'ioredis'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { isWaggleError, manualClock, seededRandom, silentLogger, type Random } from '@waggle/base'
import { coordinate, guard } from '@waggle/coordinate'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { hasRedis, startRedis } from '@waggle-infra/native/redis'
import { resolveInfra } from '../support/infra.ts'
import { START, SWARM } from '../support/memory-bus.ts'
import { Redlock } from '../support/redlock.ts'

/**
 * Kleppmann 2016, "How to do distributed locking": a lock with a lease cannot by itself keep two clients from
 * writing at once. The holder may stop for longer than its lease (garbage collection, a page fault, a
 * suspended machine, a packet under way) between looking at its clock and the write's arrival; or its clock
 * stands still or is wrong, and it looks and finds nothing amiss. Redlock has no number that grows with every
 * grant, so the store that takes the write cannot tell that it is late. It does not matter how many masters
 * agree.
 *
 * The same schedules are played twice. With Redlock, on real servers, the late write is taken while another
 * client holds the lock. With ours the grant's offset goes with the write, and the view refuses it; where the
 * client still gets to look, it finds in the log what its clock does not tell. Nothing here sleeps: the client
 * that pauses is resumed when its lease is over, at the servers (the keys are gone) or by the log's time.
 */
interface Schedule {
  readonly seed: number
  readonly masters: 3 | 5
  /** What the slow client does after its pause: goes on with the write, or looks at its clock once more. */
  readonly looksAgain: boolean
  /** How far the slow client's clock is off, in microseconds; while it pauses that clock stands still. */
  readonly skew: number
  /** Writes of the other client before and after the slow one's. */
  readonly before: number
  readonly after: number
}

/** A client that believes it holds the lock. */
interface Holder {
  /** Whether it believes so by what it can see. */
  looks(): boolean
  /** Resolves to whether the write was taken. */
  write(): Promise<boolean>
}

interface System {
  acquire(client: 'slow' | 'fast'): Promise<Holder | undefined>
  untilLeaseOver(): Promise<void>
}

const MINUTE = 60_000_000
const SEEDS = 30
const TTL_MS = 40

function scheduleOf(seed: number): Schedule {
  const random = seededRandom(seed)
  const upTo = (most: number): number => Math.floor(random.next() * (most + 1))
  return {
    seed,
    masters: upTo(1) === 0 ? 3 : 5,
    looksAgain: upTo(1) === 0,
    // Up to an hour behind; a clock more than five minutes ahead of the log's is refused by admission.
    skew: (upTo(64) - 60) * MINUTE,
    before: 1 + upTo(2),
    after: 1 + upTo(2),
  }
}

/** Who wrote while `fast` held the lock, in the order in which the store took it. */
async function play(schedule: Schedule, system: System): Promise<string[]> {
  const slow = await system.acquire('slow')
  expect(slow?.looks()).toBe(true)
  await system.untilLeaseOver()
  const fast = await system.acquire('fast')
  const taken: string[] = []
  const write = async (name: string, holder: Holder | undefined): Promise<void> => {
    if ((await holder?.write()) === true) taken.push(name)
  }
  for (let i = 0; i < schedule.before; i++) await write('fast', fast)
  if (!schedule.looksAgain || slow!.looks()) await write('slow', slow)
  for (let i = 0; i < schedule.after; i++) await write('fast', fast)
  return taken
}

const servers = await resolveInfra('Redis', [
  async () =>
    (await hasRedis()) ? Promise.all(Array.from({ length: 5 }, () => startRedis())) : undefined,
])
const clients = (servers ?? []).map(({ endpoint }) => new Redis(endpoint))
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await Promise.all((servers ?? []).map((server) => server.stop()))
})

/** A store that takes what a client writes who says it holds the lock: there is nothing to compare. */
function redlockSystem({ seed, masters }: Schedule, random: Random): System {
  const quorum = clients.slice(0, masters)
  const resource = `book-${seed}`
  return {
    acquire: async (name) => {
      // The client's clock stands still while it pauses; what it is off by does not matter, it takes differences.
      const redlock = new Redlock(quorum, manualClock(START), random)
      // `fast` comes with a long lease: it is the only rightful holder for the rest of the schedule.
      const hold = await redlock.acquire(resource, name === 'slow' ? TTL_MS : 60_000)
      return hold && { looks: () => redlock.isValid(hold), write: async () => true }
    },
    untilLeaseOver: () =>
      vi.waitFor(
        async () => {
          const held = await Promise.all(quorum.map((server) => server.exists(resource)))
          expect(held.every((count) => count === 0)).toBe(true)
        },
        { timeout: 10_000, interval: 5 },
      ),
  }
}

async function fencedSystem({
  skew,
  looksAgain,
}: Schedule): Promise<System & { stop(): Promise<void> }> {
  const clock = manualClock(START)
  const bus = await openEmbeddedBus(
    { dataDir: 'unused', log: 'memory', analytics: 'off', tickMs: 0 },
    { clock, logger: silentLogger },
  )
  const swarm = coordinate(bus)
  const scope = { swarm: SWARM, run: null }
  return {
    acquire: async (agent) => {
      const ofAgent = agent === 'slow' ? manualClock(START + skew) : clock
      const own = swarm.agent({ swarm: SWARM, agent, session: agent, clock: ofAgent })
      await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'writer' })
      const lock = await own.locks.acquire('book', { leaseMs: TTL_MS, autoRenew: false })
      const stamp = { lock_resource: 'book', fencing_token: Number(lock.token) }
      const guarded = guard(own.emitter, lock)
      const taken = (): number => bus.hot.view.holding(scope, agent, 'SPX')?.fills ?? 0
      return {
        looks: () => {
          try {
            lock.check()
            return true
          } catch (error) {
            if (isWaggleError(error, 'FENCED')) return false
            throw error
          }
        },
        write: async () => {
          const before = taken()
          // Behind its check, the paused client's write is on the way: nothing of the SDK can hold it back.
          if (looksAgain) await guarded.emit(FILL)
          else await own.emitter.emit({ ...FILL, ...stamp })
          await bus.caughtUp(10_000)
          return taken() > before
        },
      }
    },
    untilLeaseOver: async () => clock.advance(10 * MINUTE),
    stop: () => bus.stop(),
  }
}

const FILL = {
  kind: 'fill',
  decision: '0191f000-0000-7000-8000-000000000000',
  instrument: 'SPX',
  quantity: 1_000_000_000n,
  price: 1n,
  fee: 0n,
} as const

const isViolated = (taken: readonly string[]): boolean => taken.includes('slow')

describe('a client that pauses for longer than its lease', () => {
  const schedules = Array.from({ length: SEEDS }, (_, seed) => scheduleOf(seed))

  it.skipIf(servers === undefined)(
    'writes over the next holder with Redlock, whose store cannot tell',
    async () => {
      for (const schedule of schedules) {
        const random = seededRandom(schedule.seed)
        const taken = await play(schedule, redlockSystem(schedule, random))
        expect({ schedule, violated: isViolated(taken) }).toEqual({ schedule, violated: true })
      }
    },
  )

  it('does not with ours: what it writes is refused, and the holder goes on', async () => {
    for (const schedule of schedules) {
      const system = await fencedSystem(schedule)
      const taken = await play(schedule, system)
      await system.stop()
      const expected = Array.from({ length: schedule.before + schedule.after }, () => 'fast')
      expect({ schedule, taken }).toEqual({ schedule, taken: expected })
    }
  })
})
