import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runArchive } from '@waggle/archive'
import { readAdmitted, type AdmittedRecord } from '@waggle/consume'
import { comparePositions, EVENT_TOPICS, positionText } from '@waggle/event'
import { partitionsOf, type LogRecord } from '@waggle/log'
import {
  archiveScene,
  DAY,
  FIRST_DAY,
  liveSomeDays,
  type ArchiveScene,
} from '../support/archive-scene.ts'
import { resolvePython } from '../support/python.ts'

const python = await resolvePython()
const SCRIPT = fileURLToPath(new URL('./read-archive.py', import.meta.url))

/** What read-archive.py prints, made of the log. */
async function hashOfLog({ log, codec }: ArchiveScene): Promise<string> {
  const records: LogRecord[] = []
  const admitted = new Map<string, AdmittedRecord>()
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics)))) {
    const whole = await log.read({ ...end, offset: 0n }, Number(end.offset))
    records.push(...whole)
    if (!(EVENT_TOPICS as readonly string[]).includes(end.topic)) continue
    for await (const batch of readAdmitted({ log, codec }, end))
      for (const one of batch) admitted.set(positionText(one.record), one)
  }
  const hash = createHash('sha256')
  for (const record of records.toSorted(comparePositions)) {
    const { topic, partition, offset, appendedAt, key, value } = record
    const one = admitted.get(positionText(record))
    const late = one === undefined ? '' : one.late ? 'True' : 'False'
    const judged = [one?.knownFrom ?? '', late, one?.envelope.seq ?? '']
    hash.update(`${[topic, partition, offset, appendedAt, key, ...judged].join('|')}|`)
    hash.update(value).update('\n')
  }
  return hash.digest('hex')
}

describe.skipIf(python === undefined)('an archive', () => {
  it('reads the same in polars and duckdb, and by kind and day', { timeout: 300_000 }, async () => {
    const scene = await archiveScene()
    await liveSomeDays(scene, 3)
    const { log, codec } = scene
    const archive = await scene.archive()
    await runArchive({ log, codec, archive, before: FIRST_DAY + 3 * DAY })
    const [polars, duckdb, votes] = await python!.run(SCRIPT, [join(scene.folder, 'archive')])
    const wanted = await hashOfLog(scene)
    expect({ polars, duckdb }).toEqual({ polars: wanted, duckdb: wanted })
    expect(Number(votes)).toBe(12)
  })
})
