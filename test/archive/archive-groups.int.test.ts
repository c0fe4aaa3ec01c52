import { expect, it } from 'vitest'
import { openArchivedLog, runArchive, trimArchived } from '@waggle/archive'
import { seededRandom } from '@waggle/base'
import { DEAD_LETTER_TOPIC, partitionName } from '@waggle/event'
import { blockReadsOf, partitionsOf, type EventLog } from '@waggle/log'
import { archiveScene, DAY, liveSomeDays, plain } from '../support/archive-scene.ts'

/** More rows than a group holds, and more bytes than a page of them does. */
const ROWS = 20_000
const VALUE_BYTES = 300

/** Every row of the blocks that a log gives, read in steps of so many. */
async function rowsOf(log: EventLog, step: number): Promise<string[]> {
  const rows: string[] = []
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics))))
    for (let next = 0; next < end.offset;) {
      const block = await blockReadsOf(log).readBlock({ ...end, offset: BigInt(next) }, step)
      const { bytes, starts, ends, offsets, count } = block
      for (let row = 0; row < count; row++) {
        const value = bytes.toString('base64', starts[row], ends[row])
        const at = `${partitionName(block)}@${offsets[row]}`
        rows.push(JSON.stringify([at, value, { ...plain(block.record(row)), offset: 0 }]))
      }
      next = offsets[count - 1]! + 1
    }
  return rows
}

it(
  'blocks of the archive are those of the log, row by row: over groups, pages and kinds',
  { timeout: 60_000 },
  async () => {
    const scene = await archiveScene()
    const { log, codec, clock } = scene
    await liveSomeDays(scene, 2)
    const random = seededRandom(3)
    const noise = (): Buffer =>
      Buffer.from(Uint8Array.from({ length: VALUE_BYTES }, () => random.next() * 256))
    const repeated = [noise(), Buffer.alloc(0), noise()]
    for (let row = 0; row < ROWS; row += 1000)
      await log.append(
        Array.from({ length: 1000 }, (_, i) => ({
          topic: DEAD_LETTER_TOPIC,
          key: `key ${i}`,
          partition: 0,
          value: noise(),
          ...(i % 2 === 0 ? { headers: { row: String(row + i) } } : {}),
        })),
      )
    clock.advance(DAY)
    await log.append(
      Array.from({ length: 2000 }, (_, i) => ({
        topic: DEAD_LETTER_TOPIC,
        key: 'again',
        partition: 0,
        value: repeated[i % 3]!,
      })),
    )
    const wanted = await rowsOf(log, 4096)
    expect(wanted.length).toBeGreaterThan(ROWS + 2000)

    clock.advance(2 * DAY)
    const archive = await scene.archive()
    const { problems } = await runArchive({ log, codec, archive, before: clock.now() })
    expect(problems).toEqual([])
    await trimArchived(log, archive)
    const joined = openArchivedLog(log, await scene.archive())
    for (const step of [4096, 1000]) {
      const found = await rowsOf(joined, step)
      // The first that differs says enough; a difference of all would be long in the making.
      expect(found.find((row, i) => row !== wanted[i])).toBeUndefined()
      expect(found).toHaveLength(wanted.length)
    }
  },
)
