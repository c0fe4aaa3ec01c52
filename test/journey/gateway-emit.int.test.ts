import { request, type ClientRequest } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOKEN } from '../support/gateway.ts'
import { serveGateway, type ServedGateway } from '../support/gateway-server.ts'

let gateway: ServedGateway

beforeAll(async () => {
  gateway = await serveGateway({
    grants: [{ name: 'ada-only', swarms: ['desk'], agents: ['ada'], verbs: ['emit'] }],
  })
  for (const agent of ['ada', 'bob'])
    await gateway.client.call('emit', {
      swarm: 'desk',
      body: { kind: 'agent', agent, op: 'JOINED', role: 'hunter', weight: 1 },
    })
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

interface Line {
  readonly line: number
  readonly emitted?: { readonly id: string; readonly position: string; readonly duplicate: boolean }
  readonly problem?: { readonly code: string; readonly line: number; readonly field?: string }
}

const observation = (agent: string, content: string, more: object = {}): string =>
  JSON.stringify({ kind: 'observation', agent, domain: 'd', source: 's', content, ...more })

/** Opens a stream of lines; `answers` are those that came so far, in order. */
function openStream(token = TOKEN): { out: ClientRequest; answers: AsyncIterator<string> } {
  const out = request(`${gateway.server.url}/v1/swarms/desk/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  })
  async function* lines(): AsyncGenerator<string> {
    const response = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
      out.once('response', resolve).once('error', reject),
    )
    yield* createInterface({ input: response })
  }
  return { out, answers: lines() }
}

async function send(lines: readonly string[], token = TOKEN): Promise<Line[]> {
  const response = await fetch(`${gateway.server.url}/v1/swarms/desk/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  const text = await response.text()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

const codes = (answers: readonly Line[]): string[] =>
  answers.map(({ line, problem }) => `${line} ${problem?.code ?? 'emitted'}`)

test('each line is answered for itself, in order, and names what is wrong with it', async () => {
  const answers = await send([
    observation('ada', 'one'),
    '{"kind": "observation", "agent": "ada",,}',
    '',
    observation('ada', 'two'),
    JSON.stringify({ kind: 'observation', agent: 'ada', domain: 'd' }),
    observation('ada', 'three'),
    JSON.stringify({ kind: 'dance', agent: 'ada' }),
    JSON.stringify(['no draft']),
    observation('nobody', 'four'),
    observation('bob', 'five'),
  ])
  expect(codes(answers)).toEqual([
    '1 emitted',
    '2 JSON_INVALID',
    '4 emitted',
    '5 FIELD_MISSING',
    '6 emitted',
    '7 KIND_UNKNOWN',
    '8 REQUEST_INVALID',
    '9 AGENT_UNKNOWN',
    '10 emitted',
  ])
  expect(answers[1]!.problem).toMatchObject({ line: 2, detail: expect.stringContaining('Line 2') })
  const { data } = await gateway.client.call('log', { swarm: 'desk', kind: 'observation' })
  const contents = data.records.map(({ known }) => known?.event['content'])
  expect(contents).toEqual(['one', 'two', 'three', 'five'])
})

test('the answer to a line comes while the stream is open', async () => {
  const { out, answers } = openStream()
  for (const text of ['a', 'b', 'c']) {
    out.write(`${observation('ada', text)}\n`)
    const { value } = await answers.next()
    expect(JSON.parse(value as string)).toMatchObject({ emitted: { duplicate: false } })
  }
  // In the middle of a line the connection is lost: what was not said whole is not said.
  out.write('{"kind":"observation","agent":"ada","domain":"d","source":"s","content":"hal')
  out.destroy()
  await send([observation('ada', 'after')])
  const { data } = await gateway.client.call('log', { swarm: 'desk', newest: 'true', limit: 4 })
  const contents = data.records.map(({ known }) => known?.event['content'])
  expect(contents).toEqual(['after', 'c', 'b', 'a'])
})

test('numbered lines that are sent again write nothing twice', async () => {
  const at = { occurred_at: 1e15, known_at: 1e15 }
  const lines = [1, 2, 3, 5, 6].map((seq) =>
    observation('ada', `n${seq}`, { session: 'numbered', seq, ...at }),
  )
  const first = await send(lines)
  const again = await send(lines)
  expect(again).toEqual(
    first.map((one) => ({ ...one, emitted: { ...one.emitted, duplicate: true } })),
  )
  const { data } = await gateway.client.call('trajectory', { swarm: 'desk', agent: 'ada' })
  expect(data.gaps).toContainEqual({ session: 'numbered', from: 4, to: 4 })
})

test('a line that is longer than any event is passed over, and the rest is taken', async () => {
  const answers = await send([
    observation('ada', 'x'.repeat(5 * 1024 * 1024)),
    observation('ada', 'behind'),
  ])
  expect(codes(answers)).toEqual(['1 BODY_TOO_LARGE', '2 emitted'])
})

test('a stream of more bytes than a body may have is taken whole, in order', async () => {
  const content = 'y'.repeat(4000)
  const lines = Array.from({ length: 3000 }, (_, index) =>
    observation(index % 500 < 250 ? 'ada' : 'bob', `${index} ${content}`),
  )
  const answers = await send(lines)
  expect(answers.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1))
  expect(answers.every(({ emitted }) => emitted !== undefined)).toBe(true)
  const offsets = answers
    .map(({ emitted }) => emitted!.position.split('@'))
    .filter(([partition]) => partition === answers[0]!.emitted!.position.split('@')[0])
    .map(([, offset]) => Number(offset))
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
})

test('a token speaks as its own agents alone', async () => {
  const answers = await send([observation('ada', 'mine'), observation('bob', 'his')], 'ada-only')
  expect(codes(answers)).toEqual(['1 emitted', '2 SCOPE_MISSING'])
  const foreign = await fetch(`${gateway.server.url}/v1/swarms/hive/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer ada-only', 'content-type': 'application/x-ndjson' },
    body: observation('ada', 'there'),
  })
  expect(foreign.status).toBe(403)
})

test('a caller that does not read is read no further, and holds up nobody else', async () => {
  const { out } = openStream()
  out.once('error', () => {})
  // Who does not ask for an answer has it read and thrown away.
  out.once('response', () => {})
  const block = `{${' '.repeat(1000)}\n`.repeat(1000)
  let written = 0
  // A machine that is busy reads late: then there is more to write until it is the gateway that does not read.
  do {
    while (written < 1000 && out.writableLength <= 8 * block.length) {
      out.write(block)
      written++
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(codes(await send([observation('bob', 'meanwhile')]))).toEqual(['1 emitted'])
  } while (written < 1000 && out.writableLength === 0)
  expect(written).toBeLessThan(1000)
  out.destroy()
})

test('a JSON body with a bad line names it', async () => {
  const response = await fetch(`${gateway.server.url}/v1/swarms/desk/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: '[\n{"kind": "observation"},\n{"kind":}\n]',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'JSON_INVALID', line: 3 })
})

test('a body of more bytes than it may have is refused', async () => {
  const response = await fetch(`${gateway.server.url}/v1/swarms/desk/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: observation('ada', 'w'.repeat(9 * 1024 * 1024)),
  })
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'BODY_TOO_LARGE' })
})
