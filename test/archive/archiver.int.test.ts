import { describe, expect, it } from 'vitest'
import { openArchivedLog, verifyArchive } from '@waggle/archive'
import { silentLogger } from '@waggle/base'
import { createArchiverService } from '@waggle-services/archiver'
import { archiveScene, DAY, everything, FIRST_DAY, liveSomeDays } from '../support/archive-scene.ts'

describe('the archiver', () => {
  it('archives what is older than the retention, day after day, and lets the log go of it', async () => {
    const scene = await archiveScene()
    const { log, codec, clock } = scene
    await liveSomeDays(scene, 3)
    const archive = await scene.archive()
    const options = { log, codec, archive, clock, logger: silentLogger, trim: true, intervalMs: 1 }
    const archiver = createArchiverService({ ...options, olderThanDays: 90 })
    const before = await everything(log)
    const kept = async (): Promise<number> => (await verifyArchive(await scene.archive())).rows

    clock.set(FIRST_DAY + 90 * DAY)
    await archiver.archive()
    expect(await kept()).toBe(0)
    clock.set(FIRST_DAY + 91 * DAY)
    await archiver.archive()
    const first = before.filter(({ appendedAt }) => appendedAt < FIRST_DAY + DAY).length
    expect(await kept()).toBe(first)
    clock.set(FIRST_DAY + 100 * DAY)
    await archiver.archive()
    expect(await kept()).toBe(before.length)
    expect(await everything(openArchivedLog(log, archive))).toEqual(before)
    expect(archiver.problem()).toBeUndefined()
  })

  it('says what is wrong, and goes on once it is mended', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 1)
    const { log, codec, clock, store } = scene
    clock.set(FIRST_DAY + 100 * DAY)
    await store.put('manifest/000000000001.jsonl', Buffer.from('half a li'))
    const archive = await scene.archive()
    const options = { log, codec, archive, clock, logger: silentLogger, trim: false, intervalMs: 1 }
    const archiver = createArchiverService({ ...options, olderThanDays: 90 })
    await archiver.archive()
    expect(archiver.problem()).toContain('manifest/000000000001.jsonl')
    await store.delete('manifest/000000000001.jsonl')
    await archiver.start()
    await archiver.stop()
    expect(archiver.problem()).toBeUndefined()
    expect((await verifyArchive(await scene.archive())).rows).toBeGreaterThan(0)
  })
})
