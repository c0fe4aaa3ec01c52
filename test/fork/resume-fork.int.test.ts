import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealRun } from '@waggle/emit'
import { fork, replayFork, type Change, type ForkBus, type ReplayForkOptions } from '@waggle/fork'
import { joinAll, propose, recordsOf, smallSwarm, SWARM, type SmallSwarm } from './small-swarm.ts'

let bus: SmallSwarm
let from: { at: number }
beforeEach(async () => {
  bus = await smallSwarm({ takesRepeats: true })
  await joinAll(bus)
  from = { at: bus.clock.now() }
  bus.clock.advance(1000)
  await propose(bus, 'p')
  for (const agent of ['ann', 'ben', 'cid']) {
    bus.clock.advance(1000)
    await bus.emitter(agent).emit({ kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 })
  }
  const lock = bus.emitter('ann', { session: 'lock' })
  const asked = await lock.emit({
    kind: 'lock_command',
    op: 'ACQUIRE',
    resource: 'book',
    request: 'r',
  })
  await sealRun({ ...bus, swarm: 'waggle', run: null, at: bus.clock.now() })
  bus.clock.advance(1000)
  await lock.emit({
    kind: 'lock_command',
    op: 'RELEASE',
    resource: 'book',
    request: 'r',
    token: Number(asked.position.offset),
  })
  await bus.settle()
})
afterEach(() => bus.stop())

const opened = async (run: string, change: Change = { is: 'nothing' }): Promise<ForkBus> =>
  bus.open(await fork({ bus, swarm: SWARM, parent: null, run, from, change }))

/** What stands in the log of a run; what it said twice stands twice. */
const textsOf = async (run: string): Promise<string[]> =>
  [...(await recordsOf(bus))].filter(([, of]) => of === run).map(([text]) => text)

async function replayed(run: string, options: Partial<ReplayForkOptions> = {}): Promise<void> {
  const there = await opened(run)
  await replayFork(there, { log: bus.log, codec: bus.codec, ...options })
  await there.stop()
}

describe('on a log that takes repeats, a fork', () => {
  it('broken off and replayed again goes on where it stood, at the same offsets', async () => {
    await replayed('fork:whole')
    await replayed('fork:a', { until: from.at + 3000 })
    const half = await textsOf('fork:a')
    await replayed('fork:a')
    await replayed('fork:a')
    const all = await textsOf('fork:a')
    expect(all).toHaveLength((await textsOf('fork:whole')).length)
    expect(all).toEqual(expect.arrayContaining(half))
    expect(half.length).toBeLessThan(all.length)
  })

  it('says what agents answer once, and its change once, however often it is opened', async () => {
    const draft = { kind: 'agent', op: 'HEARTBEAT', role: 'said' } as const
    const change = { is: 'say', agent: 'ann', draft } as const
    for (const _ of [1, 2, 3]) {
      const there = await opened('fork:said', change)
      await there.caughtUp(10_000)
      await replayFork(there, {
        log: bus.log,
        codec: bus.codec,
        agents: { ben: ({ event }) => (event.kind === 'proposal' ? [{ ...draft }] : []) },
      })
      await there.stop()
    }
    const said = await textsOf('fork:said')
    // One more each: the parent's tick.
    expect(said.filter((text) => text.startsWith('waggle.agents.v1'))).toHaveLength(3)
    expect(said.filter((text) => text.startsWith('waggle.forks.v1'))).toHaveLength(2)
  })

  it('refuses a number that its session has passed, as logs do that know sessions', async () => {
    const there = await opened('fork:a')
    const heartbeat = { kind: 'agent', op: 'HEARTBEAT', role: '' } as const
    await there.emitter({ agent: 'ann', session: 's', lastSeq: 4 }).emit(heartbeat)
    const again = there.emitter({ agent: 'ann', session: 's', lastSeq: 4 })
    expect((await again.emit(heartbeat)).duplicate).toBe(true)
    const behind = there.emitter({ agent: 'ann', session: 's', lastSeq: 1 })
    await expect(behind.emit(heartbeat)).rejects.toMatchObject({ code: 'SEQ_DUPLICATE', input: 2 })
  })
})
