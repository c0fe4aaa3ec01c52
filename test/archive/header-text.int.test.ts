import { describe, expect, it } from 'vitest'
import { runArchive } from '@waggle/archive'
import { archiveScene, DAY, everything, FIRST_DAY, liveSomeDays } from '../support/archive-scene.ts'

describe('headers that repeat what events say', () => {
  it('take next to no room in an archive', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 1)
    const emitter = scene.emitter('many')
    await emitter.emitAll(
      Array.from({ length: 1000 }, (_, i) => ({
        kind: 'vote' as const,
        proposal: 'p',
        choice: 'c',
        confidence: i / 1000,
      })),
    )
    const { log, codec } = scene
    const archive = await scene.archive()
    const { segments } = await runArchive({ log, codec, archive, before: FIRST_DAY + DAY })
    const headers = (await everything(log, 1000)).map((record) => JSON.stringify(record.headers))
    const bytes = headers.reduce((sum, text) => sum + text.length, 0)
    const stored = segments
      .filter(({ rows }) => rows > 900)
      .flatMap(({ files }) => files)
      .reduce((sum, file) => sum + file.bytes, 0)
    expect(stored).toBeGreaterThan(0)
    expect(stored).toBeLessThan(bytes / 10)
  })
})
