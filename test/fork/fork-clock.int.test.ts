import { tickPartitions } from '@waggle/emit'
import { EVENT_TOPICS } from '@waggle/event'
import { fork } from '@waggle/fork'
import { partitionsOf } from '@waggle/log'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
