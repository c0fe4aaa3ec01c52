import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isoOf, silentLogger } from '@waggle/base'
import {
  compareRuns,
  fork,
  openFork,
  openRecordings,
  recordedModel,
  replayFork,
  type Change,
  type ComparedRuns,
  type ForkAgent,
  type ForkBus,
  type ForkPoint,
  type ReplayedFork,
  type ReplayForkOptions,
} from '@waggle/fork'
import { parsePosition } from '@waggle/event'
import { outsideForks, type StoreDump } from '../support/fork-audit.ts'
import {
  decisionTo,
  HIVE,
  playSwarm,
  sourceOf,
  VOTERS,
  WAIT_MS,
  type ForkableBus,
  type PlayedSwarm,
} from './audited-swarm.ts'
import { runDigests } from './run-digests.ts'

export interface ForkScene {
  readonly bus: ForkableBus
  /** Everything that is kept anywhere, store by store. */
  dump(): Promise<Readonly<Record<string, StoreDump>>>
  /** A query as an analyst asks it, over HTTP. */
  ask(sql: string): Promise<unknown[]>
  /** The command line on the same bus, where it may be asked while the bus is open. */
  waggle?(...argv: string[]): Promise<{ code: number; text: string }>
  stop(): Promise<void>
}

/** Forks of a live swarm, on whatever engines the scene has; and then that nothing left them. */
export function describeForks(name: string, open: () => Promise<ForkScene>): void {
  describe(`forks ${name}`, () => {
    let scene: ForkScene
    let bus: ForkableBus
    let played: PlayedSwarm
    let before: Readonly<Record<string, StoreDump>>
    beforeAll(async () => {
      scene = await open()
      bus = scene.bus
      played = await playSwarm(bus)
      await bus.caughtUp(WAIT_MS)
      before = await scene.dump()
    }, 180_000)
    afterAll(() => scene?.stop())

    interface Forking extends Partial<Pick<ReplayForkOptions, 'agents'>> {
      readonly run: string
      readonly from?: ForkPoint
      readonly parent?: string | null
      readonly change?: Change
    }
    const replayed = async (
      { run, from = { at: played.at }, parent = null, change, agents = {} }: Forking,
      look: (there: ForkBus) => void = () => {},
    ): Promise<ReplayedFork> => {
      const changed = change === undefined ? {} : { change }
      const forked = await fork({ bus, swarm: HIVE, parent, run, from, ...changed })
      const deps = { ...sourceOf(bus), clock: bus.clock, logger: silentLogger }
      const there = await openFork(forked, deps)
      try {
        const result = await replayFork(there, { ...sourceOf(bus), agents })
        look(there)
        return result
      } finally {
        await there.stop()
      }
    }
    const compared = (a: string | null, b: string): Promise<ComparedRuns> =>
      compareRuns({ ...sourceOf(bus), swarm: HIVE, a, b })
    const statusOf = ({ coordination, run }: ForkBus, proposal: string) =>
      coordination.view.proposal({ swarm: HIVE, run }, proposal)?.status

    it('at a time, without a change, are the same run to the digest, also when said again', async () => {
      const first = await replayed({ run: 'fork:null' })
      expect(first).toMatchObject({ said: 0, stale: [], erased: [] })
      const ends = await endsOf(bus)
      await replayed({ run: 'fork:null' })
      expect(await endsOf(bus)).toEqual(ends)
      const { divergences, same } = await compared(null, 'fork:null')
      expect(divergences).toEqual([])
      expect(same).toBeGreaterThan(first.carried)
      const digests = await runDigests(sourceOf(bus), HIVE, 'fork:null', null)
      expect(Object.keys(digests)).toEqual(['hot-view', 'coordination', 'memory'])
      expect(digests).toEqual(await runDigests(sourceOf(bus), HIVE, null, 'fork:null'))
    })

    it('at positions begin there, and are the same as at the time that gives them', async () => {
      const { cut } = await fork({
        bus,
        swarm: HIVE,
        parent: null,
        run: 'fork:null',
        from: { at: played.at },
      })
      const positions = [...cut].map(([at, offset]) => parsePosition(`${at}@${offset}`)!)
      await replayed({ run: 'fork:positions', from: { positions } })
      expect((await compared(null, 'fork:positions')).divergences).toEqual([])
      expect(await runDigests(sourceOf(bus), HIVE, 'fork:positions', null)).toEqual(
        await runDigests(sourceOf(bus), HIVE, null, 'fork:positions'),
      )
    })

    it('before a vote that is turned decide otherwise, and the vote is named first', async () => {
      const change = {
        is: 'edit',
        event: played.vote.event.id,
        set: { choice: 'reject' },
      } as const
      const from = { before: played.vote.position }
      await replayed({ run: 'fork:vote', from, change }, (there) => {
        expect([statusOf(there, 'p-1'), statusOf(there, 'p-2')]).toEqual(['APPROVED', 'REJECTED'])
      })
      const { first, divergences } = await compared(null, 'fork:vote')
      expect(first).toMatchObject({ agent: 'ben', fields: ['choice'] })
      expect(first?.a?.position).toEqual(played.vote.position)
      expect(new Set(divergences.map(({ name }) => name.split(' ')[1]))).toEqual(
        new Set(['vote', 'proposal_result']),
      )
    })

    it('of a fork begin with what that one changed', async () => {
      const from = { at: bus.clock.now() }
      const draft = { ...decisionTo('WAIT'), trajectory: 'two' }
      const change = { is: 'say', agent: 'ben', draft } as const
      await replayed({ run: 'fork:two', parent: 'fork:vote', from, change }, (there) => {
        expect([statusOf(there, 'p-1'), statusOf(there, 'p-2')]).toEqual(['APPROVED', 'REJECTED'])
      })
      const { divergences } = await compared('fork:vote', 'fork:two')
      expect(divergences.map(({ a, b }) => [a, b?.event.kind])).toEqual([[undefined, 'decision']])
      const { first } = await compared(null, 'fork:two')
      expect(first).toMatchObject({ agent: 'ben', fields: ['choice'] })
    })

    it('that weigh an agent otherwise decide otherwise', async () => {
      const electorate = VOTERS.map((agent) => ({ agent, weight: agent === 'cid' ? 9 : 1 }))
      const event = played.proposal.event.id
      await replayed(
        { run: 'fork:weight', change: { is: 'edit', event, set: { electorate } } },
        (there) => expect(statusOf(there, 'p-2')).toBe('REJECTED'),
      )
      const { first } = await compared(null, 'fork:weight')
      expect(first).toMatchObject({ agent: 'dan', fields: ['electorate'] })
    })

    it('that remember otherwise, or not at all, differ in that alone', async () => {
      const event = played.memory.event.id
      const set = { content: 'learned otherwise' }
      await replayed({ run: 'fork:memory', change: { is: 'edit', event, set } })
      await replayed({ run: 'fork:forgot', change: { is: 'drop', event } })
      const [other, none] = [
        await compared(null, 'fork:memory'),
        await compared(null, 'fork:forgot'),
      ]
      expect(other.divergences.map(({ fields }) => fields)).toEqual([['content']])
      expect(none.divergences.map(({ a, b }) => [a?.event.id, b])).toContainEqual([
        event,
        undefined,
      ])
      const digests = async (run: string | null, than: string | null) =>
        runDigests(sourceOf(bus), HIVE, run, than)
      const [a, b] = [await digests('fork:forgot', null), await digests(null, 'fork:forgot')]
      expect(a['memory']).not.toBe(b['memory'])
      expect(a['hot-view']).toBe(b['hot-view'])
    })

    it('ask models what is recorded already, and strictly stop where nothing is', async () => {
      const asking = async (
        run: string,
        request: (close: bigint) => object,
      ): Promise<ForkAgent> => {
        const runs = [null]
        const recordings = await openRecordings({ ...sourceOf(bus), swarm: HIVE, runs })
        return async ({ event }, there) => {
          if (event.kind !== 'bar') return []
          const emitter = there.emitter({ agent: 'ann', session: `model-${run}` })
          const { clock } = bus
          const ask = async () => expect.fail('The model was asked')
          const model = recordedModel(ask, {
            mode: 'strict',
            agent: 'ann',
            emitter,
            clock,
            recordings,
          })
          const action = (await model(request(event.close) as never)) as string
          return [{ ...decisionTo(action), trajectory: event.trajectory }]
        }
      }
      const ann = await asking('same', (close) => ({ close: String(close) }))
      const { said, stale } = await replayed({ run: 'fork:model', agents: { ann } })
      expect({ said, stale }).toEqual({ said: 1, stale: [] })
      expect((await compared(null, 'fork:model')).divergences).toEqual([])
      const other = await asking('other', (close) => ({ close: String(close), why: true }))
      await expect(replayed({ run: 'fork:strict', agents: { ann: other } })).rejects.toMatchObject({
        code: 'CALL_NOT_RECORDED',
        input: { agent: 'ann', asked: 1 },
      })
      expect(played.asked()).toBe(2)
    })

    it('with another agent leave out what rested on it, and name its first step', async () => {
      const ann: ForkAgent = ({ event }) =>
        event.kind === 'bar' ? [{ ...decisionTo('WAIT'), trajectory: event.trajectory }] : []
      const { stale } = await replayed({ run: 'fork:agent', agents: { ann } })
      expect(new Set(stale.map(({ event }) => event.kind))).toEqual(
        new Set(['proposal', 'fill', 'outcome', 'verdict']),
      )
      const { first } = await compared(null, 'fork:agent')
      expect(first).toMatchObject({ agent: 'ann', fields: ['action'] })
    })

    it('are compared by analysts in ClickHouse, with the run of every row', async () => {
      await bus.caughtUp(WAIT_MS)
      const turned = 'SELECT agent, choice_a, choice_b FROM diff_votes'
      const runs = (a: string, b: string): string => `(run_a = '${a}', run_b = '${b}')`
      expect(await scene.ask(`${turned}${runs('', 'fork:vote')} WHERE NOT same`)).toEqual([
        { agent: 'ben', choice_a: 'approve', choice_b: 'reject' },
      ])
      expect(
        await scene.ask(
          `SELECT agent, action_a, action_b, same FROM diff_decisions${runs('', 'fork:agent')}`,
        ),
      ).toEqual([{ agent: 'ann', action_a: 'BUY', action_b: 'WAIT', same: 0 }])
      expect(
        await scene.ask(
          `SELECT agent, action_a, action_b FROM diff_decisions${runs('fork:vote', 'fork:two')}`,
        ),
      ).toEqual([{ agent: 'ben', action_a: null, action_b: 'WAIT' }])
      expect(await scene.ask(`SELECT agent, same FROM diff_fills${runs('', 'fork:null')}`)).toEqual(
        [{ agent: 'dan', same: 1 }],
      )
      const counts = await scene.ask(
        `SELECT ifNull(run, 'live') AS of, toUInt32(count()) AS votes FROM votes FINAL
         WHERE of IN ('live', 'fork:null', 'fork:two') GROUP BY of ORDER BY of`,
      )
      expect(counts).toEqual([
        { of: 'fork:null', votes: 3 },
        { of: 'live', votes: 6 },
      ])
      const cut = await scene.ask(
        `SELECT DISTINCT parent_run, at IS NULL AS by_positions FROM forks FINAL
         WHERE run IN ('fork:two', 'fork:positions') ORDER BY parent_run NULLS FIRST`,
      )
      expect(cut).toEqual([
        { parent_run: null, by_positions: 1 },
        { parent_run: 'fork:vote', by_positions: 0 },
      ])
    })

    it('wish nobody away who lives: keys are not destroyed by what a fork says', async () => {
      const draft = {
        kind: 'erasure',
        erased: 'eve',
        step: 'REQUESTED',
        reason: 'what if',
      } as const
      await replayed({ run: 'fork:erase', change: { is: 'say', agent: 'ben', draft } })
      await bus.caughtUp(WAIT_MS)
      expect(await bus.vault!.isErased(HIVE, 'eve')).toBe(false)
    })

    it('are made and compared from the command line, and once more is no more', async (test) => {
      if (scene.waggle === undefined) return test.skip()
      const make = ['fork', '--name', 'told', '--at', isoOf(played.at)]
      for (const _ of [1, 2]) {
        const told = await scene.waggle(...make)
        expect(told).toMatchObject({ code: 0 })
        expect(told.text).toMatch(/^fork:told: 1[5-9] steps taken over, 0 said anew, 0 left out$/m)
        expect(told.text).toContain('The runs did the same.')
      }
      expect(await scene.waggle('diff', 'live', 'fork:told')).toMatchObject({ code: 0 })
      const other = await scene.waggle('diff', 'live', 'fork:vote')
      expect(other).toMatchObject({ code: 1 })
      expect(other.text).toMatch(/First divergence: .* ben vote day-2 p-2 #1: approve \| reject/)
      // What a fork counts is its own; whoever recounts the log leaves it alone.
      expect(await scene.waggle('recount')).toMatchObject({ code: 0 })
    })

    it('wrote nothing outside: every live record, key, row and view is what it was', async () => {
      await bus.caughtUp(WAIT_MS)
      const after = await scene.dump()
      for (const [store, dump] of Object.entries(before)) {
        expect(dump.size).toBeGreaterThan(0)
        expect({ store, found: outsideForks(dump, after[store]!) }).toEqual({ store, found: [] })
      }
      // The forks are there to be seen.
      expect(after['log']!.size).toBeGreaterThan(2 * before['log']!.size)
    })

    it('would be found out by the audit, in every store', async () => {
      const live = bus.emitter({ swarm: HIVE, agent: 'ann', session: 'leak' })
      await live.emit({ ...decisionTo('LEAK') })
      await bus.caughtUp(WAIT_MS)
      const after = await scene.dump()
      for (const [store, dump] of Object.entries(before))
        expect({ store, leaks: outsideForks(dump, after[store]!).length }).not.toEqual({
          store,
          leaks: 0,
        })
    })
  })
}

async function endsOf({ log }: ForkableBus): Promise<unknown> {
  const topics = Object.entries(log.topics).flatMap(([topic, partitions]) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )
  return log.ends(topics)
}
