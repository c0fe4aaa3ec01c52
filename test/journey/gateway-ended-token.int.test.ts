import { createToken, type Grant } from '@waggle-services/gateway'
import { systemClock } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { serveGateway, type ServedGateway } from '../support/gateway-server.ts'

/** Sleeps of a second, after which a live tail asks about its token, end when told. */
let lookAgain = Promise.withResolvers<void>()
let lead = 0
const { now, sleep } = systemClock()
const clock = {
  now: () => now() + lead,
  sleep: (ms: number, signal?: AbortSignal) =>
    ms === 1000 ? lookAgain.promise : sleep(ms, signal),
}

const reader = createToken({ name: 'reader', swarms: ['desk'], verbs: ['read', 'emit'] })
let grants: Grant[] = []
let gateway: ServedGateway
let client: WaggleClient

beforeAll(async () => {
  gateway = await serveGateway({ clock, tokens: () => grants })
  client = createWaggleClient({ url: gateway.server.url, token: reader.token })
})
afterAll(() => gateway.stop())
beforeEach(() => {
  grants = [reader.grant]
  lookAgain = Promise.withResolvers()
})

const changes: [what: string, change: () => void, problem: object][] = [
  ['taken back', () => void (grants = []), { code: 'TOKEN_INVALID', status: 401 }],
  [
    'past its end',
    () => {
      grants = [{ ...reader.grant, expires_at: new Date(now() / 1000 + 3_600_000).toISOString() }]
      lead = 3_600_000_000
    },
    { code: 'TOKEN_EXPIRED', status: 401 },
  ],
  [
    'without the swarm',
    () => void (grants = [{ ...reader.grant, swarms: ['hive'] }]),
    { code: 'SCOPE_MISSING', status: 403 },
  ],
]

test.each(changes)('the live tail of a token %s ends, and says why', async (_, change, problem) => {
  const live = client.live('desk', {}, new AbortController().signal)
  expect(await live.next()).toMatchObject({ value: { type: 'events', events: [] } })
  change()
  lookAgain.resolve()
  await expect(live.next()).rejects.toMatchObject({ problem: { ...problem, retriable: false } })
  lead = 0
})

test('the problem is the last message, however much is said meanwhile', async () => {
  const headers = { authorization: `Bearer ${reader.token}` }
  const response = await fetch(`${gateway.server.url}/v1/swarms/desk/live`, { headers })
  const body = { kind: 'agent', agent: 'eve', op: 'JOINED', role: 'x', weight: 1 }
  const say = () => gateway.client.call('emit', { swarm: 'desk', body })
  await Promise.all(Array.from({ length: 20 }, say))
  grants = []
  lookAgain.resolve()
  const [text] = await Promise.all([response.text(), ...Array.from({ length: 20 }, say)])
  const messages = [...text.matchAll(/^event: (.+)$/gm)].map(([, name]) => name)
  expect(messages.indexOf('problem')).toBe(messages.length - 1)
})

test('a stream of drafts writes nothing more from then on, and says so line by line', async () => {
  const lines = new TransformStream<Uint8Array, Uint8Array>()
  const writer = lines.writable.getWriter()
  const draft = (role: string) =>
    writer.write(
      new TextEncoder().encode(
        `${JSON.stringify({ kind: 'agent', agent: 'ada', op: 'JOINED', role, weight: 1 })}\n`,
      ),
    )
  const answered = fetch(`${gateway.server.url}/v1/swarms/desk/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${reader.token}`,
      'content-type': 'application/x-ndjson',
    },
    body: lines.readable,
    duplex: 'half',
  })
  await draft('first')
  const answers = (await answered).body!.pipeThrough(new TextDecoderStream()).getReader()
  expect(JSON.parse((await answers.read()).value!)).toMatchObject({
    line: 1,
    emitted: { duplicate: false },
  })
  grants = []
  await draft('second')
  expect(JSON.parse((await answers.read()).value!)).toMatchObject({
    line: 2,
    problem: { code: 'TOKEN_INVALID', status: 401 },
  })
  await writer.close()
  const { data } = await gateway.client.call('agents', { swarm: 'desk' })
  expect(data).toContainEqual(expect.objectContaining({ agent: 'ada', role: 'first' }))
})
