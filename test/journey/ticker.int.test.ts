import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { readAdmitted } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { recount } from '@waggle/view-coordination'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SCOPE = { swarm: 's', run: null }
const WAIT = { timeout: 30_000 }

describe('time in idle partitions', () => {
  let bus: EmbeddedBus
  afterEach(() => bus.stop())

  it('ends leases, deadlines and the lives of silent members though nobody says anything more', async () => {
    const clock = systemClock()
    bus = await openEmbeddedBus(
      { dataDir: 'unused', log: 'memory', analytics: 'off', tickMs: 20 },
      { clock, logger: silentLogger },
    )
    const emitter = bus.emitter({ swarm: 's', agent: 'a', session: 'a/1' })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r', ttl_ms: 1 })
    await emitter.emit({
      kind: 'lock_command',
      op: 'ACQUIRE',
      resource: 'book',
      request: 'q',
      lease_ms: 1,
    })
    await emitter.emit({
      kind: 'proposal',
      proposal: 'p',
      question: '?',
      electorate: [{ agent: 'b', weight: 1 }],
      deadline_at: clock.now() + 1000,
    })
    const { view } = bus.coordinator
    await expect.poll(() => view.lock(SCOPE, 'book')?.holder ?? null, WAIT).toBeNull()
    await expect.poll(() => view.proposal(SCOPE, 'p')?.status, WAIT).toBe('EXPIRED')
    await expect.poll(() => view.member(SCOPE, 'a')?.status, WAIT).toBe('LOST')

    // What the ticks ended is in the log as results, and anyone who recounts finds the same.
    await bus.caughtUp(30_000)
    const counted = await recount(bus.log, bus.codec, placeOf('waggle.locks.v1'))
    expect(counted.map((event) => event.kind === 'lock_result' && event.status)).toEqual([
      'GRANTED',
      'EXPIRED',
    ])
    const quiet = await ticksIn(bus)
    await expect.poll(async () => (await ticksIn(bus)) - quiet, { timeout: 300 }).toBe(0)
    expect(quiet).toBeLessThan(20)
  })

  const placeOf = (topic: string) => {
    for (const at of partitionsOf(bus.log, [topic])) {
      if (bus.coordinator.runner.progress.nextOffset(`${topic}/${at.partition}`) > 0n) return at
    }
    throw new Error(`nothing in ${topic}`)
  }
})

async function ticksIn({ log, codec }: EmbeddedBus): Promise<number> {
  let ticks = 0
  const topics = ['waggle.agents.v1', 'waggle.locks.v1', 'waggle.proposals.v1']
  for (const end of await log.ends(partitionsOf(log, topics))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      ticks += batch.filter(({ writer }) => writer.kind === 'tick').length
    }
  }
  return ticks
}
