import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualClock } from '@waggle/base'
import {
  certify,
  createMemoryTiles,
  createNoteKey,
  noteSigner,
  openLogTrees,
  verifyCertificate,
  type Finding,
  type LogTrees,
} from '@waggle/certify'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createCodec } from '@waggle/codec'
import { openLmdbTamper, type LmdbTamper } from '../support/lmdb-tamper.ts'
import { inMemoryRegistry } from '../support/memory-bus.ts'

const TOPICS = { 't.v1': 2 }
const AT = { topic: 't.v1', partition: 1 }
const RECORDS = 9
const signer = noteSigner(createNoteKey('tamper.test'))
const codec = createCodec(inMemoryRegistry())

let folder: string
let log: EventLog
let trees: LogTrees
let certificate: string
let tamper: LmdbTamper
let honest: Buffer[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-tamper-'))
  // First, so that its environment without fsyncs is the one that both use.
  tamper = openLmdbTamper(folder)
  const clock = manualClock(1_700_000_000_000_001)
  log = await openLmdbLog({ path: folder, topics: TOPICS, clock })
  for (let batch = 0; batch < RECORDS / 3; batch++) {
    clock.advance(7_000_003)
    await log.append(
      Array.from({ length: 3 }, (_, index) => ({
        topic: AT.topic,
        partition: AT.partition,
        key: `swarm/agent-${index}`,
        value: Buffer.from(`value ${batch} ${index} é`),
        ...(index === 0 ? {} : { headers: { ce_id: `${batch}-${index}`, traceparent: 'ü"\n' } }),
      })),
    )
    await log.append([{ topic: AT.topic, partition: 0, key: 'k', value: Buffer.from('other') }])
  }
  trees = await openLogTrees(createMemoryTiles())
  certificate = await certify({ log, codec, views: [], trees, signer, clock })
  honest = await tamper.records(0, AT.partition)
})
afterAll(async () => {
  await log.close()
  rmSync(folder, { recursive: true })
})

async function findings(kept: LogTrees | 'none' = trees): Promise<readonly Finding[]> {
  const options = { log, codec, verifier: signer.verifier }
  const trusted = kept === 'none' ? options : { ...options, trees: kept }
  return (await verifyCertificate(certificate, trusted)).findings
}

const rewrite = (records: readonly Buffer[]): Promise<void> =>
  tamper.rewrite(0, AT.partition, records)

/** Exactly one finding, at this offset. */
async function expectBadAt(offset: number): Promise<void> {
  const found = await findings()
  expect(found.map(({ what, at }) => `${what} ${at}`)).toEqual([`record t.v1/1@${offset}`])
  expect(found[0]!.expected).not.toBe(found[0]!.found)
  const [withoutTrees] = await findings('none')
  expect(withoutTrees?.at).toMatch(/^t\.v1\/1/)
}

const index = fc.nat({ max: RECORDS - 1 })
const editOf = (records: readonly Buffer[], at: number, edit: (record: Buffer) => Buffer) =>
  records.map((record, position) => (position === at ? edit(record) : record))

describe('a log on LMDB whose files were changed and mended', () => {
  it('is as certified when it is written again as it was, in other batches', async () => {
    expect(honest).toHaveLength(RECORDS)
    await rewrite(honest)
    expect(await findings()).toEqual([])
  })

  it('is found out at the record of every single byte that was flipped', async () => {
    for (const [at, record] of honest.entries()) {
      for (let byte = 0; byte < record.length; byte++) {
        const changed = Buffer.from(record)
        changed[byte] = changed[byte]! ^ (1 << (byte % 8))
        await rewrite(editOf(honest, at, () => changed))
        await expectBadAt(at)
      }
    }
  })

  it('is found out at the first record dropped, swapped, replaced, inserted or cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        index,
        index,
        fc.constantFrom('drop', 'swap', 'replace', 'insert', 'repeat', 'truncate'),
        async (a, b, kind) => {
          const records = [...honest]
          const [first, second] = [Math.min(a, b), Math.max(a, b)]
          if (kind === 'drop') records.splice(first, 1)
          if (kind === 'truncate') records.length = first
          if (kind === 'insert') records.splice(first, 0, honest[second]!)
          if (kind === 'repeat') records.splice(first + 1, 0, honest[first]!)
          if (kind === 'replace') records[first] = honest[(first + 1) % RECORDS]!
          if (kind === 'swap') [records[first], records[second]] = [honest[second]!, honest[first]!]
          await rewrite(records)
          const copied = kind === 'repeat' || (kind === 'insert' && first === second)
          const behindTheEnd = copied && first === RECORDS - 1
          if ((kind === 'swap' && first === second) || behindTheEnd)
            expect(await findings()).toEqual([])
          else if (copied) await expectBadAt(first + 1)
          else await expectBadAt(first)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is found out where bytes were changed and not mended, or a batch was taken out', async () => {
    await rewrite(honest.slice(0, 3))
    await log.append(honest.slice(3).map(() => ({ ...AT, key: 'k', value: Buffer.alloc(1) })))
    await expectBadAt(3)
    const [first, second] = await tamper.frames(0, AT.partition)
    await tamper.removeFrame(second!.key)
    await expectBadAt(3)
    for (let byte = 0; byte < first!.value.length; byte += 3) {
      const changed = Buffer.from(first!.value)
      changed[byte] = changed[byte]! ^ 0x40
      await tamper.putFrame(first!.key, changed)
      const [found] = await findings()
      expect(found).toMatchObject({ what: 'record' })
      expect(Number(found!.at.split('@')[1])).toBeLessThan(3)
    }
  })

  it('grows without any finding', async () => {
    await rewrite(honest)
    await log.append([{ ...AT, key: 'k', value: Buffer.from('new') }])
    expect(await findings()).toEqual([])
  })

  it('is not explained by trees that were kept of another log', async () => {
    const fork = editOf(honest, 4, (record) => Buffer.concat([record, Buffer.from('!')]))
    await rewrite(fork)
    const forked = await openLogTrees(createMemoryTiles())
    await forked.advance(log)
    expect(await findings(forked)).toMatchObject([{ what: 'trees', at: 't.v1/1' }])
    expect(await findings('none')).toHaveLength(1)
    await rewrite(honest)
    expect(await findings(forked)).toEqual([])
  })
})
