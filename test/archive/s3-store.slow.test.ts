import { describe, expect, it } from 'vitest'
import {
  Archive,
  openArchivedLog,
  openS3Store,
  runArchive,
  trimArchived,
  verifyArchive,
} from '@waggle/archive'
import { archiveScene, DAY, everything, FIRST_DAY, liveSomeDays } from '../support/archive-scene.ts'
import { resolveS3 } from '../support/s3-server.ts'

const server = await resolveS3()

describe.skipIf(server === undefined)('an archive in an S3-compatible store', () => {
  it(
    'is written, listed over many pages, read, verified and trimmed after',
    { timeout: 120_000 },
    async () => {
      const bucket = await server!.bucket()
      const options = {
        endpoint: server!.endpoint,
        region: 'us-east-1',
        credentials: server!.credentials,
      }
      const store = openS3Store({ ...options, bucket, prefix: 'bees/one/' })
      expect(await store.get('nothing')).toBeUndefined()
      expect(await store.putNew('a=1/x', Buffer.from('one'))).toBe(true)
      expect(await store.putNew('a=1/x', Buffer.from('two'))).toBe(false)
      expect((await store.get('a=1/x'))?.toString()).toBe('one')
      for (let i = 0; i < 1100; i++) await store.put(`many/${i}`, Buffer.from([i & 255]))
      expect(await store.list('many/')).toHaveLength(1100)
      await store.delete('a=1/x')
      expect(await store.list('a=')).toEqual([])

      const scene = await archiveScene()
      await liveSomeDays(scene, 2)
      const before = await everything(scene.log)
      const archive = await Archive.open(store)
      const { log, codec } = scene
      await runArchive({ log, codec, archive, before: FIRST_DAY + 2 * DAY })
      expect(await verifyArchive(await Archive.open(store))).toMatchObject({
        problems: [],
        rows: before.length,
      })
      await trimArchived(log, archive)
      expect(await everything(openArchivedLog(log, await Archive.open(store)))).toEqual(before)
      expect(await openS3Store({ ...options, bucket, prefix: '' }).list('')).toContain(
        'bees/one/manifest/000000000001.jsonl',
      )
    },
  )

  it('says that it cannot be reached, and what was refused', async () => {
    const credentials = server!.credentials
    const away = openS3Store({
      endpoint: 'http://127.0.0.1:1',
      bucket: 'b',
      prefix: '',
      region: 'us-east-1',
      credentials,
    })
    await expect(away.get('k')).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', input: 'k' })
    const none = openS3Store({
      endpoint: server!.endpoint,
      bucket: 'no-such-bucket',
      prefix: '',
      region: 'us-east-1',
      credentials,
    })
    await expect(none.list('')).rejects.toThrow('NoSuchBucket')
  })
})
