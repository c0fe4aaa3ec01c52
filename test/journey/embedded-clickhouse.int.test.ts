import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

let folder: string
let bus: EmbeddedBus
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-embedded-'))
  bus = await openEmbeddedBus(
    {
      dataDir: folder,
      log: 'memory',
      analyticsRestMs: 0,
      analyticsHttp: {
        users: [
          { name: 'all', password: 'secret' },
          { name: 'bees', password: 'secret', swarm: 'bees' },
        ],
      },
    },
    { clock: systemClock(), logger: silentLogger },
  )
})
afterEach(async () => {
  await bus.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('the embedded bus', () => {
  it('answers analysts over HTTP while it projects, each with the rows of their swarm', async () => {
    for (const swarm of ['bees', 'wasps']) {
      const emitter = bus.emitter({ swarm, agent: 'a', session: swarm })
      await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r', weight: 1 })
      await bus.hot.runner.caughtUp(30_000)
      await emitter.emit({ kind: 'observation', domain: 'd', source: 's', content: swarm })
    }
    // What nobody can read is a dead letter, in its table too.
    await bus.log.append([{ topic: 'waggle.signals.v1', key: 'k', value: Buffer.from('x') }])
    await bus.caughtUp(30_000)
    await bus.caughtUp(30_000)
    const ask = async (username: string, query: string): Promise<unknown[]> => {
      const client = createClient({ url: bus.analyticsUrl!, username, password: 'secret' })
      try {
        return await (await client.query({ query, format: 'JSONEachRow' })).json()
      } finally {
        await client.close()
      }
    }
    const contents = 'SELECT content FROM latest_observations ORDER BY content'
    expect(await ask('all', contents)).toEqual([{ content: 'bees' }, { content: 'wasps' }])
    expect(await ask('bees', contents)).toEqual([{ content: 'bees' }])
    const letters = 'SELECT topic, code, hex(bytes) AS bytes FROM dead_letters FINAL'
    expect(await ask('all', letters)).toEqual([
      { topic: 'waggle.signals.v1', code: 'FRAME_INVALID', bytes: '78' },
    ])
    expect(await ask('bees', letters)).toEqual([])
    await bus.rebuild()
    expect(await ask('bees', contents)).toEqual([{ content: 'bees' }])
    await bus.caughtUp(30_000)
    expect(await ask('all', letters)).toHaveLength(1)
  })
})
