import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock, type Micros } from '@waggle/base'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import { createEmitter, sealRun, type AnyDraft } from '@waggle/emit'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import { createPastReader, type PastReader } from '@waggle/query'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { pastViews, type PastViews } from '@waggle-services/memory-view'
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

/** The same snapshots, and how many views began from one. */
function countRestored(snapshots: Snapshots): { cache: Snapshots; restored(): number } {
  let count = 0
  const restore: Snapshots['restore'] = async (...args) => {
    const header = await snapshots.restore(...args)
    if (header !== undefined) count++
    return header
  }
  return { cache: { ...snapshots, restore }, restored: () => count }
}

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

  it('is reached from what an earlier question put away, not from the start of the log', async () => {
    const { log, codec, vault } = bus
    const own = { folder: join(folder, 'own'), log, logger: silentLogger }
    const { cache, restored } = countRestored(createFileSnapshots(own))
    const { hot, memory } = pastViews({ cache, everyRecords: 40, vault })
    // Snapshots lie between batches.
    const past: Pick<PastViews, 'hot' | 'memory'> = {
      hot: (of) => hot({ ...of, batchRecords: 4 }),
      memory: (of) => memory({ ...of, batchRecords: 4 }),
    }
    const [at, then] = [...recorded].at(-1)!
    const ask = async (): Promise<void> => {
      const reader = createPastReader({ log, codec, ...SCOPE, past }, at)
      expect([
        await reader.read('hot', (view) => textOf(askHot(view, ASKED))),
        await reader.read('memory', async (view) => textOf(await askMemory(view, ASKED))),
      ]).toEqual([then['hot'], then['memory']])
    }
    await ask()
    expect(restored()).toBe(0)
    await ask()
    expect(restored()).toBeGreaterThanOrEqual(2)
  })
})
