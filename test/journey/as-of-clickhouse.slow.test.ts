import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { coordinationAsOf, hotAsOf, replay } from '@waggle/replay'
import { createAnalyticsView, TABLE_KINDS, TABLES } from '@waggle/view-analytics'
import { analyticsScene, type AnalyticsScene } from '../support/analytics-scene.ts'
import type { MemoryBus } from '../support/memory-bus.ts'
import { AGENTS, anyStep, pastWorld, RUN, SCOPE } from '../support/past-world.ts'

let scene: AnalyticsScene
beforeEach(async () => {
  scene = await analyticsScene()
})
afterEach(() => scene.close())

/** What an analyst asks for: a view as of a time, in microseconds. */
const asOf = (view: string, at: number, run = RUN): string =>
  `${view}_as_of(as_of = fromUnixTimestamp64Micro(${at}), run = '${run}')`

describe('views as of a time in ClickHouse', () => {
  it('hold what the log and the other views say, before and after late events came', async () => {
    const { query } = createAnalyticsView(scene.store)
    const idsOf = async (at: number): Promise<Record<string, string[]>> => {
      const ids: Record<string, string[]> = {}
      for (const kind of TABLE_KINDS) {
        const { table } = TABLES[kind]
        const rows = await query<{ id: string }>(`SELECT id FROM ${asOf(table, at)}`)
        if (rows.length > 0) ids[kind] = rows.map(({ id }) => id).sort()
      }
      return ids
    }
    const world = await pastWorld()
    const times: number[] = []
    const given: Record<string, string[]>[] = []
    for (const seed of [1, 2, 3]) {
      await world.act(fc.sample(anyStep, { seed, numRuns: 60 }))
      times.push(world.bus.clock.now())
      await world.seal()
      await scene.project(world.bus)
      for (const [index, at] of times.entries()) {
        const ids = await idsOf(at)
        given[index] ??= ids
        expect(ids).toEqual(given[index])
        expect(ids).toEqual(await replayed(world.bus, at))
      }
    }
    expect(Object.keys(given[2]!).length).toBeGreaterThan(15)

    for (const at of times) {
      const { view } = await hotAsOf({ ...world.bus, run: RUN, asOf: at })
      const newest = AGENTS.flatMap((agent) => view.recentDecisions(SCOPE, 1, agent))
      const latest = await query<{ id: string }>(
        `SELECT id FROM ${asOf('latest_decisions', at)} ORDER BY agent`,
      )
      expect(latest.map(({ id }) => id)).toEqual(newest.map(({ event }) => event.id))
      const past = await coordinationAsOf({ ...world.bus, run: RUN, asOf: at })
      const proposals = await query<{ proposal: string }>(
        `SELECT DISTINCT proposal FROM ${asOf('consensus_history', at)} ORDER BY proposal`,
      )
      const names = ['p0', 'p1', 'p2'].filter((name) => past.view.proposal(SCOPE, name))
      expect(proposals.map(({ proposal }) => proposal)).toEqual(names)
      const [quality] = await query<{ decisions: string }>(
        `SELECT sum(decisions) AS decisions FROM ${asOf('decision_quality', at)}`,
      )
      expect(Number(quality!.decisions)).toBe(given[times.indexOf(at)]!['decision']?.length ?? 0)
    }
  })

  it('keep runs apart, and are the only functions of tables an analyst may name', async () => {
    const world = await pastWorld()
    await world.act(fc.sample(anyStep, { seed: 4, numRuns: 80 }))
    await scene.project(world.bus)
    const { query } = createAnalyticsView(scene.store)
    const count = async (run: string): Promise<number> => {
      const view = asOf('observations', world.bus.clock.now(), run)
      const [row] = await query<{ n: string }>(`SELECT count() AS n FROM ${view}`)
      return Number(row!.n)
    }
    const all = await query<{ n: string }>('SELECT count() AS n FROM observations FINAL')
    expect([await count(RUN), await count('')].every((n) => n > 0)).toBe(true)
    expect((await count(RUN)) + (await count(''))).toBe(Number(all[0]!.n))
    expect(await count('backtest-2')).toBe(0)
    await expect(query(`SELECT * FROM url('http://127.0.0.1/', CSV)`)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
  })
})

async function replayed(bus: MemoryBus, at: number): Promise<Record<string, string[]>> {
  const ids: Record<string, string[]> = {}
  for await (const { event } of replay({ ...bus, run: RUN, asOf: at }))
    (ids[event.kind] ??= []).push(event.id)
  for (const of of Object.values(ids)) of.sort()
  return ids
}
