import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Archive,
  openArchivedLog,
  runArchive,
  segmentName,
  trimArchived,
  verifyArchive,
  type ObjectStore,
} from '@waggle/archive'
import { replayKnown } from '@waggle/replay'
import {
  archiveScene,
  DAY,
  everything,
  FIRST_DAY,
  liveSomeDays,
  type ArchiveScene,
} from '../support/archive-scene.ts'
import { killRounds } from '../support/kill-rounds.ts'

const limits = { rows: 5, bytes: 2 ** 20 }

const run = ({ log, codec }: ArchiveScene, archive: Archive, days = 3) =>
  runArchive({ log, codec, archive, before: FIRST_DAY + days * DAY, limits })

/** A store that fails for good at its n-th write, before or after it took effect, as a killed process does. */
function dyingStore(store: ObjectStore, writes: number, after: boolean): ObjectStore {
  let left = writes
  const dying = async <T>(write: () => Promise<T>): Promise<T> => {
    if (left < 0) throw new Error('dead')
    if (left-- > 0) return write()
    if (after) await write()
    throw new Error('killed')
  }
  return {
    ...store,
    put: (key, bytes) => dying(() => store.put(key, bytes)),
    putNew: (key, bytes) => dying(() => store.putNew(key, bytes)),
  }
}

async function objects(store: ObjectStore): Promise<Map<string, string>> {
  const all = new Map<string, string>()
  for (const key of await store.list('')) all.set(key, (await store.get(key))!.toString('base64'))
  return all
}

describe('an archiver', () => {
  it('killed at any write leaves a whole archive, which the next one completes to the same files', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    await run(scene, await scene.archive())
    const whole = await objects(scene.store)
    const records = await everything(openArchivedLog(scene.log, await scene.archive()))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.size), fc.boolean()), { minLength: 1, maxLength: 3 }),
        async (deaths) => {
          for (const key of await scene.store.list('')) await scene.store.delete(key)
          for (const [writes, after] of deaths) {
            const dying = await Archive.open(dyingStore(scene.store, writes, after))
            await run(scene, dying).catch(() => undefined)
            const { problems } = await verifyArchive(await scene.archive())
            expect(problems).toEqual([])
          }
          const archive = await scene.archive()
          expect((await run(scene, archive)).problems).toEqual([])
          const found = await verifyArchive(archive)
          expect(found).toMatchObject({ problems: [], strays: [], rows: records.length })
          const files = (all: Map<string, string>) =>
            [...all].filter(([key]) => !key.startsWith('manifest/'))
          expect(files(await objects(scene.store))).toEqual(files(whole))
        },
      ),
      { numRuns: killRounds(4, 12) },
    )
  }, 120_000)

  it('writes nothing twice, and nothing of a day that is not over', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const archive = await scene.archive()
    const first = await runArchive({
      ...scene,
      archive,
      before: FIRST_DAY + 2 * DAY + DAY / 2,
      limits,
    })
    expect(new Set(first.segments.map(({ date }) => date))).toEqual(
      new Set(['2026-01-01', '2026-01-02']),
    )
    const before = await objects(scene.store)
    expect((await run(scene, archive, 2)).segments).toEqual([])
    const second = await run(scene, archive, 3)
    expect(new Set(second.segments.map(({ date }) => date))).toEqual(new Set(['2026-01-03']))
    const now = await objects(scene.store)
    for (const [key, bytes] of before) expect(now.get(key)).toBe(bytes)
  })

  it('does not commit over another one that was faster', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    const [slow, fast] = [await scene.archive(), await scene.archive()]
    await run(scene, fast, 1)
    await expect(run(scene, slow, 2)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' })
    await run(scene, slow, 2)
    expect((await verifyArchive(await scene.archive())).problems).toEqual([])
    const records = await everything(scene.log)
    await trimArchived(scene.log, slow)
    expect(await everything(openArchivedLog(scene.log, slow))).toEqual(records)
  })
})

describe('a damaged archive', () => {
  it.each(['missing', 'changed', 'cut'])(
    'names a file that is %s; everything else is read',
    async (how) => {
      const scene = await archiveScene()
      await liveSomeDays(scene, 3)
      const before = await everything(scene.log)
      const archive = await scene.archive()
      await run(scene, archive)
      await trimArchived(scene.log, archive)
      const victim = archive.manifest.partitions
        .flatMap((at) => archive.manifest.segmentsOf(at))
        .find(({ topic, first }) => topic.includes('proposals') && first > 0)!
      const path = join(scene.folder, 'archive', victim.files[0]!.path)
      const bytes = await readFile(path)
      if (how === 'missing') await rm(path)
      if (how === 'cut') await writeFile(path, bytes.subarray(0, -9))
      if (how === 'changed') {
        bytes[bytes.length >> 1]! ^= 1
        await writeFile(path, bytes)
      }
      const opened = await scene.archive()
      const { topic, partition, next, first } = victim
      const found = await verifyArchive(opened)
      expect(found.problems.map(({ where }) => where)).toEqual([segmentName(victim)])
      const joined = openArchivedLog(scene.log, opened)
      const error = { code: 'LOG_CORRUPT', input: `${topic}/${partition}@${next - 1}` }
      await expect(
        joined.read({ topic, partition, offset: BigInt(first) }, 1),
      ).rejects.toMatchObject(error)

      const damages: unknown[] = []
      let rows = 0
      const onDamage = (damage: unknown): void => void damages.push(damage)
      for await (const batch of replayKnown({ ...scene, log: joined, run: null, onDamage }))
        rows += batch.length
      expect(damages).toMatchObject([error])
      let all = 0
      for await (const batch of replayKnown({
        ...scene,
        log: openArchivedLog(scene.log, archive),
        run: null,
        onDamage: () => {},
      }))
        all += batch.length
      expect(rows).toBeLessThanOrEqual(before.length - victim.rows)
      expect(rows).toBeGreaterThan(0)
      expect(all).toBeGreaterThanOrEqual(rows)
    },
  )

  it('is not trimmed after: the log keeps what the archive does not hold as it is', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    const before = await everything(scene.log)
    const archive = await scene.archive()
    await run(scene, archive, 2)
    const [at] = archive.manifest.partitions.filter(({ topic }) => topic.includes('observations'))
    const path = join(scene.folder, 'archive', archive.manifest.segmentsOf(at!)[0]!.files[0]!.path)
    await writeFile(path, Buffer.from('PAR1 of somebody else'))
    await expect(trimArchived(scene.log, await scene.archive())).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
    })
    const partition = (r: { topic: string; partition: number }) =>
      r.topic === at!.topic && r.partition === at!.partition
    expect(await everything(scene.log, 7, [at!])).toEqual(before.filter(partition))
  })

  it('names a commit that is missing or changed; segments of the others are read', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    for (const days of [1, 2, 3]) await run(scene, await scene.archive(), days)
    const [, second, ...rest] = await scene.store.list('manifest/')
    const kept = (await scene.store.get(second!))!
    await scene.store.delete(second!)
    const without = await scene.archive()
    expect(without.manifest.problems[0]).toMatchObject({ code: 'ARCHIVE_INVALID', input: second })
    const { problems } = await verifyArchive(without)
    expect(problems.some(({ error }) => error.code === 'ARCHIVE_GAP')).toBe(true)
    const proposals = without.manifest.partitions.find(({ topic }) => topic.includes('proposals'))!
    const last = without.manifest.segmentsOf(proposals).at(-1)!
    expect((await without.read({ ...last, offset: BigInt(last.first) }, 1)).count).toBe(1)
    await scene.emitter('x').emit({ kind: 'message', channel: 'c', body: 'b' })
    scene.clock.advance(2 * DAY)
    await expect(run(scene, without, 9)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })

    await scene.store.put(second!, Buffer.from(kept.toString().replace('"rows":5', '"rows":4')))
    const changed = await scene.archive()
    expect(changed.manifest.problems).toMatchObject([{ code: 'ARCHIVE_INVALID', input: rest[0] }])
  })
})
