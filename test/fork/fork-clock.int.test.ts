import { tickPartitions } from '@waggle/emit'
import { knownEventOf, type Projection } from '@waggle/consume'
import { EVENT_TOPICS, topicOf } from '@waggle/event'
import { compareRuns, fork, lineageOf, partingOf, replayFork, viewDigests } from '@waggle/fork'
import { partitionsOf } from '@waggle/log'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runDigests } from './run-digests.ts'
import { joinAll, propose, smallSwarm, SWARM, type SmallSwarm } from './small-swarm.ts'

let bus: SmallSwarm
beforeEach(async () => {
  bus = await smallSwarm()
  await joinAll(bus)
})
afterEach(() => bus.stop())

/** Another swarm of the run, such as the ticker of the coordinator, shows every partition what time it is. */
async function otherSwarmShowsTime(): Promise<void> {
  const { log, codec, clock } = bus
  const tick = { swarm: 'waggle', run: null, at: clock.now(), session: 'ticker/1', seq: 1 }
  await tickPartitions({ log, codec, partitions: partitionsOf(log, EVENT_TOPICS), ...tick })
}

it('a proposal that ended in the parent by the time of another swarm has ended in a fork', async () => {
  await propose(bus, 'p')
  bus.clock.advance(2 * 3_600_000_000)
  await otherSwarmShowsTime()
  await bus.settle()
  const said = bus.coordination.proposal({ swarm: SWARM, run: null }, 'p')
  expect(said?.status).toBe('EXPIRED')
  const from = { at: bus.clock.now() }
  const forked = await fork({ bus, swarm: SWARM, parent: null, run: 'fork:same', from })
  const there = await bus.open(forked)
  await there.caughtUp(10_000)
  const inherited = there.coordination.view.proposal({ swarm: SWARM, run: 'fork:same' }, 'p')
  expect(inherited?.status).toBe('EXPIRED')
})

it('what only a tick ended behind the cut ends in a replay of the fork, at the same time', async () => {
  await propose(bus, 'p')
  await bus.settle()
  const from = { at: bus.clock.now() }
  bus.clock.advance(2 * 3_600_000_000)
  await otherSwarmShowsTime()
  await bus.settle()
  const said = bus.coordination.proposal({ swarm: SWARM, run: null }, 'p')
  expect(said?.status).toBe('EXPIRED')
  const forked = await fork({ bus, swarm: SWARM, parent: null, run: 'fork:later', from })
  const there = await bus.open(forked)
  await there.caughtUp(10_000)
  const replayed = () => there.coordination.view.proposal({ swarm: SWARM, run: 'fork:later' }, 'p')
  expect(replayed()?.status).toBe('PENDING')
  await replayFork(there, { log: bus.log, codec: bus.codec })
  expect(replayed()).toMatchObject({ status: 'EXPIRED' })
  const compared = await compareRuns({
    log: bus.log,
    codec: bus.codec,
    swarm: SWARM,
    a: null,
    b: 'fork:later',
    clocks: true,
  })
  expect(compared).toMatchObject({ divergences: [], same: 1 })
  const digests = await runDigests(bus, SWARM, 'fork:later', null)
  expect(digests).toEqual(await runDigests(bus, SWARM, null, 'fork:later'))
  expect(await resultsSaid('fork:later', null)).toEqual(await resultsSaid(null, 'fork:later'))
})

/** Every word of a run's results, the tick that ended a proposal among them, as its views are digested. */
async function resultsSaid(run: string | null, other: string | null): Promise<unknown> {
  const lineage = await lineageOf(bus, SWARM, run)
  const parting = partingOf(lineage, await lineageOf(bus, SWARM, other))
  const said: unknown[] = []
  const results: Projection = {
    name: 'results',
    version: 1,
    topics: [topicOf('proposal'), topicOf('proposal_result')],
    checkpoints: async () => [],
    apply: async ({ events }) => void said.push(...events.map(knownEventOf)),
    reset: async () => {},
    digest: async () => '',
  }
  await viewDigests({ ...bus, lineage, parting }, [results])
  expect(said).toHaveLength(2)
  return said
}
