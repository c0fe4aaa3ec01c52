import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Decision } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import { createHotProjection } from '@waggle/view-hot'
import { FOREIGN_SWARM, openForeignBus, type ForeignBus } from '../support/foreign-bus.ts'
import { DRIVERS, resolveKafka } from '../support/kafka.ts'
import { resolvePython } from '../support/python.ts'
import { builtInRegistry } from '../support/registries.ts'

const PRODUCER = fileURLToPath(new URL('./foreign-producer.py', import.meta.url))
const DECISIONS = 'waggle.decisions.v1'
const SCOPE = { swarm: FOREIGN_SWARM, run: null }
const KEY_PARTITIONS = 12
const python = await resolvePython()
const kafka = await resolveKafka()
const registry = await builtInRegistry()
afterAll(async () => {
  await kafka?.dispose()
  await registry.stop()
})

const missing = python === undefined || kafka === undefined
describe.skipIf(missing).each(Object.entries(DRIVERS))('through %s', (_name, openDriver) => {
  let bus: ForeignBus
  beforeAll(async () => {
    const moreTopics = { keys: KEY_PARTITIONS }
    bus = await openForeignBus(kafka!.broker, registry.url, { openDriver, moreTopics })
  })
  afterAll(() => bus?.log.close())
  const produce = (...args: string[]) => python!.run(PRODUCER, args, bus)

  it('keys of librdkafka stand where ours would', async () => {
    await produce('keys', '1000')
    const records = await bus.records('keys')
    expect(records).toHaveLength(1000)
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(KEY_PARTITIONS)
    for (const { key, value, partition } of records) {
      expect(key).toBe(value.toString())
      expect([key, partition]).toEqual([key, partitionOf(key, KEY_PARTITIONS)])
    }
  })

  it('batches in every codec are read', async () => {
    await produce('compressed', '1500')
    const found = (await bus.admitted(DECISIONS)).map(({ event }) => event as Decision)
    const byCodec = Map.groupBy(found, ({ action }) => action)
    const plain = byCodec.get('none')!.map(({ context }) => Number(context.split(' ')[0]))
    expect(plain).toEqual(Array.from({ length: 1500 }, (_, n) => n))
    expect([...byCodec.keys()].sort()).toEqual(['gzip', 'lz4', 'none', 'snappy', 'zstd'])
    for (const decisions of byCodec.values()) expect(decisions).toHaveLength(1500)
    for (const { context } of found) expect(context).toMatch(/^\d+ (x{2000}|[0-9a-f]{1900,})$/)
  })

  it('only what transactions committed is seen, and views pass what is no record', async () => {
    const hot = bus.runner(createHotProjection())
    onTestFinished(() => hot.stop())
    await hot.start()
    await produce('transactions')
    const committed = ['around', 'around', 'first', 'first', 'last', 'last', 'within', 'within']
    const admitted = (await bus.admitted(DECISIONS)).map(({ event }) => event as Decision)
    expect(actionsOf(admitted)).toEqual(committed)
    await hot.caughtUp(20_000)
    expect(await hot.status()).toMatchObject({ state: 'running', lag: 0n, refused: 0 })
    const { view } = hot.projection as ReturnType<typeof createHotProjection>
    const recent = ['one', 'two'].flatMap((agent) => view.recentDecisions(SCOPE, 100, agent))
    expect(actionsOf(recent.map(({ event }) => event))).toEqual(committed)
    await hot.rebuild()
    await produce('one', 'after')
    await hot.caughtUp(20_000)
    expect(view.recentDecisions(SCOPE, 1, 'after')).toHaveLength(1)
  })
})

function actionsOf(decisions: readonly Decision[]): string[] {
  const transactional = decisions.filter(({ agent }) => ['one', 'two'].includes(agent))
  return transactional.map(({ action }) => action).sort()
}
