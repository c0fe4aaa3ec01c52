import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { fork } from '@waggle/fork'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { joinAll, propose, smallSwarm, SWARM, type SmallSwarm } from './small-swarm.ts'

let folder: string
let store: AnalyticsStore
let bus: SmallSwarm
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-diff-'))
  store = await openChdbStore(folder)
  bus = await smallSwarm()
  await joinAll(bus)
})
afterEach(async () => {
  await bus.stop()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the views that compare runs', () => {
  it('show votes side by side behind the cut, and one that only one run has', async () => {
    await propose(bus, 'p')
    const vote = { kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 } as const
    await bus.emitter('ann').emit(vote)
    const from = { at: bus.clock.now() }
    bus.clock.advance(10)
    for (const agent of ['ben', 'cid']) await bus.emitter(agent).emit(vote)
    const there = await bus.open(
      await fork({ bus, swarm: SWARM, parent: null, run: 'fork:a', from }),
    )
    await there.caughtUp(10_000)
    const ben = there.emitter({ agent: 'ben', session: 'session-ben' })
    await ben.emit({ ...vote, choice: 'reject' })
    await there.emitter({ agent: 'cid', session: 'session-cid' }).emit(vote)
    await ben.emit({
      kind: 'decision',
      action: 'SELL',
      context: '',
      confidence: 0.5,
      reasoning: 'r',
    })
    const runner = createRunner({
      ...bus,
      projection: createAnalyticsProjection(store),
      logger: silentLogger,
    })
    await runner.start()
    await runner.caughtUp(60_000)
    await runner.stop()

    const { query } = createAnalyticsView(store)
    const rows = await query(
      `SELECT agent, choice_a, choice_b, same FROM diff_votes(run_a = '', run_b = 'fork:a') ORDER BY agent`,
    )
    expect(rows).toEqual([
      { agent: 'ben', choice_a: 'approve', choice_b: 'reject', same: 0 },
      { agent: 'cid', choice_a: 'approve', choice_b: 'approve', same: 1 },
    ])
    const turned = await query(
      `SELECT agent FROM diff_votes(run_a = 'fork:a', run_b = '') WHERE NOT same`,
    )
    expect(turned).toEqual([{ agent: 'ben' }])
    expect(
      await query(
        `SELECT action_a, action_b, same FROM diff_decisions(run_a = '', run_b = 'fork:a')`,
      ),
    ).toEqual([{ action_a: null, action_b: 'SELL', same: 0 }])
    expect(await query(`SELECT * FROM diff_fills(run_a = '', run_b = 'fork:a')`)).toEqual([])
  })
})
