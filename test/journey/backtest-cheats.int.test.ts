import { describe, expect, it } from 'vitest'
import {
  backtest,
  type AgentFunction,
  type BacktestAgent,
  type BacktestContext,
  type BacktestReport,
} from '@waggle/backtest'
import { isWaggleError, parseDecimal } from '@waggle/base'
import { createEmitter } from '@waggle/emit'
import { SWARM, type MemoryBus } from '../support/memory-bus.ts'
import { DAY, FIRST_DAY, recordedBars, sourceOf, walk } from '../support/recorded-bars.ts'

const decide = {
  kind: 'decision',
  action: 'UP',
  context: '',
  reasoning: '',
  confidence: 0.5,
} as const

const run = (bus: MemoryBus, agent: BacktestAgent): Promise<BacktestReport> =>
  backtest({ source: sourceOf(bus), target: bus, agent, from: FIRST_DAY, to: FIRST_DAY + 99 * DAY })

const on = (day: number, cheat: (context: BacktestContext) => unknown): AgentFunction => {
  let steps = 0
  return (_observation, context) => (steps++ === day ? (cheat(context) as undefined) : undefined)
}

/** What a cheat is caught as. */
const CHEATS: readonly [
  name: string,
  kind: string,
  cheat: (context: BacktestContext) => unknown,
][] = [
  ['asks for a bar of tomorrow', 'NOT_KNOWN', (c) => c.barAt('SPX', c.now + DAY)],
  ['asks for a bar at no time', 'NOT_KNOWN', (c) => c.barAt('SPX', Number.NaN)],
  ['asks memory as of the future', 'AS_OF', (c) => c.memory(c.now + 1)],
  ['asks the hot view as of the end of time', 'AS_OF', (c) => c.hot(Infinity)],
  ['reads events of next week', 'AS_OF', (c) => c.events({ asOf: c.now + 7 * DAY })],
  [
    'tells an outcome before its horizon',
    'EARLY_OUTCOME',
    (c) => {
      const decision = c.say({ ...decide, horizon_at: c.now + DAY })
      c.say({ kind: 'outcome', decision, value: 1, success: true })
    },
  ],
  ['backdates a decision', 'FALSE_TIME', (c) => c.say({ ...decide, known_at: c.now - DAY })],
  ['claims to know later', 'FALSE_TIME', (c) => c.say({ ...decide, known_at: c.now + DAY })],
  [
    'tells what has not happened',
    'FALSE_TIME',
    (c) => c.say({ ...decide, occurred_at: c.now + DAY }),
  ],
  ['looks at Date.now', 'WALL_CLOCK', () => Date.now()],
  ['makes a new Date', 'WALL_CLOCK', () => new Date()],
  ['calls Date', 'WALL_CLOCK', () => Date()],
  ['looks at performance.now', 'WALL_CLOCK', () => performance.now()],
  ['looks at process.hrtime', 'WALL_CLOCK', () => process.hrtime.bigint()],
  [
    'looks at the clock after a read',
    'WALL_CLOCK',
    async (c) => {
      await c.hot()
      Date.now()
    },
  ],
  ['does not wait for a read', 'UNAWAITED', (c) => void c.events()],
]

describe('a look ahead', () => {
  it.each(CHEATS)('is caught where an agent %s', async (_name, kind, cheat) => {
    const report = await run(await recordedBars(walk(10)), on(3, cheat))
    expect(report.status).toBe('STOPPED')
    expect(report.lookAhead).toMatchObject([{ kind, at: FIRST_DAY + 3 * DAY }])
    expect(report.observed.steps).toBe(4)
  })

  it('is an error of its own code, and is reported though the agent hides it', async () => {
    const codes: boolean[] = []
    const agent = on(2, (context) => {
      try {
        context.barAt('SPX', context.now + 1)
      } catch (error) {
        codes.push(isWaggleError(error, 'LOOK_AHEAD'))
      }
    })
    const report = await run(await recordedBars(walk(10)), agent)
    expect(codes).toEqual([true])
    expect(report.status).toBe('COMPLETE')
    expect(report.lookAhead).toHaveLength(1)
  })

  it('is caught where a context is kept for later', async () => {
    let kept: BacktestContext | undefined
    const agent: AgentFunction = (_observation, context) => {
      kept ??= context
      if (kept !== context) kept.bars('SPX', 1)
    }
    const report = await run(await recordedBars(walk(10)), agent)
    expect(report.lookAhead).toMatchObject([{ kind: 'STALE_CONTEXT', at: FIRST_DAY + DAY }])
  })

  it('is caught where the next event is asked for twice at once', async () => {
    const agent = {
      pull: async ({ next }: { next: () => Promise<unknown> }) =>
        void (await Promise.all([next(), next()])),
    }
    const report = await run(await recordedBars(walk(10)), agent)
    expect(report.lookAhead).toMatchObject([{ kind: 'UNAWAITED' }])
  })

  it('cannot be had by changing what was delivered', async () => {
    const agent: AgentFunction = ({ event }) => {
      if (event.kind === 'bar') (event as { close: bigint }).close = 1n
    }
    await expect(run(await recordedBars(walk(3)), agent)).rejects.toThrow(TypeError)
  })

  it('is not needed for what is known: every read ends at the present', async () => {
    const bus = await recordedBars(walk(20))
    const { log, codec, clock } = bus
    const said = { log, codec, clock, swarm: SWARM, agent: 'oracle', session: 'oracle' }
    const oracle = createEmitter(said)
    // Known on the sixth day, though it happened on the first.
    await oracle.emit({
      kind: 'observation',
      domain: 'news',
      source: 'test',
      content: 'late news',
      occurred_at: FIRST_DAY,
      known_at: FIRST_DAY + 5 * DAY + 1,
    })
    const known: [events: number, bars: number, hotClose: bigint | undefined][] = []
    const agent: AgentFunction = async (observation, context) => {
      if (observation.event.kind !== 'bar') return
      const events = await context.events()
      const { view } = await context.hot()
      const [last] = view.lastBars({ swarm: SWARM, run: null }, 'SPX', 1)
      known.push([events.length, context.bars('SPX', 99).length, last?.event.close])
      expect(events.every(({ knownFrom }) => knownFrom <= context.now)).toBe(true)
      expect(last?.event.close).toBe(observation.event.close)
    }
    const report = await run(bus, agent)
    expect(report.lookAhead).toEqual([])
    expect(known.map(([events]) => events)).toEqual(
      Array.from({ length: 20 }, (_, day) => day + 1 + Number(day > 5)),
    )
    expect(known.map(([, bars]) => bars)).toEqual(Array.from({ length: 20 }, (_, day) => day + 1))
  })

  it('leaves the clocks of everyone else alone', async () => {
    const before = [Date, performance.now, process.hrtime]
    const agent: AgentFunction = async (_observation, context) => {
      await context.hot()
    }
    const running = run(await recordedBars(walk(30)), agent)
    expect(Date.now()).toBeGreaterThan(parseDecimal('0')!)
    expect(new Date().getTime()).toBeGreaterThan(0)
    await running
    expect([Date, performance.now, process.hrtime]).toEqual(before)
  })
})
