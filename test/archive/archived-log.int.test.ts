import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openArchivedLog, restoreLog, runArchive, trimArchived } from '@waggle/archive'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner, emptyAdmission, judgeBatch, type Projection } from '@waggle/consume'
import { replay } from '@waggle/replay'
import { createLogRegistry } from '@waggle/registry'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { partitionsOf, type EventLog } from '@waggle/log'
import { DEAD_LETTER_TOPIC, EVENT_TOPICS, SCHEMA_TOPIC } from '@waggle/event'
import {
  archiveScene,
  DAY,
  emptyLog,
  everything,
  FIRST_DAY,
  liveSomeDays,
  plain,
  type PlainRecord,
  type ArchiveScene,
} from '../support/archive-scene.ts'

const limits = { rows: 5, bytes: 2 ** 20 }

async function archiveUntil(scene: ArchiveScene, days: number) {
  const { log, codec } = scene
  const archive = await scene.archive()
  const result = await runArchive({ log, codec, archive, before: FIRST_DAY + days * DAY, limits })
  expect(result.problems).toEqual([])
  return { archive, segments: result.segments }
}

/** Digests of the views of what a log holds; a runner would write its dead letters into the log. */
async function digests(log: EventLog): Promise<string[]> {
  const codec = createCodec(createLogRegistry({ log }))
  const votes = createCoordinationProjection({ publish: async () => {}, lookAgain: () => {} })
  const views: readonly Projection[] = [createHotProjection(), votes]
  for (const { topic, partition, offset } of await log.ends(partitionsOf(log, EVENT_TOPICS))) {
    let admission = emptyAdmission()
    for (let next = 0n; next < offset;) {
      const records = await log.read({ topic, partition, offset: next }, 50)
      const judged = await judgeBatch(codec, admission, { topic, partition, records })
      const nextOffset = records.at(-1)!.offset + 1n
      admission = judged.admission
      const behind = { topic, partition, firstOffset: next, nextOffset, admission }
      for (const view of views)
        if (view.topics.includes(topic)) await view.apply({ ...behind, events: judged.admitted })
      next = nextOffset
    }
  }
  return Promise.all(views.map((view) => view.digest()))
}

async function replayed(log: EventLog): Promise<string[]> {
  const codec = createCodec(createLogRegistry({ log }))
  const lines: string[] = []
  for await (const { event, knownFrom, late, position } of replay({ log, codec, run: null }))
    lines.push(
      `${position.topic}/${position.partition}@${position.offset} ${event.id} ${knownFrom} ${late}`,
    )
  return lines
}

describe('a log and its archive', () => {
  it('are read as one after the log has let go of what is archived', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 4)
    const before = await everything(scene.log)
    const order = await replayed(scene.log)
    const views = await digests(scene.log)
    const { archive } = await archiveUntil(scene, 3)

    const trimmed = await trimArchived(scene.log, archive)
    expect(trimmed.length).toBeGreaterThan(0)
    for (const start of trimmed) {
      expect(start.offset).toBeGreaterThan(0n)
      await expect(scene.log.read({ ...start, offset: 0n }, 1)).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
      })
    }
    const joined = openArchivedLog(scene.log, await scene.archive())
    expect(await digests(joined)).toEqual(views)
    for (const step of [1, 3, 100]) expect(await everything(joined, step)).toEqual(before)
    expect(await replayed(joined)).toEqual(order)

    const later = await scene
      .emitter('late', 'after')
      .emit({ kind: 'message', channel: 'c', body: 'b' })
    const [record] = await joined.read(later.position, 1)
    expect(record!.value.length).toBeGreaterThan(0)
  })

  it('tails from the archive into the log, each record once, and goes on with what is appended', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const before = await everything(scene.log)
    const { archive } = await archiveUntil(scene, 2)
    await trimArchived(scene.log, archive)
    const joined = openArchivedLog(scene.log, archive)

    const stop = new AbortController()
    const seen: PlainRecord[] = []
    const from = [
      ...new Map(
        before.map(({ topic, partition }) => [
          `${topic}/${partition}`,
          { topic, partition, offset: 0n },
        ]),
      ).values(),
    ]
    for await (const { records } of joined.tail(from, { signal: stop.signal, maxRecords: 4 })) {
      seen.push(...records.map(plain))
      if (seen.length === before.length)
        await scene
          .emitter('new')
          .emit({ kind: 'vote', proposal: 'p-0-0', choice: 'a', confidence: 0 })
      if (seen.length > before.length) stop.abort()
    }
    expect(seen).toHaveLength(before.length + 1)
    const key = (r: (typeof seen)[number]): string =>
      `${r.topic}/${r.partition}@${String(r.offset).padStart(9)}`
    const sorted = (all: typeof seen) => [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1))
    expect(sorted(seen.slice(0, -1))).toEqual(sorted(before))
  })

  it('reads blocks and single records of both', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const before = await everything(scene.log)
    const { archive } = await archiveUntil(scene, 2)
    await trimArchived(scene.log, archive)
    const { blocks } = openArchivedLog(scene.log, archive)
    for (const { topic, partition, offset, value } of before) {
      const block = await blocks!.readBlock({ topic, partition, offset }, 3)
      expect(block.offsets[0]).toBe(Number(offset))
      expect(block.bytes.subarray(block.starts[0], block.ends[0]).toString('base64')).toBe(value)
      const [one, two] = [Number(offset), Number(offset) + 1]
      const hasNext = before.some(
        (r) => r.topic === topic && r.partition === partition && Number(r.offset) === two,
      )
      const at = await blocks!.readAt({ topic, partition }, hasNext ? [one, two] : [one])
      expect([...at.offsets]).toEqual(hasNext ? [one, two] : [one])
    }
  })

  it('says where there is a gap between them, and reads what is before and behind', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 4)
    const { archive } = await archiveUntil(scene, 2)
    const { topic, partition } = archive.manifest.partitions.find(({ topic }) =>
      topic.includes('observations'),
    )!
    const end = archive.manifest.endOf({ topic, partition })
    const start = await scene.log.retention!.trim({ topic, partition, offset: BigInt(end + 3) })
    const joined = openArchivedLog(scene.log, archive)
    const missing = { topic, partition, offset: BigInt(end) }
    expect(start.offset).toBeGreaterThan(BigInt(end))
    await expect(joined.read(missing, 1)).rejects.toMatchObject({
      code: 'ARCHIVE_GAP',
      input: `${topic}/${partition}@${end}`,
    })
    expect(await joined.read({ ...missing, offset: 0n }, 1)).toHaveLength(1)
    expect(await joined.read(start, 1)).toHaveLength(1)
    const { problems } = await runArchive({ ...scene, archive, before: FIRST_DAY + 4 * DAY })
    expect(problems).toMatchObject([{ code: 'ARCHIVE_GAP', input: `${topic}/${partition}@${end}` }])
  })
})

describe('a view', () => {
  it('that begins where the log has nothing left, without its archive, says which position it lacks', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    const { archive } = await archiveUntil(scene, 2)
    await trimArchived(scene.log, archive)
    const view = (log: EventLog) => {
      const options = { ...scene, log, clock: systemClock(), logger: silentLogger }
      const publisher = { publish: async () => {}, lookAgain: () => {} }
      const projection = createCoordinationProjection(publisher)
      const runner = createRunner({ ...options, projection })
      onTestFinished(() => runner.stop())
      return runner
    }
    const without = view(scene.log)
    await without.start()
    const says = async (): Promise<void> =>
      expect(await without.status()).toMatchObject({
        state: 'stalled',
        reason: expect.stringMatching(/^waggle\.\S+@0 is before the start/) as string,
      })
    await vi.waitFor(says, { timeout: 30_000 })
    expect((await without.status()).lag).toBeGreaterThan(0n)
    const through = view(openArchivedLog(scene.log, archive))
    await through.start()
    await through.caughtUp(60_000)
    expect(await through.status()).toMatchObject({ state: 'running', lag: 0n })
  })
})

describe('a lost log', () => {
  it('is restored with equal offsets, bytes, headers, append times and order of replay', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const before = await everything(scene.log)
    const order = await replayed(scene.log)
    const views = await digests(scene.log)
    const { archive } = await archiveUntil(scene, 3)

    const restored = await emptyLog(scene.clock)
    await restoreLog(archive, restored)
    expect(await everything(restored)).toEqual(before)
    expect(await replayed(restored)).toEqual(order)
    expect(await digests(restored)).toEqual(views)
    expect(before.filter(({ topic }) => topic === DEAD_LETTER_TOPIC)).toHaveLength(12)
    expect(before.some(({ topic }) => topic === SCHEMA_TOPIC)).toBe(true)
  })

  it('still knows retries, and a restore that was broken off is gone on with', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    const before = await everything(scene.log)
    const { archive } = await archiveUntil(scene, 2)
    const restored = await emptyLog(scene.clock)
    let left = 10
    const retention = restored.retention!
    const breaking: EventLog = {
      ...restored,
      retention: {
        ...retention,
        restore: async (from, records) => {
          if (left-- === 0) throw new Error('killed')
          await retention.restore!(from, records)
        },
      },
    }
    await expect(restoreLog(archive, breaking)).rejects.toThrow('killed')
    await restoreLog(archive, restored)
    await restoreLog(archive, restored)
    expect(await everything(restored)).toEqual(before)

    const { topic, partition, offset } = before.find((r) => r.topic.includes('observations'))!
    const [first] = await restored.read({ topic, partition, offset }, 1)
    const event = await scene.codec.decode(first!.value)
    const { key, value, headers } = first!
    const producer = { session: event.session, seq: event.seq }
    const [again] = await restored.append([{ topic, key, value, headers, producer }])
    expect(again).toMatchObject({ offset, duplicate: true })
  })
})
