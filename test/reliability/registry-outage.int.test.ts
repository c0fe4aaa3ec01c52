import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, writeFrameHeader, type Codec } from '@waggle/codec'
import {
  createRunner,
  readDeadLetters,
  type Projection,
  type ProjectionBatch,
  type ProjectionRunner,
} from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import {
  createLogRegistry,
  createRegistryServer,
  type LogRegistry,
  type RegistryServer,
} from '@waggle/registry'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import { faultProxy } from '../support/fault-proxy.ts'
import { apicurioRegistry } from '../support/registries.ts'

const TOPIC = 'waggle.signals.v1'
const SIGNAL = { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5 } as const
const CAUGHT_UP_MS = 60_000

const clock = systemClock()
let log: EventLog
let registry: LogRegistry
let server: RegistryServer
let producer: Codec
let runner: ProjectionRunner | undefined
let applied: string[]

beforeEach(async () => {
  log = createMemoryLog({ topics: PARTITIONS, clock })
  registry = createLogRegistry({ log: createMemoryLog({ topics: PARTITIONS, clock }) })
  producer = createCodec(registry)
  await producer.register()
  server = createRegistryServer(registry)
  await server.start()
  applied = []
})
afterEach(async () => {
  await runner?.stop()
  await server.stop()
})

const apicurio = await apicurioRegistry()
afterAll(() => apicurio?.stop())

/** The ids of the events, in a view whose schemas come from a registry elsewhere. */
function project(host: string, auth?: { username: string; password: string }): ProjectionRunner {
  const checkpoints = new Map<number, ProjectionBatch>()
  const projection: Projection = {
    name: 'ids',
    version: 1,
    topics: [TOPIC],
    checkpoints: async () => [...checkpoints.values()],
    apply: async (batch) => {
      applied.push(...batch.events.map(({ envelope }) => envelope.id))
      checkpoints.set(batch.partition, batch)
    },
    reset: async () => checkpoints.clear(),
    digest: async () => [...applied].sort().join(),
  }
  const remote = createConfluentRegistry({
    host,
    clock,
    attempts: 3,
    backoffMs: 5,
    timeoutMs: 500,
    ...(auth === undefined ? {} : { auth }),
  })
  const codec = createCodec(remote)
  runner = createRunner({ log, codec, projection, clock, logger: silentLogger })
  return runner
}

const emit = async (count: number): Promise<string[]> => {
  const session = `session-${applied.length}-${count}`
  const emitter = createEmitter({ log, codec: producer, clock, swarm: 's', agent: 'a', session })
  const receipts = await emitter.emitAll(Array.from({ length: count }, () => SIGNAL))
  return receipts.map(({ event }) => event.id)
}

async function stalled(of: ProjectionRunner): Promise<string | undefined> {
  for (;;) {
    const { state, reason } = await of.status()
    if (state === 'stalled') return reason
    await sleep(5)
  }
}

async function deadLetters(): Promise<(string | undefined)[]> {
  const codes = []
  for await (const { headers } of readDeadLetters(log)) codes.push(headers['dlq-code'])
  return codes
}

async function restart(): Promise<void> {
  server = createRegistryServer(registry, { port: Number(new URL(server.url).port) })
  await server.start()
}

describe('a projection whose schema registry is elsewhere', () => {
  it('stalls while the registry is gone, refuses nothing, and goes on when it is back', async () => {
    const ids = await emit(20)
    const view = project(server.url)
    await server.stop()
    await view.start()
    expect(await stalled(view)).toMatch(/registry cannot be reached/)
    expect(applied).toEqual([])
    expect(await deadLetters()).toEqual([])
    await restart()
    await view.caughtUp(CAUGHT_UP_MS)
    expect([...applied].sort()).toEqual(ids.sort())
    expect(await deadLetters()).toEqual([])
    expect(await view.status()).toMatchObject({ state: 'running', refused: 0, lag: 0n })
  })

  it('needs no registry for the schemas it has read', async () => {
    const view = project(server.url)
    await view.start()
    await emit(1)
    await view.caughtUp(CAUGHT_UP_MS)
    await server.stop()
    await emit(5)
    await view.caughtUp(CAUGHT_UP_MS)
    expect(applied).toHaveLength(6)
    await restart()
  })

  it('refuses an id that the registry says it does not have, and delays nothing else', async () => {
    const ids = await emit(3)
    const [{ value } = { value: Buffer.alloc(0) }] = await firstRecords()
    const foreign = Buffer.from(value)
    writeFrameHeader(foreign, 4711)
    await log.append(
      Array.from({ length: 50 }, () => ({ topic: TOPIC, key: 's/a', value: foreign })),
    )
    ids.push(...(await emit(2)))
    const proxy = await faultProxy(server.url)
    const view = project(proxy.url)
    await view.start()
    await view.caughtUp(CAUGHT_UP_MS)
    expect([...applied].sort()).toEqual(ids.sort())
    expect(await deadLetters()).toEqual(Array.from({ length: 50 }, () => 'SCHEMA_UNKNOWN'))
    expect(proxy.requests.filter((line) => line.endsWith('/4711'))).toHaveLength(3)
    await view.stop()
    await proxy.stop()
  })

  it('refuses nothing when an unknown id is asked for while the registry fails', async () => {
    const ids = await emit(3)
    const proxy = await faultProxy(server.url)
    proxy.fault = () => ({ status: 404, body: 'no such backend' })
    const view = project(proxy.url)
    await view.start()
    expect(await stalled(view)).toMatch(/answers 404/)
    expect(await deadLetters()).toEqual([])
    proxy.fault = () => undefined
    await view.caughtUp(CAUGHT_UP_MS)
    expect([...applied].sort()).toEqual(ids.sort())
    await view.stop()
    await proxy.stop()
  })

  it('stalls on refused credentials and says so, until they are let in', async () => {
    const ids = await emit(3)
    const proxy = await faultProxy(server.url)
    let letIn = false
    proxy.fault = () => (letIn ? undefined : { status: 403, body: '{"message":"not you"}' })
    const view = project(proxy.url, { username: 'bee', password: 'x' })
    await view.start()
    expect(await stalled(view)).toMatch(/not you.*Correct the credentials/)
    expect(await deadLetters()).toEqual([])
    letIn = true
    await view.caughtUp(CAUGHT_UP_MS)
    expect([...applied].sort()).toEqual(ids.sort())
    await view.stop()
    await proxy.stop()
  })
})

describe.skipIf(apicurio?.freeze === undefined)('a projection on Apicurio', () => {
  it('stalls while it hangs, refuses nothing, and goes on when it wakes', async () => {
    producer = createCodec(createConfluentRegistry({ host: apicurio!.url, clock }))
    await producer.register()
    const ids = await emit(20)
    const view = project(apicurio!.url)
    apicurio!.freeze!()
    await view.start()
    expect(await stalled(view)).toMatch(/registry cannot be reached/)
    apicurio!.thaw!()
    await view.caughtUp(CAUGHT_UP_MS)
    expect([...applied].sort()).toEqual(ids.sort())
    expect(await deadLetters()).toEqual([])
  })
})

async function firstRecords(): Promise<readonly { readonly value: Buffer }[]> {
  for (let partition = 0; partition < PARTITIONS[TOPIC]!; partition++) {
    const records = await log.read({ topic: TOPIC, partition, offset: 0n }, 1)
    if (records.length > 0) return records
  }
  return []
}
