import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock, type Micros } from '@waggle/base'
import { createFileSnapshots } from '@waggle/consume'
import { createEmitter, sealRun, type AnyDraft } from '@waggle/emit'
import { EVENT_TOPICS, partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import type { MemoryView } from '@waggle/memory'
import { createPastReader, type PastReader, type PastSource, type PastSources } from '@waggle/query'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { pastViews, type PastViews } from '@waggle-services/memory-view'
import type { HotView } from '@waggle/view-hot'
import { countReads, type Reads } from '../support/count-reads.ts'
import { resolveInfra } from '../support/infra.ts'
import {
  answerOf,
  askBank,
  askCoordination,
  askHot,
  askMemory,
  eventTimeCut,
  textOf,
} from '../support/past-answers.ts'
import { AGENTS, anyStep, draftOf, PAST_WORLD, RUN, type Step } from '../support/past-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'waggle-past-cluster-'))
const cluster = await resolveInfra('A cluster of native processes', [
  () =>
    startDevCluster({
      builtInRegistry: true,
      services: ['memory-view'],
      environment: { WAGGLE_SNAPSHOT_DIR: folder },
    }),
])
const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const SCOPE = { swarm: 'past', run: RUN }
const ASKED = { ...PAST_WORLD, scope: SCOPE }
const SECOND = 1_000_000
const clock = systemClock()

/** What a user would ask of every view, byte by byte. */
async function answers(past: PastReader<PastViews>): Promise<Record<string, unknown>> {
  const all = {
    hot: await past.read('hot', (view) => textOf(askHot(view, ASKED))),
    coordination: await past.read('coordination', (view) => textOf(askCoordination(view, ASKED))),
    memory: await past.read('memory', async (view) => textOf(await askMemory(view, ASKED))),
    bank: await past.read('bank', (view) => textOf(askBank(view, undefined, ASKED))),
    trajectory: textOf(await past.trajectory({ agent: AGENTS[0] })),
  }
  return all
}

/** Under these names their past is put away. */
const KEPT_AS = { hot: 'hot-view', memory: 'memory-past' } as const

describe.skipIf(cluster === undefined)('the past of a cluster', () => {
  let bus: ClusterBus
  const ids: string[] = []
  const seqs = new Map<string, number>()
  const recorded = new Map<Micros, Record<string, unknown>>()
  const wrongly = new Map<Micros, string>()

  /** Backdated, corrected and late, too. */
  async function live(steps: readonly Step[]): Promise<void> {
    for (const step of steps.filter(({ what }) => what !== 'duplicate')) {
      const { agent } = step
      const at = clock.now() - step.backdated * SECOND
      const run = step.what === 'other run' ? null : RUN
      const session = `${run}-${agent}`
      const lastSeq = seqs.get(session) ?? 0
      const { log, codec } = bus
      const emitter = createEmitter({
        log,
        codec,
        clock,
        swarm: 'past',
        agent,
        session,
        lastSeq,
        run,
      })
      const draft = { ...draftOf(step, ids, clock.now()), known_at: at, occurred_at: at }
      const [emitted] = await emitter.emitAll([draft as AnyDraft])
      seqs.set(session, lastSeq + 1)
      ids.push(emitted!.event.id)
    }
  }
  const steps = (seed: number): Step[] => fc.sample(anyStep, { seed, numRuns: 120 })
  const hotWrongly = async (at: Micros): Promise<string> =>
    (await answerOf('hot', bus, at, { fold: eventTimeCut, asked: ASKED })).text

  beforeAll(async () => {
    bus = await openClusterBus(
      parseEnvironment({ ...cluster!.environment, WAGGLE_SNAPSHOT_DIR: folder }, () => ''),
      parseTopicsFile(readFileSync(TOPICS, 'utf8')),
      { clock, logger: silentLogger },
    )
    for (const seed of [1, 2]) {
      const middle = clock.now()
      await live(steps(seed))
      const end = clock.now()
      await clock.sleep(2)
      await sealRun({ ...bus, ...SCOPE, at: clock.now() })
      for (const at of seed === 1 ? [end] : [middle, end]) {
        recorded.set(at, await answers(bus.query(SCOPE).asOf(at)))
        wrongly.set(at, await hotWrongly(at))
      }
    }
    await live(steps(3))
  }, 300_000)
  afterAll(async () => {
    await bus.stop()
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is told of every view, and stays what it was whatever came later', async () => {
    for (const [at, then] of recorded) {
      expect(then).toMatchObject({
        hot: { sealed: true },
        coordination: { sealed: true },
        memory: { sealed: true },
        bank: { sealed: true },
      })
      expect(await answers(bus.query(SCOPE).asOf(at))).toEqual(then)
    }
  })

  it('would not be the same with a cut by event time', async () => {
    const again = await Promise.all([...wrongly.keys()].map(hotWrongly))
    expect(again).not.toEqual([...wrongly.values()])
  })

  it('is that of an embedded log with the same events', async () => {
    const { codec } = bus
    const log = createMemoryLog({ topics: bus.log.topics, clock })
    for (const end of await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS))) {
      const records = await bus.log.read({ ...end, offset: 0n }, Number(end.offset))
      expect(BigInt(records.length)).toBe(end.offset)
      await log.append(
        records.map(({ topic, partition, key, value, headers }) => {
          return { topic, partition, key, value, headers }
        }),
      )
    }
    const past = pastViews({ vault: bus.vault })
    for (const [at, then] of recorded)
      expect(await answers(createPastReader({ log, codec, ...SCOPE, past }, at))).toEqual(then)
  })

  it('is reached from what an earlier question put away, and nothing before that is read', async () => {
    const { log, codec, vault } = bus
    const cache = createFileSnapshots({ folder: join(folder, 'own'), log, logger: silentLogger })
    const past = pastViews({ cache, everyRecords: 40, vault })
    const [at, then] = [...recorded].at(-1)!
    for (const view of ['hot', 'memory'] as const) {
      const ask = async (): Promise<Reads> => {
        const counted = countReads(log)
        // Snapshots lie between batches.
        const source: PastSource<unknown> = (of) => past[view]({ ...of, batchRecords: 4 })
        const asked = { log: counted.log, codec, ...SCOPE, past: { [view]: source } }
        const reader = createPastReader<PastSources>(asked, at)
        const answer = await reader.read(view, async (found) =>
          textOf(
            view === 'hot'
              ? askHot(found as HotView, ASKED)
              : await askMemory(found as MemoryView, ASKED),
          ),
        )
        expect(answer).toEqual(then[view])
        return counted.reads()
      }
      const first = await ask()
      const kept = await cache.newest(KEPT_AS[view])
      const second = await ask()
      expect(second.records).toBeLessThan(first.records)
      // Erasures hold for all times, so their topic is read whole.
      const begun = kept!.partitions.filter(({ topic }) => topic !== 'waggle.compensations.v1')
      expect(begun.length).toBeGreaterThan(5)
      for (const partition of begun) {
        const name = partitionName(partition)
        expect([name, first.lowest.get(name)]).toEqual([name, 0n])
        // None at all where the rest of the partition was not known then.
        const lowest = second.lowest.get(name) ?? BigInt(partition.nextOffset)
        expect([name, lowest]).toEqual([name, BigInt(partition.nextOffset)])
      }
    }
  })
})
