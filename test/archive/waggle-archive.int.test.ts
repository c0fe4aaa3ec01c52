import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLmdbLog } from '@waggle/log/lmdb'
import { PARTITIONS } from '@waggle/event'
import { runWaggle } from '@waggle-services/cli'
import { archiveScene, everything, liveSomeDays } from '../support/archive-scene.ts'

interface Answer {
  readonly code: number
  readonly text: string
}

const waggle = (...argv: string[]): Promise<Answer> => waggleWith({}, ...argv)

async function waggleWith(
  environment: Readonly<Record<string, string>>,
  ...argv: string[]
): Promise<Answer> {
  let text = ''
  const code = await runWaggle(argv, environment, { write: (more) => (text += more) })
  return { code, text }
}

describe('waggle archive', () => {
  it('archives, trims, lists, verifies, and restores a log that is lost', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    const before = await everything(scene.log)
    await scene.log.close()
    const data = ['--data', scene.folder]
    const place = ['--archive', join(scene.folder, 'archive')]

    const run = await waggle(
      'archive',
      'run',
      ...place,
      ...data,
      '--before',
      '2026-01-03',
      '--trim',
    )
    expect(run.code).toBe(0)
    expect(run.text).toMatch(/archived waggle\.proposals\.v1\/\d@0\.\./)
    expect(run.text).toMatch(/the log starts at waggle\.proposals\.v1/)
    const again = await waggle('archive', 'run', ...place, ...data, '--before', '2026-01-03')
    expect(again.text).toBe('0 segments archived\n')

    const list = await waggle('archive', 'ls', ...place, '--json')
    const { segments } = JSON.parse(list.text) as { segments: { rows: number }[] }
    expect(segments.reduce((sum, { rows }) => sum + rows, 0)).toBe(before.length)
    expect(await waggle('archive', 'verify', ...place)).toMatchObject({ code: 0 })

    await rm(join(scene.folder, 'log'), { recursive: true })
    expect((await waggle('archive', 'restore', ...place, ...data)).code).toBe(0)
    const log = await openLmdbLog({
      path: join(scene.folder, 'log'),
      topics: PARTITIONS,
      clock: scene.clock,
    })
    try {
      expect(await everything(log)).toEqual(before)
    } finally {
      await log.close()
    }

    const [victim] = await scene.store.list('kind=')
    await scene.store.delete(victim!)
    const damaged = await waggle('archive', 'verify', ...place)
    expect(damaged.code).toBe(1)
    expect(damaged.text).toContain(`${victim} of`)
  })

  it('refuses what it does not know', async () => {
    const { folder } = await archiveScene()
    const place = ['--archive', join(folder, 'archive')]
    await expect(waggle('archive', 'burn', ...place)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(waggle('archive', 'restore', ...place)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(waggle('archive', 'ls', '--archive', 's3://bucket')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})

describe('every command that reads a log', () => {
  it('reads what it has let go of from the archive that WAGGLE_ARCHIVE names', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 2)
    await scene.log.close()
    const data = ['--data', scene.folder]
    const archive = join(scene.folder, 'archive')
    const commands = [
      ['replay', ...data, '--json'],
      ['trajectory', 't-1', ...data, '--json'],
      ['recount', ...data],
    ]
    // One after another, as processes would: all of them open the same folder.
    const ask = async (environment: Readonly<Record<string, string>>): Promise<Answer[]> => {
      const answers: Answer[] = []
      for (const argv of commands) answers.push(await waggleWith(environment, ...argv))
      return answers
    }
    const refused = async (environment: Readonly<Record<string, string>>, code: string) => {
      for (const argv of commands)
        await expect(waggleWith(environment, ...argv)).rejects.toMatchObject({
          code,
          input: expect.stringMatching(/^waggle\..*@0$/) as string,
        })
    }
    const before = await ask({})
    expect(before.map(({ text }) => text.length > 0)).toEqual([true, true, true])
    const place = ['--archive', archive]
    await waggle('archive', 'run', ...place, ...data, '--before', '2026-01-03', '--trim')
    expect(await ask({ WAGGLE_ARCHIVE: archive })).toEqual(before)
    await refused({}, 'OFFSET_OUT_OF_RANGE')
    await refused({ WAGGLE_ARCHIVE: join(scene.folder, 'another') }, 'ARCHIVE_GAP')
  })
})
