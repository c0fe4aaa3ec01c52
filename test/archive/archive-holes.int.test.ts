import { describe, expect, it } from 'vitest'
import { openArchivedLog, runArchive, trimArchived, verifyArchive } from '@waggle/archive'
import { DEAD_LETTER_TOPIC, partitionName } from '@waggle/event'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import { archiveScene, DAY, everything, FIRST_DAY, liveSomeDays } from '../support/archive-scene.ts'

const limits = { rows: 3, bytes: 2 ** 20 }

/** Without a record at every third and fourth offset, as a Kafka log is where transactions were aborted. */
function withHoles(log: EventLog): EventLog {
  const isHidden = ({ offset }: LogRecord): boolean => offset % 4n === 0n || offset % 4n === 3n
  const read: EventLog['read'] = async (from, max) => {
    for (let next = from; ;) {
      const records = await log.read(next, max)
      const shown = records.filter((record) => !isHidden(record))
      const last = records.at(-1)
      if (shown.length > 0 || last === undefined) return shown
      next = { ...next, offset: last.offset + 1n }
    }
  }
  const { blocks: _blocks, ...rest } = log
  return { ...rest, read }
}

describe('the archive of a log with offsets that hold no record', () => {
  it('is gone on with where it ended, is trimmed to its end and read as one', async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const log = withHoles(scene.log)
    const { codec } = scene
    const topics = ['waggle.proposals.v1', DEAD_LETTER_TOPIC]
    const partitions = partitionsOf(log, topics)
    const before = await everything(scene.log, 100, partitions)
    const shown = before.filter(({ offset }) => offset % 4n === 1n || offset % 4n === 2n)
    expect(shown.length).toBeGreaterThan(10)

    const archive = await scene.archive()
    for (const days of [1, 2, 3]) {
      const run = { log, codec, archive, limits, topics, before: FIRST_DAY + days * DAY }
      expect((await runArchive(run)).problems).toEqual([])
    }
    const found = await verifyArchive(archive)
    expect(found).toMatchObject({ problems: [], strays: [], rows: shown.length })
    const trimmed = await trimArchived(log, archive)
    const ends = new Map(shown.map((record) => [partitionName(record), record.offset + 1n]))
    expect(new Map(trimmed.map((start) => [partitionName(start), start.offset]))).toEqual(ends)

    const joined = openArchivedLog(log, archive)
    const read: string[] = []
    for (const at of partitions)
      for (let next = { ...at, offset: 0n }; ;) {
        const records = await joined.read(next, 2)
        const last = records.at(-1)
        if (last === undefined) break
        read.push(...records.map(({ offset }) => `${partitionName(at)}@${offset}`))
        next = { ...next, offset: last.offset + 1n }
      }
    expect(read).toEqual(shown.map((record) => `${partitionName(record)}@${record.offset}`))
  })
})
