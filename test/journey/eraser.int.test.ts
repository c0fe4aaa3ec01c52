import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { seededRandom, silentLogger, systemClock, type Logger } from '@waggle/base'
import { createRunner, readAdmitted, type ProjectionRunner } from '@waggle/consume'
import type { AnyDraft, Emitted } from '@waggle/emit'
import type { Erasure } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { createMemoryProjection } from '@waggle/memory'
import { createFileVault, createMemoryVault, type Vault } from '@waggle/vault'
import {
  createEraserService,
  type EraserService,
  type Forgetter,
} from '@waggle-services/memory-view'
import { canariesAbout } from '../support/canaries.ts'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'
import { undoAfterEach } from '../support/undo.ts'

const TOPIC = 'waggle.compensations.v1'
const undo = undoAfterEach()

interface Scene {
  readonly bus: MemoryBus
  readonly vault: Vault
  readonly memory: ProjectionRunner
  say(content: string, subject: string | null): Promise<Emitted<'experience'>>
  ask(subject: string, run?: string | null): Promise<Emitted<'erasure'>>
  /** A process that erases, with what it forgets. */
  eraser(forgetters?: readonly Forgetter[]): Promise<EraserService>
  receipts(): Promise<Erasure[]>
}

async function scene(vault = createMemoryVault(seededRandom(1)), logger: Logger = silentLogger) {
  const bus = await memoryBus({ seal: vault.seal })
  // Waiting in these tests is real: a stalled runner rests as long as it says.
  const parts = { ...bus, clock: systemClock(), logger }
  const memory = createRunner({ ...parts, projection: createMemoryProjection({ vault }) })
  await memory.start()
  undo.push(() => memory.stop())
  const agent = bus.emitter('a')
  const made: Scene = {
    bus,
    vault,
    memory,
    say: (content, subject) =>
      agent.emit({ kind: 'experience', namespace: 'a', type: 'note', content, subject }),
    ask: (erased, run = null) => agent.emit({ kind: 'erasure', erased, step: 'REQUESTED', run }),
    eraser: async (forgetters = []) => {
      const eraser = createEraserService({ ...parts, vault, memory, forgetters })
      await eraser.start()
      undo.push(() => eraser.stop())
      return eraser
    },
    receipts: () => receiptsIn(bus),
  }
  return made
}

async function receiptsIn({ log, codec }: MemoryBus): Promise<Erasure[]> {
  const found: Erasure[] = []
  for (const end of await log.ends(partitionsOf(log, [TOPIC]))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const { record, writer } of batch) {
        const event = writer.decode(record.value)
        if (event.kind === 'erasure' && event.step === 'COMPLETED') found.push(event)
      }
    }
  }
  return found
}

const detailsOf = ({ details }: Erasure): unknown => JSON.parse(details)

describe('an erasure', () => {
  it('destroys the key, waits for the memory view, lets others forget, and says what was done', async () => {
    const { bus, vault, memory, say, ask, eraser, receipts } = await scene()
    const hers = await say('Ada likes tea', 'ada')
    const his = await say('Bob likes coffee', 'bob')
    const seen: unknown[] = []
    const forget = async (swarm: string, subject: string): Promise<number> => {
      const isErased = await vault.isErased(swarm, subject)
      seen.push({ isErased, dropped: memory.progress.includes(request.position) })
      return 3
    }
    const { runner } = await eraser([{ name: 'snapshot', forget }])
    const request = await ask('ada')
    await runner.caughtUp(10_000)
    expect(seen).toEqual([{ isErased: true, dropped: true }])
    const [receipt, ...more] = await receipts()
    expect(more).toEqual([])
    expect(receipt).toMatchObject({ erased: 'ada', cause: request.event.id, swarm: SWARM })
    expect(receipt!.key_fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(detailsOf(receipt!)).toEqual({
      key: 'destroyed',
      repeated: false,
      forgotten: { snapshot: 3 },
    })
    expect(await openedAt(bus, vault, hers)).toBeUndefined()
    expect(await openedAt(bus, vault, his)).toMatchObject({ content: 'Bob likes coffee' })
  })

  it('of a subject erased before, or never heard of, says so', async () => {
    const { say, ask, eraser, receipts } = await scene()
    await say('Ada likes tea', 'ada')
    const { runner } = await eraser()
    for (const subject of ['ada', 'nobody', 'ada']) await ask(subject)
    await runner.caughtUp(10_000)
    const all = await receipts()
    expect(all.map(({ erased }) => erased)).toEqual(['ada', 'nobody', 'ada'])
    expect(all[2]!.key_fingerprint).toBe(all[0]!.key_fingerprint)
    expect(all[1]!.key_fingerprint).toBe('')
    expect(all.map(detailsOf)).toMatchObject([
      { key: 'destroyed', repeated: false },
      { key: 'none', repeated: false },
      { key: 'destroyed', repeated: true },
    ])
  })

  it('asked for by a backtest destroys nothing', async () => {
    const { bus, vault, say, ask, eraser, receipts } = await scene()
    const hers = await say('Ada likes tea', 'ada')
    const { runner } = await eraser()
    await ask('ada', 'backtest')
    await runner.caughtUp(10_000)
    expect(await receipts()).toEqual([])
    expect(await openedAt(bus, vault, hers)).toMatchObject({ content: 'Ada likes tea' })
  })

  it('drops the subject in every run, so that a rebuild is what the live view is', async () => {
    const { bus, memory, say, ask, eraser } = await scene()
    await say('Ada likes tea', 'ada')
    const fork = bus.emitter('a', { run: 'fork', session: 'fork' })
    await fork.emit({
      kind: 'experience',
      namespace: 'a',
      type: 'note',
      content: 'Ada',
      subject: 'ada,bob',
    })
    await memory.caughtUp(10_000)
    const before = await memory.projection.digest()
    const { runner } = await eraser()
    await ask('ada')
    await runner.caughtUp(10_000)
    await memory.caughtUp(10_000)
    const live = await memory.projection.digest()
    expect(live).not.toBe(before)
    await memory.rebuild()
    expect(await memory.projection.digest()).toBe(live)
  })
})

const KINDS_ABOUT_SOMEBODY = canariesAbout('ada').drafts.map(({ kind }) => kind)

describe.each(KINDS_ABOUT_SOMEBODY)('a %s about an erased subject', (kind) => {
  it('leaves the same memory behind whether it was read before the erasure or after', async () => {
    const { bus, memory, ask } = await scene()
    const agent = bus.emitter('b')
    const about = (subject: string): AnyDraft[] =>
      canariesAbout(subject).drafts.filter((draft) => draft.kind === kind)
    for (const subject of ['bob', 'ada', 'ada,bob', 'bob', 'ada']) {
      bus.clock.advance(1_000_000)
      await agent.emitAll(about(subject))
    }
    await memory.caughtUp(10_000)
    await ask('ada')
    bus.clock.advance(1_000_000)
    await agent.emitAll(about('bob'))
    await memory.caughtUp(10_000)
    const live = await memory.projection.digest()
    await memory.rebuild()
    expect(await memory.projection.digest()).toBe(live)
  })
})

describe('an eraser that fails', () => {
  it('says why in its status, tries again and says the receipt once', async () => {
    const { say, ask, eraser, receipts } = await scene()
    await say('Ada likes tea', 'ada')
    let failures = 2
    const forget = async (): Promise<number> => {
      if (failures-- > 0) throw new Error('disk full')
      return 1
    }
    const { runner } = await eraser([{ name: 'snapshot', forget }])
    await ask('ada')
    await runner.caughtUp(10_000)
    expect(failures).toBe(-1)
    expect((await receipts()).map(detailsOf)).toMatchObject([{ forgotten: { snapshot: 1 } }])
  })

  it('and ends is followed by another that goes on; two at once say one receipt', async () => {
    const { bus, vault, say, ask, eraser, receipts } = await scene()
    const hers = await say('Ada likes tea', 'ada')
    let tried: () => void
    const failed = new Promise<void>((resolve) => (tried = resolve))
    const broken = async (): Promise<number> => {
      tried()
      throw new Error('disk full')
    }
    const first = await eraser([{ name: 'snapshot', forget: broken }])
    await ask('ada')
    await failed
    await first.stop()
    expect(await receipts()).toEqual([])
    expect(await openedAt(bus, vault, hers)).toBeUndefined()
    const next = await Promise.all([eraser(), eraser()])
    await ask('bob')
    for (const { runner } of next) await runner.caughtUp(10_000)
    expect((await receipts()).map(({ erased }) => erased)).toEqual(['ada', 'bob'])
  })

  it('destroys again what a backup of the keys brought back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waggle-eraser-'))
    undo.push(() => rm(folder, { recursive: true }))
    const keys = join(folder, 'keys')
    const vault = createFileVault(keys)
    const { bus, say, ask, eraser, receipts } = await scene(vault)
    const hers = await say('Ada likes tea', 'ada')
    await cp(keys, join(folder, 'backup'), { recursive: true })
    const { runner, stop } = await eraser()
    await ask('ada')
    await runner.caughtUp(10_000)
    await stop()
    await rm(keys, { recursive: true })
    await cp(join(folder, 'backup'), keys, { recursive: true })
    expect(await openedAt(bus, vault, hers)).toMatchObject({ content: 'Ada likes tea' })
    const again = await eraser()
    await again.runner.caughtUp(10_000)
    expect(await openedAt(bus, vault, hers)).toBeUndefined()
    expect(await receipts()).toHaveLength(1)
  })
})

describe('the logs of an erasure', () => {
  it('name no subject, no text about one, and no key', async () => {
    const lines: string[] = []
    const note = (fields: object, message: string): void =>
      void lines.push(`${message} ${textOf(fields)}`)
    const logger: Logger = { info: note, warn: note, error: note }
    const folder = await mkdtemp(join(tmpdir(), 'waggle-eraser-'))
    undo.push(() => rm(folder, { recursive: true }))
    const { bus, vault, memory, say, ask, eraser } = await scene(createFileVault(folder), logger)
    const hers = await say('Ada-likes-tea', 'ada-lovelace')
    const [keyFile] = await readdir(folder)
    const key = await readFile(join(folder, keyFile!))
    // A broken seal for the memory view to meet.
    const value = (await bus.log.read({ ...hers.position, offset: 0n }, 1))[0]!.value
    const sealed = bus.codec.writerOf(value)!.decode(value)
    const broken = { ...sealed, id: '0191f000-0000-7000-8000-000000000001', session: 'x' }
    await bus.log.append([
      {
        topic: hers.position.topic,
        key: 'k',
        value: bus.codec.encode(broken),
        producer: { session: 'x', seq: 1 },
      },
    ])
    let failures = 1
    const forget = async (): Promise<number> => {
      if (failures-- > 0) await vault.seal(hers.event)
      return 0
    }
    const { runner } = await eraser([{ name: 'snapshot', forget }])
    await ask('ada-lovelace')
    await runner.caughtUp(10_000)
    await memory.caughtUp(10_000)
    expect(lines.join('\n')).toContain('stalled')
    const secrets = ['ada-', 'ada_', key.toString('hex'), key.toString('base64')]
    const leaks = secrets.filter((secret) =>
      lines.join('\n').toLowerCase().includes(secret.toLowerCase()),
    )
    expect(leaks).toEqual([])
  })
})

/** All that a logger would write of an error and its causes. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Error
      ? { ...(inner as object), message: inner.message, stack: inner.stack, cause: inner.cause }
      : inner,
  )
}

async function openedAt({ log, codec }: MemoryBus, vault: Vault, { position }: Emitted) {
  const [record] = await log.read(position, 1)
  return vault.open(codec.writerOf(record!.value)!.decode(record!.value))
}
