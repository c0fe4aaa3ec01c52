import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { coordinate } from '@waggle/coordinate'
import { createMemoryVault } from '@waggle/vault'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SWARM = 's'
const vault = createMemoryVault(seededRandom(3))
let bus: EmbeddedBus
beforeEach(async () => {
  const config = { dataDir: 'nowhere', log: 'memory', analytics: 'off', tickMs: 0 } as const
  bus = await openEmbeddedBus(config, { clock: systemClock(), logger: silentLogger, vault })
})
afterEach(() => bus.stop())

async function agent(name: string) {
  const own = coordinate(bus).agent({ swarm: SWARM, agent: name, session: name })
  await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  return own
}

describe('a message about a subject', () => {
  it('is read by its receivers, answered about the same subject, and gone once that is erased', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const inbox = await b.messages.subscribe({ pattern: 'c' })
    const answering = (async () => {
      for await (const { message } of inbox) {
        const body = `heard: ${message.body}`
        if (message.exchange === 'REQUEST')
          await b.messages.reply(message, { body, content_type: 'text/plain' })
      }
    })()
    const draft = { channel: 'c', body: 'Ada likes tea', content_type: 'text/plain' }
    const asked = { ...draft, subject: 'ada' }
    const { message, position } = await a.messages.request(asked, { timeoutMs: 10_000 })
    expect(message).toMatchObject({ body: 'heard: Ada likes tea', subject: 'ada' })
    inbox.close()
    await answering

    const bodies = async (): Promise<string[]> => {
      const all = []
      for await (const one of b.messages.history({ pattern: 'c' })) all.push(one.message.body)
      return all
    }
    const stored = await bus.log.read({ ...position, offset: 0n }, 10)
    expect(String(stored.map(({ value }) => String(value)))).not.toContain('Ada likes tea')
    expect(await bodies()).toEqual(['Ada likes tea', 'heard: Ada likes tea'])
    await a.messages.send({ ...draft, body: 'Bob likes coffee', subject: 'bob' })
    await a.emitter.emit({ kind: 'erasure', erased: 'ada', step: 'REQUESTED' })
    await bus.caughtUp(10_000)
    expect(await bodies()).toEqual(['Bob likes coffee'])
  })
})
