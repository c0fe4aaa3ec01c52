import { createWaggleClient, type LiveMessage } from '@waggle/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

let gateway: OpenGateway

beforeAll(async () => {
  gateway = await openGateway()
  await gateway.client.call('emit', {
    swarm: 'desk',
    body: { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'hunter', weight: 1 },
  })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const observe = (text: string) =>
  gateway.client.call('emit', {
    swarm: 'desk',
    body: { kind: 'observation', agent: 'ada', domain: 'trend', source: 'feed', content: text },
  })

const contents = (message: LiveMessage): string[] =>
  message.type === 'events' ? message.events.map(({ event }) => String(event['content'])) : []

test('a write is answered with its token, and seen with it', async () => {
  const { data, position } = await observe('first')
  expect(data).toMatchObject([{ duplicate: false, position }])
  const { freshness } = await gateway.client.call('agents', { swarm: 'desk', after: position })
  expect(freshness.position).not.toBe('')
})

test('a repeated request writes nothing twice', async () => {
  const body = {
    kind: 'observation',
    agent: 'ada',
    session: 'mine',
    seq: 1,
    occurred_at: '2026-01-01T00:00:00Z',
    known_at: '2026-01-01T00:00:00Z',
    domain: 'trend',
    source: 'feed',
    content: 'once',
  }
  const first = await gateway.client.call('emit', { swarm: 'desk', body })
  const again = await gateway.client.call('emit', { swarm: 'desk', body })
  expect(again.data[0]).toEqual({ ...first.data[0], duplicate: true })
})

test('the live tail goes on behind a lost connection, without a gap or a repeat', async () => {
  let connections = 0
  // Every connection breaks in the middle of a message, each later than the one before.
  const breaking: typeof fetch = async (input, init) => {
    const response = await gateway.app.request(input as string, init)
    const most = 2000 * ++connections
    let bytes = 0
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.length
        if (bytes <= most) return controller.enqueue(chunk)
        controller.enqueue(chunk.subarray(0, chunk.length - (bytes - most)))
        controller.terminate()
      },
    })
    return new Response(response.body!.pipeThrough(cut), response)
  }
  const client = createWaggleClient({ url: 'http://localhost', token: TOKEN, fetch: breaking })
  const stop = new AbortController()
  const seen: string[] = []
  const { promise: open, resolve: started } = Promise.withResolvers<void>()
  const following = (async () => {
    const query = { agents: ['ada'], kinds: ['observation'] }
    for await (const message of client.live('desk', query, stop.signal)) {
      if (message.type === 'events') started()
      seen.push(...contents(message))
      if (seen.length >= 40) stop.abort()
    }
  })()
  await open
  const wanted = Array.from({ length: 40 }, (_, index) => `event ${index}`)
  for (const text of wanted) await observe(text)
  await following
  expect(seen).toEqual(wanted)
  expect(connections).toBeGreaterThan(2)
})

test('a token from anywhere earlier is gone on with', async () => {
  const stop = new AbortController()
  const seen: string[] = []
  for await (const message of gateway.client.live('desk', { from: '' }, stop.signal)) {
    seen.push(...contents(message))
    if (seen.includes('event 39')) stop.abort()
  }
  expect(seen).toContain('first')
})

test('a kind that is none ends the stream with a problem', async () => {
  const live = gateway.client.live('desk', { kinds: ['dance'] }, new AbortController().signal)
  await expect(live.next()).rejects.toMatchObject({ problem: { code: 'REQUEST_INVALID' } })
})
