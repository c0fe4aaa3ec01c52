import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { Emitted } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import type { EventLog } from '@waggle/log'
import { createMemoryProjection, type MemoryProjection } from '@waggle/memory'
import { createLexicalEmbedder } from '@waggle/recall'
import { createLogRegistry } from '@waggle/registry'
import { createFileVault, type Vault } from '@waggle/vault'
import { startRedis, type NativeRedis } from '@waggle-infra/native/redis'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import {
  createEraserService,
  createRecallSnapshots,
  type EraserService,
} from '@waggle-services/memory-view'
import {
  canariesAbout,
  canary,
  found,
  scanFolder,
  textsOf,
  type Canaries,
} from '../support/canaries.ts'
import { openTestStore, resolveNativeRedis } from '../support/redis.ts'
import { undoAfterEach } from '../support/undo.ts'

const native = await resolveNativeRedis()

const SWARM = 'bees'
const SCOPE = { swarm: SWARM, run: null }
const WAIT_MS = 30_000
const clock = systemClock()
const undo = undoAfterEach()

interface Scene {
  readonly data: string
  readonly bus: EmbeddedBus
  readonly redis: NativeRedis
  readonly memory: ProjectionRunner & { readonly projection: MemoryProjection }
  readonly hot: ProjectionRunner
  readonly eraser: EraserService
  /** Writes the recall index into the data folder. */
  saveSnapshot(): void
  caughtUp(): Promise<void>
  /** Closes everything that holds files. */
  close(): Promise<void>
}

/** The whole bus on disk, Redis with both ways of saving, and a memory view that erases. */
async function scene(vaultOf: (vault: Vault) => Vault = (vault) => vault): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-erasure-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  const vault = vaultOf(createFileVault(join(data, 'keys')))
  const parts = { clock, logger: silentLogger }
  const bus = await openEmbeddedBus({ dataDir: data, analyticsRestMs: 20 }, { ...parts, vault })
  const plain = { appendonly: 'yes', 'aof-use-rdb-preamble': 'no', rdbcompression: 'no' }
  const redis = await startRedis({ config: plain })
  undo.push(() => redis.kill())
  const store = await openTestStore({ redis: { endpoints: [redis.endpoint] } }, bus.log)
  const own = { ...parts, log: bus.log, codec: bus.codec }
  const hot = createRunner({ ...own, projection: store.projection })
  const snapshots = createRecallSnapshots({
    folder: join(data, 'snapshot'),
    embedder: createLexicalEmbedder(),
    logger: silentLogger,
  })
  const projection = createMemoryProjection({ vault, openIndex: snapshots.openIndex })
  const memory = createRunner({ ...own, projection })
  const eraser = createEraserService({ ...own, vault, memory, forgetters: [snapshots.forgetter] })
  const services = [hot, memory, eraser]
  for (const service of services) await service.start()
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    for (const service of services.toReversed()) await service.stop()
    store.close()
    await bus.stop()
  }
  undo.push(close)
  const caughtUp = async (): Promise<void> => {
    // The eraser first: what it says is for the others to apply.
    for (const runner of [eraser.runner, hot, memory]) await runner.caughtUp(WAIT_MS)
    await bus.caughtUp(WAIT_MS)
  }
  return {
    data,
    bus,
    redis,
    memory: Object.assign(memory, { projection }),
    hot,
    eraser,
    caughtUp,
    saveSnapshot: snapshots.save,
    close,
  }
}

/** What agents say about these people, a text moved to where it does not belong, and broken bytes. */
async function say({ bus }: Scene, people: readonly Canaries[]): Promise<Emitted[]> {
  const emitter = bus.emitter({ swarm: SWARM, agent: 'a', session: 's' })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'scribe' })
  const emitted = await emitter.emitAll(people.flatMap(({ drafts }) => drafts))
  for (const [index, { event, position }] of emitted.entries()) {
    if (event.kind !== 'turn') continue
    const [record] = await bus.log.read(position, 1)
    const sealed = bus.codec.writerOf(record!.value)!.decode(record!.value)
    const producer = { session: 'moved', seq: index + 1 }
    const moved = { ...sealed, ...producer, id: '0191f000-0000-7000-8000-000000000009' }
    const value = bus.codec.encode(moved)
    const at = { topic: position.topic, partition: position.partition, key: 'k' }
    await bus.log.append([
      { ...at, value, producer },
      { ...at, value: value.subarray(0, -1), producer: { session: 'cut', seq: index + 1 } },
    ])
  }
  return emitted
}

/** The texts of these events as a reader with the vault has them; undefined for those that do not open. */
async function read(
  log: EventLog,
  codec: EmbeddedBus['codec'],
  vault: Vault,
  all: readonly Emitted[],
) {
  return Promise.all(
    all.map(async ({ position }) => {
      const [record] = await log.read(position, 1)
      const event = await vault.open(await codec.decode(record!.value))
      return event && textsOf(event)
    }),
  )
}

/** All that ClickHouse gives out: columns are compressed on disk. */
async function rowsOf({ bus }: Scene): Promise<Buffer> {
  const { view } = bus.analytics!
  const tables = await view.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  )
  const rows: string[] = []
  for (const { name } of tables)
    rows.push(JSON.stringify(await view.query(`SELECT * FROM ${name}`)))
  return Buffer.from(rows.join('\n'))
}

/** Redis as a client sees it, after it has written both of its files. */
async function valuesOf({ redis }: Scene): Promise<Buffer> {
  const client = new Redis({ ...redis.endpoint, protocol: 2 })
  try {
    await client.save()
    const values: unknown[] = []
    for (const key of await client.keys('*')) {
      const type = await client.type(key)
      if (type === 'hash') values.push(key, await client.hgetall(key))
      if (type === 'string') values.push(key, await client.get(key))
      if (type === 'zset') values.push(key, await client.zrange(key, 0, '-1'))
      if (type === 'list') values.push(key, await client.lrange(key, 0, -1))
      if (type === 'set') values.push(key, await client.smembers(key))
    }
    expect(values.length).toBeGreaterThan(0)
    return Buffer.from(JSON.stringify(values))
  } finally {
    client.disconnect()
  }
}

const recalled = async ({ memory }: Scene, text: string): Promise<string[]> => {
  const answers = await memory.projection.view.recall(SCOPE, { text, exact: true, limit: 100 })
  return answers.flatMap(({ event }) => textsOf(event))
}

describe.skipIf(native === undefined)('an erased subject', () => {
  it(
    'is in no byte of any file, view or older copy; others are as they were',
    { timeout: 120_000 },
    async () => {
      const made = await scene()
      const { bus, data, memory } = made
      const ada = canariesAbout('ada')
      const both = canariesAbout('ada,bob')
      const bob = canariesAbout('bob')
      const gone = [...ada.texts, ...both.texts]
      const emitted = await say(made, [ada, bob, both])
      await made.caughtUp()

      const readable = (await read(bus.log, bus.codec, bus.vault, emitted)).flat()
      for (const text of [...gone, ...bob.texts]) expect(String(readable)).toContain(text)
      const her = ada.drafts.find(({ kind }) => kind === 'experience') as { content: string }
      const his = bob.drafts.find(({ kind }) => kind === 'experience') as { content: string }
      expect(await recalled(made, her.content)).toContain(her.content)
      const hisAnswers = await recalled(made, his.content)
      expect(hisAnswers).toContain(his.content)
      made.saveSnapshot()
      const idsOf = (subject: string): string[] =>
        emitted
          .filter(({ event }) => event.subject === subject && event.kind === 'experience')
          .map(({ event }) => event.id)
      const inSnapshot = (subject: string) => scanFolder(join(data, 'snapshot'), idsOf(subject))
      expect(Object.values(await inSnapshot('ada'))).toEqual([idsOf('ada')])
      // As a backup has to be: without the keys, and without what is made of opened texts.
      const copy = join(data, '..', 'copy')
      const left = [join(data, 'keys'), join(data, 'snapshot')]
      await cp(data, copy, { recursive: true, filter: (path) => !left.includes(path) })

      const request = await bus
        .emitter({ swarm: SWARM, agent: 'a', session: 'erasing' })
        .emit({ kind: 'erasure', erased: 'ada', step: 'REQUESTED' })
      await made.caughtUp()

      const now = await read(bus.log, bus.codec, bus.vault, emitted)
      const ofBob = emitted.map(({ event }) => event.subject === 'bob')
      expect(now.map((texts) => texts !== undefined)).toEqual(ofBob)
      for (const text of bob.texts) expect(String(now)).toContain(text)
      for (const text of gone) expect(await recalled(made, text)).not.toContain(text)
      expect(await recalled(made, his.content)).toEqual(
        hisAnswers.filter((text) => !gone.some((erased) => text.includes(erased))),
      )
      expect(await inSnapshot('ada')).toEqual({})
      expect(Object.values(await inSnapshot('bob'))).toEqual([idsOf('bob')])
      const receipts = await bus.analytics!.view.query<{ cause: string }>(
        `SELECT cause FROM erasures WHERE step = 'COMPLETED' AND erased = 'ada'`,
      )
      expect(receipts).toEqual([{ cause: request.event.id }])

      const live = { ...(await bus.digests()), memory: await memory.projection.digest() }
      await bus.rebuild()
      await memory.rebuild()
      expect({ ...(await bus.digests()), memory: await memory.projection.digest() }).toEqual(live)

      expect(found(await rowsOf(made), gone)).toEqual([])
      expect(found(await valuesOf(made), gone)).toEqual([])
      await made.close()
      expect(await scanFolder(data, gone)).toEqual({})
      expect(await scanFolder(made.redis.folder, gone)).toEqual({})
      expect(await scanFolder(copy, [...gone, ...bob.texts])).toEqual({})

      const log = await openLmdbLog({ path: join(copy, 'log'), topics: PARTITIONS, clock })
      undo.push(() => log.close())
      const codec = createCodec(createLogRegistry({ log }))
      await codec.register()
      const none = await read(log, codec, createFileVault(join(copy, 'keys')), emitted)
      expect(none.every((texts) => texts === undefined)).toBe(true)
    },
  )

  it(
    'would be found by the same scan in log, ClickHouse and Redis if nothing were sealed',
    { timeout: 120_000 },
    async () => {
      const unsealed = (vault: Vault): Vault => ({ ...vault, seal: async (event) => event })
      const made = await scene(unsealed)
      const ada = canariesAbout('ada')
      await say(made, [ada])
      await made.caughtUp()
      const inRows = found(await rowsOf(made), ada.texts)
      expect(inRows.sort()).toEqual([...ada.texts].sort())
      expect(found(await valuesOf(made), ada.texts)).not.toEqual([])
      await made.close()
      const files = await scanFolder(made.data, ada.texts)
      const inLog = Object.entries(files).flatMap(([file, texts]) =>
        file.startsWith('log') ? texts : [],
      )
      expect([...new Set(inLog)].sort()).toEqual([...ada.texts].sort())
      expect(await scanFolder(made.redis.folder, ada.texts)).not.toEqual({})
    },
  )
})

describe('the scan', () => {
  it('finds a text in every form, wherever it begins', () => {
    const text = canary()
    for (let offset = 0; offset < 4; offset++) {
      const around = Buffer.concat([
        Buffer.alloc(offset, 'x'),
        Buffer.from(text),
        Buffer.from('yz'),
      ])
      const forms = [
        around,
        Buffer.from(around.toString('base64')),
        Buffer.from(around.toString('base64url')),
        Buffer.from(around.toString('hex')),
        Buffer.from(around.toString(), 'utf16le'),
        Buffer.from(around.toString(), 'utf16le').swap16(),
      ]
      for (const form of forms) expect(found(form, [text, canary()])).toEqual([text])
    }
  })
})
