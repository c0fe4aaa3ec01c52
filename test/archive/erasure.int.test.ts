import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openArchivedLog, restoreLog, runArchive } from '@waggle/archive'
import { createEmitter } from '@waggle/emit'
import { partitionsOf, type EventLog } from '@waggle/log'
import { createFileVault } from '@waggle/vault'
import { archiveScene, DAY, emptyLog, FIRST_DAY } from '../support/archive-scene.ts'
import { canariesAbout, found, scanFolder } from '../support/canaries.ts'

/** Everything readers get of an archive: on the disk it is compressed. */
async function opened(log: EventLog): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics)))) {
    for (const { key, value, headers } of await log.read({ ...end, offset: 0n }, 100_000))
      parts.push(Buffer.from(key), value, Buffer.from(JSON.stringify(headers)))
  }
  return Buffer.concat(parts)
}

describe('what is said about a subject', () => {
  it('is sealed in the archive, so that an erased one is in no byte of it and of what is restored', async () => {
    const scene = await archiveScene()
    const { log, codec, clock, folder } = scene
    const vault = createFileVault(join(folder, 'keys'))
    const agent = { log, codec, clock, swarm: 'bees', agent: 'a', session: 's', seal: vault.seal }
    const emitter = createEmitter(agent)
    const ada = canariesAbout('ada')
    const plainText = 'about nobody in particular'
    await emitter.emitAll(ada.drafts)
    await emitter.emit({ kind: 'message', channel: 'c', body: plainText })
    const archive = await scene.archive()
    clock.set(FIRST_DAY + 2 * DAY)
    const { segments } = await runArchive({ log, codec, archive, before: clock.now() })
    expect(segments.length).toBeGreaterThan(0)

    const starts = { ...log.retention!, starts: log.ends }
    const archived = await opened(openArchivedLog({ ...log, retention: starts }, archive))
    expect(found(archived, [plainText])).toEqual([plainText])
    expect(found(archived, ada.texts)).toEqual([])
    expect(await scanFolder(join(folder, 'archive'), ada.texts)).toEqual({})

    const restored = await emptyLog(clock)
    await restoreLog(archive, restored)
    const readable = async (): Promise<number> => {
      let texts = 0
      for (const { topic, partition, offset } of await restored.ends(
        partitionsOf(restored, Object.keys(restored.topics)),
      ))
        for (const record of await restored.read(
          { topic, partition, offset: 0n },
          Number(offset),
        )) {
          const event = await codec.decode(record.value).catch(() => undefined)
          if (event?.subject === 'ada' && (await vault.open(event)) !== undefined) texts++
        }
      return texts
    }
    expect(await readable()).toBe(ada.drafts.length)
    await vault.destroy('bees', 'ada')
    expect(await readable()).toBe(0)
  })
})
