import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAgent } from '@waggle/agent'
import type { DeadLetterJson } from '@waggle/api'
import { positionText, SCHEMAS, subjectOf, type AvroRecord } from '@waggle/event'
import { createLogRegistry } from '@waggle/registry'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const TOPIC = 'waggle.observations.v1'

let gateway: OpenGateway

beforeAll(async () => {
  gateway = await openGateway({ grants: [{ name: 'reader', swarms: ['desk'], verbs: ['read'] }] })
  const ada = createAgent({ bus: gateway.bus, swarm: 'desk', name: 'ada', kind: 'market-hunter' })
  await ada.join()
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const observation = (agent: string) => ({
  kind: 'observation',
  agent,
  domain: 'market',
  source: 'exchange',
  content: 'The market closes early',
})

async function projection(name: string) {
  const { data } = await gateway.client.call('projections', {})
  return data.find((one) => one.name === name)!
}

/** Dead letters once there are so many of this code. */
async function letters(code: string, count: number): Promise<DeadLetterJson[]> {
  return expect
    .poll(async () => {
      const { data } = await gateway.client.call('deadLetters', { code })
      return data
    })
    .toHaveLength(count)
    .then(async () => (await gateway.client.call('deadLetters', { code })).data)
}

test('a projection says where it stands, and catches up again after a rebuild', async () => {
  const before = await projection('coordination')
  expect(before).toMatchObject({ state: 'running', lag: '0', reason: null, can_rebuild: true })
  expect(before.position).toContain('waggle.agents.v1/0@0')
  const { data } = await gateway.client.call('rebuildProjection', { name: 'coordination' })
  expect(data.started).toBe(true)
  await gateway.bus.caughtUp(10_000)
  expect((await projection('coordination')).position).toBe(before.position)
  const { data: agents } = await gateway.client.call('agents', { swarm: 'desk' })
  expect(agents).toMatchObject([{ agent: 'ada' }])
})

test('a projection tells how fast it goes, to who asks once, too', async () => {
  const busy = await openGateway()
  try {
    const emitting = new AbortController()
    const joined = { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'scout', weight: 1 }
    await busy.client.call('emit', { swarm: 'desk', body: joined })
    await busy.bus.caughtUp(10_000)
    const emits = (async () => {
      while (!emitting.signal.aborted) {
        await busy.client.call('emit', { swarm: 'desk', body: observation('ada') })
        // Nothing here waits for anything but itself, so timers would never have a turn.
        await setImmediate()
      }
    })()
    const { data } = await busy.client.call('projections', {})
    emitting.abort()
    await emits
    expect(data.find(({ name }) => name === 'memory')!.rate).toBeGreaterThan(0)
  } finally {
    await busy.stop()
  }
})

test('a view there is not cannot be rebuilt, and a reader may rebuild none', async () => {
  await expect(gateway.client.call('rebuildProjection', { name: 'colds' })).rejects.toMatchObject({
    problem: { status: 404, code: 'NOT_FOUND' },
  })
  await expect(
    gateway.clientOf('reader').call('rebuildProjection', { name: 'coordination' }),
  ).rejects.toMatchObject({ problem: { status: 403, code: 'SCOPE_MISSING' } })
})

test('subjects come with every version and its schema', async () => {
  const { data } = await gateway.client.call('schemas', {})
  const found = data.find(({ subject }) => subject === subjectOf(TOPIC, 'observation'))
  expect(found).toMatchObject({
    compatibility: 'BACKWARD_TRANSITIVE',
    versions: [{ version: 1, schema: { type: 'record', name: 'Observation' } }],
  })
})

describe('dead letters', () => {
  test('come newest first, with bytes and what can be read of them', async () => {
    const { log } = gateway.bus
    const garbage = (text: string) => ({ topic: TOPIC, key: 'desk/ada', value: Buffer.from(text) })
    const [first] = await log.append([garbage('\u0007\u0001no event at all\u0000')])
    await letters('FRAME_INVALID', 1)
    await log.append([garbage('{"kind":"observation"}')])
    const [newest, oldest] = await letters('FRAME_INVALID', 2)
    expect(newest).toMatchObject({ text: '{"kind":"observation"}', bytes: 22 })
    expect(Buffer.from(newest!.raw, 'base64').toString()).toBe('{"kind":"observation"}')
    expect(oldest).toMatchObject({ origin: positionText(first!), text: 'no event at all' })
    expect(oldest!.reason).not.toBe('')

    const page = await gateway.client.call('deadLetters', { before: newest!.position, limit: 1 })
    expect(page.data).toEqual([oldest])
  })

  test('a record whose fault has not gone is refused with the fault, and nothing is appended', async () => {
    const [letter] = await letters('FRAME_INVALID', 2)
    const { position } = letter!
    const ends = await gateway.bus.log.ends([{ topic: TOPIC, partition: 0 }])
    await expect(gateway.client.call('replayDeadLetter', { position })).rejects.toMatchObject({
      problem: { code: 'FRAME_INVALID' },
    })
    expect(await gateway.bus.log.ends([{ topic: TOPIC, partition: 0 }])).toEqual(ends)
  })

  test('a record whose schema has come since takes effect when it is given again, once', async () => {
    const { log } = gateway.bus
    const registry = createLogRegistry({ log })
    const next = (await registry.state()).schemas.length + 1
    const { data } = await gateway.client.call('emit', {
      swarm: 'desk',
      body: { ...observation('ada'), session: 'ada/9', seq: 1 },
    })
    const frame = await frameAt(data[0]!.position)
    frame.writeUInt32BE(next, 1)
    await log.append([{ topic: TOPIC, key: 'desk/ada', value: asOtherSession(frame) }])
    const [letter] = await letters('SCHEMA_UNKNOWN', 1)
    const { position } = letter!
    await expect(gateway.client.call('replayDeadLetter', { position })).rejects.toMatchObject({
      problem: { code: 'SCHEMA_UNKNOWN' },
    })

    const known = SCHEMAS.observation as unknown as AvroRecord
    const id = await registry.register(subjectOf(TOPIC, 'observation'), {
      ...known,
      fields: [...(known.fields ?? []), { name: 'mood', type: ['null', 'string'], default: null }],
    })
    expect(id).toBe(next)
    const once = await gateway.client.call('replayDeadLetter', { position })
    const twice = await gateway.client.call('replayDeadLetter', { position })
    expect(twice).toEqual(once)
    expect(await frameAt(once.data.position)).toEqual(Buffer.from(letter!.raw, 'base64'))
    await gateway.bus.caughtUp(10_000)
    expect((await gateway.client.call('deadLetters', {})).data).toHaveLength(3)
  })

  test('what is none is not found', async () => {
    const position = 'waggle.dead-letters.v1/0@4711'
    await expect(gateway.client.call('replayDeadLetter', { position })).rejects.toMatchObject({
      problem: { status: 404 },
    })
    await expect(
      gateway.client.call('replayDeadLetter', { position: 'nowhere' }),
    ).rejects.toMatchObject({ problem: { status: 422, field: 'position' } })
  })
})

test('where there is no analytical store, SQL says so', async () => {
  await expect(gateway.client.call('sql', { body: { query: 'SELECT 1' } })).rejects.toMatchObject({
    problem: { status: 501, code: 'VIEW_MISCONFIGURED' },
  })
})

async function frameAt(position: string): Promise<Buffer> {
  const [, topic, partition, offset] = /^(.*)\/(\d+)@(\d+)$/.exec(position)!
  const at = { topic: topic!, partition: Number(partition), offset: BigInt(offset!) }
  const [record] = await gateway.bus.log.read(at, 1)
  return Buffer.from(record!.value)
}

/** Another session of the same length, for what was emitted is in the log already; and a null for `mood`. */
function asOtherSession(frame: Buffer): Buffer {
  const at = frame.indexOf('ada/9')
  frame.write('ada/8', at)
  return Buffer.concat([frame, Buffer.from([0])])
}
