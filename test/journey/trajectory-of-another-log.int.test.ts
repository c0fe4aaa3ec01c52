import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry } from '@waggle/registry'
import { createMemoryIndexStore } from '@waggle/replay'
import { expect, it } from 'vitest'
import { trajectoryPart } from '@waggle-services/cluster'

const clock = systemClock()
const LIVE = { swarm: 'bees', run: null }
const WAIT_MS = 10_000

/** A log with so many things that one agent says. */
async function logOf(agent: string, events: number) {
  const log = createMemoryLog({ topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, ...LIVE, agent, session: agent })
  await emitter.emitAll(
    Array.from({ length: events }, (_, index) => ({
      kind: 'observation' as const,
      domain: 'meadow',
      source: 'walk',
      content: `Clover ${index}`,
    })),
  )
  return { log, codec, clock, logger: silentLogger }
}

it('an index of another log is made again; one of this log goes on', async () => {
  const store = createMemoryIndexStore()
  const counts: number[] = []
  for (const parts of [await logOf('ada', 2000), await logOf('bob', 3000)]) {
    for (const _ of ['at first', 'again']) {
      const { runner, view, start, stop } = trajectoryPart(parts, store)
      await start()
      await runner.caughtUp(WAIT_MS)
      const found = (agent: string): number =>
        Object.entries(parts.log.topics)
          .filter(([topic]) => topic === 'waggle.observations.v1')
          .flatMap(([topic, count]) =>
            Array.from({ length: count }, (_, partition) => ({ topic, partition })),
          )
          .reduce((sum, at) => sum + view.find(at, LIVE, { agent }).length, 0)
      counts.push(found('ada'), found('bob'))
      await stop()
    }
  }
  expect(counts).toEqual([2000, 0, 2000, 0, 0, 3000, 0, 3000])
})
