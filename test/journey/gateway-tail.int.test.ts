import { connect } from 'node:net'
import type { LiveStats } from '@waggle/api'
import { seededRandom, silentLogger, systemClock, type Clock } from '@waggle/base'
import { createWaggleClient, type LiveMessage } from '@waggle/client'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { TOKEN } from '../support/gateway.ts'
import { serveGateway, type ServedGateway } from '../support/gateway-server.ts'

type Step = 'break' | 'read' | { readonly emit: string; readonly size: number }

/** Sleeps of 30 s, which is what a slow reader is given, end when told. */
function patienceClock(): { clock: Clock; lose: () => void } {
  const { now, sleep } = systemClock()
  const over = Promise.withResolvers<void>()
  return {
    clock: { now, sleep: (ms, signal) => (ms === 30_000 ? over.promise : sleep(ms, signal)) },
    lose: over.resolve,
  }
}

const { clock, lose } = patienceClock()
const warnings: object[] = []
const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) }
let gateway: ServedGateway
const AGENTS = ['ada', 'bob', 'cy']

beforeAll(async () => {
  gateway = await serveGateway({ clock, logger })
  for (const agent of AGENTS)
    await emit({ kind: 'agent', agent, op: 'JOINED', role: 'hunter', weight: 1 })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const emit = (body: { kind: string; agent: string; [field: string]: unknown }) =>
  gateway.client.call('emit', { swarm: 'desk', body })

const observe = (agent: string, content: string) =>
  emit({ kind: 'observation', agent, domain: 'd', source: 's', content })

const statsIn = async (
  wanted: (stats: LiveStats) => boolean,
  each: () => Promise<unknown> = async () => {},
): Promise<LiveStats> => {
  const stop = new AbortController()
  try {
    for await (const message of gateway.client.live('desk', { stats: true }, stop.signal)) {
      if (message.type !== 'stats') continue
      if (wanted(message.stats)) return message.stats
      await each()
    }
  } finally {
    stop.abort()
  }
  throw new Error('The live tail ended')
}

test('events of the last second are counted by agent and kind', async () => {
  const say = async (): Promise<void> => {
    await observe('ada', 'one')
    await observe('ada', 'two')
    await observe('bob', 'three')
  }
  const stats = await statsIn(
    ({ rates }) => (rates['ada'] ?? 0) > 0 && (rates['bob'] ?? 0) > 0,
    say,
  )
  expect(stats.events).toBe(stats.rates['ada']! + stats.rates['bob']!)
  expect(stats.kinds).toEqual({ observation: stats.events })
})

test('another swarm and another run have figures of their own', async () => {
  const stop = new AbortController()
  const other = gateway.client.live('hive', { stats: true }, stop.signal)
  await observe('ada', 'here')
  for await (const message of other)
    if (message.type === 'stats') {
      expect(message.stats.rates).toEqual({})
      break
    }
  stop.abort()
})

test('a paused projection says so, with the lag that it has', async () => {
  const runner = gateway.bus.hot.runner
  await runner.pause()
  const { position } = await emit({
    kind: 'agent_state',
    agent: 'ada',
    type: 'CURRENT',
    version: 1,
    state: '{}',
  })
  const stats = await statsIn(({ alerts }) => alerts.some(({ name }) => name === 'hot-view'))
  expect(stats.lag['hot-view']).toBe('1')
  expect(stats.alerts).toContainEqual({
    name: 'hot-view',
    level: 'warn',
    text: 'hot-view is paused, 1 records behind',
  })
  await runner.resume()
  await gateway.client.call('swarm', { swarm: 'desk', after: position })
  const after = await statsIn(({ alerts }) => alerts.every(({ name }) => name !== 'hot-view'))
  expect(after.lag['hot-view']).toBe('0')
})

test('dead letters that come are told', async () => {
  let appended = false
  const damage = async (): Promise<void> => {
    if (appended) return
    appended = true
    const value = Buffer.from('no frame')
    await gateway.bus.log.append([{ topic: 'waggle.signals.v1', key: 'desk/ada', value }])
  }
  const stats = await statsIn(({ alerts }) => alerts.length > 0, damage)
  expect(stats.dead_letters).toBeGreaterThan(0)
  expect(stats.alerts).toMatchObject([{ name: 'dead-letters', level: 'warn' }])
})

test('every event comes once, in the order of its partition, however often the connection breaks', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ emit: fc.constantFrom(...AGENTS), size: fc.nat(600) }) },
    { weight: 1, arbitrary: fc.constant('break' as const) },
    { weight: 1, arbitrary: fc.constant('read' as const) },
  )
  let round = 0
  const property = async (steps: Step[], seed: number) => {
    const name = `round ${round++}`
    const wanted: string[] = []
    const random = seededRandom(seed)
    let current: { breaks: () => void } | undefined
    // A connection breaks when told, in the middle of what is under way then.
    const breaking: typeof fetch = async (input, init) => {
      const response = await gateway.app.request(input as string, init)
      const reader = response.body!.getReader()
      let isBroken = false
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const { done, value } = await reader.read()
          if (done) return controller.close()
          if (!isBroken) return controller.enqueue(value)
          controller.enqueue(value.subarray(0, Math.floor(random.next() * value.length)))
          controller.close()
          await reader.cancel()
        },
        cancel: () => reader.cancel(),
      })
      current = { breaks: () => void (isBroken = true) }
      return new Response(body, response)
    }
    const client = createWaggleClient({ url: 'http://localhost', token: TOKEN, fetch: breaking })
    const stop = new AbortController()
    const seen: { content: string; position: string }[] = []
    const own = () => seen.filter(({ content }) => content.startsWith(`${name} `))
    const started = Promise.withResolvers<void>()
    const last = `${name} end`
    const following = (async () => {
      for await (const message of client.live('desk', { kinds: ['observation'] }, stop.signal)) {
        if (message.type === 'events') started.resolve()
        seen.push(...observed(message))
        if (seen.some(({ content }) => content === last)) stop.abort()
      }
    })()
    await started.promise
    for (const [index, one] of steps.entries()) {
      if (one === 'break') current?.breaks()
      // What was said so far is there, so that the next break finds a token in the middle.
      else if (one === 'read') while (own().length < wanted.length) await turn()
      else {
        wanted.push(`${name} ${index} ${'x'.repeat(one.size)}`)
        await observe(one.emit, wanted.at(-1)!)
      }
    }
    wanted.push(last)
    await observe('ada', last)
    await following
    expect(
      own()
        .map(({ content }) => content)
        .toSorted(),
    ).toEqual(wanted.toSorted())
    const offsets = new Map<string, number>()
    for (const { position } of own()) {
      const [partition, offset] = position.split('@') as [string, string]
      expect(Number(offset)).toBeGreaterThan(offsets.get(partition) ?? -1)
      offsets.set(partition, Number(offset))
    }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 12, maxLength: 24 }),
      fc.integer({ min: 1 }),
      property,
    ),
    { numRuns: 5, endOnFailure: true },
  )
})

test('a reader that does not read is let go, and the gateway holds little of what it did not take', async () => {
  const printed = vi.spyOn(console, 'error')
  const { hostname, port } = new URL(gateway.server.url)
  const socket = connect(Number(port), hostname)
  const path = `/v1/swarms/desk/live?kind=observation`
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('readable', resolve))
  // More than what lies between the two can hold.
  for (let sent = 0; sent < 40; sent++) await observe('bob', 'z'.repeat(400_000))
  let taken = 0
  lose()
  await turn()
  socket.on('data', (data: Buffer) => void (taken += data.length))
  await closed
  expect(taken).toBeLessThan(40 * 400_000)
  const reason = 'A message was not taken in 30000 ms'
  expect(warnings).toEqual([{ token: 'tests', swarm: 'desk', reason }])
  expect(printed).not.toHaveBeenCalled()
  expect((await observe('bob', 'after')).data).toHaveLength(1)
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function observed(message: LiveMessage): { content: string; position: string }[] {
  if (message.type !== 'events') return []
  return message.events.map(({ event, position }) => ({
    content: String(event['content']),
    position,
  }))
}
