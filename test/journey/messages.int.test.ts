import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, silentLogger, systemClock, type Clock } from '@waggle/base'
import { coordinate, type CoordinatedAgent, type MessageSubscription } from '@waggle/coordinate'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SWARM = 's'
const START = Date.UTC(2020, 0, 1) * 1000

/** The next messages of a subscription, which is then broken off: the last one counts as not done. */
async function take(subscription: MessageSubscription, count: number): Promise<string[]> {
  const bodies: string[] = []
  for await (const { message } of subscription) {
    bodies.push(message.body)
    if (bodies.length === count) break
  }
  return bodies
}

describe.each(['memory', 'lmdb'] as const)('messages on the embedded bus with %s', (log) => {
  let folder: string
  let bus: EmbeddedBus
  const open = async (clock: Clock = systemClock()): Promise<EmbeddedBus> =>
    openEmbeddedBus(
      { dataDir: folder, log, analytics: 'off', tickMs: 0 },
      { clock, logger: silentLogger },
    )
  const agent = async (name: string, run: string | null = null): Promise<CoordinatedAgent> => {
    const own = coordinate(bus).agent({ swarm: SWARM, agent: name, session: `${name}/1`, run })
    await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    return own
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waggle-messages-'))
    bus = await open()
  })
  afterEach(async () => {
    await bus.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('reach who subscribes to the pattern, in the order of their channel', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const risk = await b.messages.subscribe({ pattern: 'risk.>' })
    const limits = await b.messages.subscribe({ pattern: 'risk.limits.*', from: 'start' })
    for (const [index, channel] of ['risk.limits.x', 'news.x', 'risk.y', 'risk.limits.x'].entries())
      await a.messages.send({ channel, body: `${index}` })
    expect((await take(risk, 3)).sort()).toEqual(['0', '2', '3'])
    expect(await take(limits, 2)).toEqual(['0', '3'])
    await expect(a.messages.send({ channel: 'risk.*', body: '' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'channel',
    })
  })

  it('for one recipient, of another run, of oneself or expired are not delivered to others', async () => {
    const [a, b, c] = [await agent('a'), await agent('b'), await agent('c')]
    const elsewhere = await agent('d', 'backtest')
    await elsewhere.messages.send({ channel: 'x', body: 'other run' })
    await a.messages.send({ channel: 'x', body: 'for c', recipient: 'c' })
    await b.messages.send({ channel: 'x', body: 'own' })
    await a.messages.send({ channel: 'x', body: 'expired', expires_at: START })
    await a.messages.send({ channel: 'x', body: 'last' })
    const of = (name: CoordinatedAgent, more = {}): Promise<MessageSubscription> =>
      name.messages.subscribe({ pattern: 'x', from: 'start', ...more })
    expect(await take(await of(b), 1)).toEqual(['last'])
    expect(await take(await of(c), 3)).toEqual(['for c', 'own', 'last'])
    expect(await take(await of(b, { echo: true, expired: true }), 3)).toEqual([
      'own',
      'expired',
      'last',
    ])
  })

  it('a durable subscription goes on where it stood; what was in hand comes again', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const name = 'inbox'
    const first = await b.messages.subscribe({ pattern: 'x', name })
    for (let index = 0; index < 5; index++)
      await a.messages.send({ channel: 'x', body: `${index}` })
    expect(await take(first, 3)).toEqual(['0', '1', '2'])
    const second = await b.messages.subscribe({ pattern: 'x', name })
    expect(await take(second, 3)).toEqual(['2', '3', '4'])
    const back = await b.messages.subscribe({ pattern: 'x', name, from: 'start' })
    expect(await take(back, 5)).toEqual(['0', '1', '2', '3', '4'])
    await back.unsubscribe()
    const anew = await b.messages.subscribe({ pattern: 'x', name })
    await a.messages.send({ channel: 'x', body: 'new' })
    expect(await take(anew, 1)).toEqual(['new'])
  })

  it('replay from a position stored with the effect has every effect once', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    for (let index = 0; index < 6; index++)
      await a.messages.send({ channel: index % 2 === 0 ? 'x' : 'y', body: `${index}` })
    const effects: string[] = []
    let positions = (await b.messages.subscribe({ pattern: '>', from: 'start' })).positions
    while (effects.length < 6) {
      const subscription = await b.messages.subscribe({ pattern: '>', from: { positions } })
      for await (const { message, next } of subscription) {
        effects.push(message.body)
        positions = next
        if (effects.length % 2 === 0) break
      }
    }
    expect(effects.toSorted()).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  it('replay from a time, and history as of one, cut by when things counted as known', async () => {
    await bus.stop()
    const clock = manualClock(START)
    bus = await open(clock)
    const [a, b] = [await agent('a'), await agent('b')]
    for (let index = 0; index < 4; index++) {
      clock.advance(1000)
      await a.messages.send({ channel: `x.${index}`, body: `${index}` })
    }
    const late = await b.messages.subscribe({ pattern: 'x.*', from: { after: START + 2000 } })
    expect((await take(late, 2)).sort()).toEqual(['2', '3'])
    const past = []
    const span = { after: START + 1000, asOf: START + 3000 }
    for await (const { message } of b.messages.history({ pattern: '>', ...span }))
      past.push(message.body)
    expect(past).toEqual(['1', '2'])
  })

  it('a request resolves with its reply; a late one is found and marked', async () => {
    const [a, b] = [await agent('a'), await agent('b')]
    const work = await b.messages.subscribe({ pattern: 'jobs.*' })
    const served = (async () => {
      for await (const { message } of work) {
        if (message.body === 'stop') return
        await b.messages.reply(message, { body: `re: ${message.body}` })
      }
    })()
    const asked = a.messages.request({ channel: 'jobs.sum', body: 'one', recipient: 'b' })
    expect((await asked).message).toMatchObject({ body: 're: one', agent: 'b', exchange: 'REPLY' })
    await a.messages.send({ channel: 'jobs.sum', body: 'stop' })
    await served

    const slow = await b.messages.subscribe({ pattern: 'jobs.slow', expired: true })
    const given = a.messages.request({ channel: 'jobs.slow', body: 'two' }, { timeoutMs: 1 })
    await expect(given).rejects.toMatchObject({ code: 'REPLY_TIMEOUT' })
    for await (const { message: event, position } of slow) {
      await b.messages.reply(event, { body: 'too late' })
      const replies = await a.messages.replies({ event, position })
      expect(replies.map(({ message, late }) => [message.body, late])).toEqual([['too late', true]])
      break
    }
  })
})
