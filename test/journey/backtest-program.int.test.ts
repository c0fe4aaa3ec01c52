import { afterEach, expect, it, describe } from 'vitest'
import type { AgentProgram, Json } from '@waggle/agent'
import { backtest, programAgent, type BacktestReport, type ProgramFeed } from '@waggle/backtest'
import { parseDecimal, systemClock } from '@waggle/base'
import { replayBatches } from '@waggle/replay'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'
import { SWARM } from '../support/memory-bus.ts'
import { DAY, FIRST_DAY, recordedBars, sourceOf, walk } from '../support/recorded-bars.ts'

let bus: OpenAgentBus | undefined
afterEach(async () => bus?.stop())

type Steps = Partial<AgentProgram<Json>>

/** A program that buys one unit a day, with some steps replaced. */
const buyer = (feed: () => ProgramFeed, steps: Steps): AgentProgram<Json> => ({
  kind: 'market-hunter',
  initial: null,
  perceive: () => ({
    observations: [
      { domain: 'day', source: 'test', content: `bar at ${feed().context.now}`, features: {} },
    ],
  }),
  think: ({ agent }) => ({
    decision: {
      action: 'BUY',
      context: '',
      reasoning: '',
      confidence: 0.6,
      instrument: 'SPX',
      quantity: parseDecimal('1')!,
      horizonAt: agent.clock.now() + 2 * DAY,
    },
  }),
  ...steps,
})

async function run(steps: (feed: () => ProgramFeed) => Steps): Promise<BacktestReport> {
  const recorded = await recordedBars(walk(8))
  bus = await openAgentBus({ log: 'memory', dataDir: 'none', clock: systemClock() })
  return backtest({
    source: sourceOf(recorded),
    agent: programAgent({ bus, program: (feed) => buyer(feed, steps(feed)) }),
    run: 'try',
    from: FIRST_DAY,
    to: FIRST_DAY + 99 * DAY,
  })
}

describe('a program of the SDK in a backtest', () => {
  it('trades what it decides, settles what it said, and remembers it in its own run alone', async () => {
    const report = await run(() => ({
      judge: () => ({ value: 1, success: true }),
      reflect: () => ({ type: 'lesson', content: 'it went well' }),
    }))
    expect(report).toMatchObject({ status: 'COMPLETE', failures: [], lookAhead: [] })
    // The decision of the last day found no price any more.
    expect(report.fills).toHaveLength(7)
    expect(report.observed).toEqual({ events: 8, steps: 8, waitingOrders: 1 })
    expect(report.forecasts).toMatchObject({ decisions: 8, judged: 5, hitRate: 1 })
    const kinds: Record<string, number> = {}
    const { log, codec } = bus!
    for (const of of [null, 'try'])
      for await (const batch of replayBatches({ log, codec, swarm: SWARM, run: of }))
        for (const { event, late } of batch) {
          expect({ run: event.run, late }).toEqual({ run: 'try', late: false })
          kinds[event.kind] = (kinds[event.kind] ?? 0) + 1
        }
    expect(kinds).toMatchObject({ decision: 8, observation: 8, outcome: 5, experience: 5, fill: 7 })
    expect(report.said.events).toBe(Object.values(kinds).reduce((a, b) => a + b))
  })

  it('goes on after a cycle that failed, and reports it', async () => {
    const report = await run((feed) => ({
      act: () => {
        if (feed().context.now === FIRST_DAY + DAY) throw new Error('no connection')
      },
    }))
    expect(report.failures).toEqual([{ at: FIRST_DAY + DAY, step: 'act', error: 'no connection' }])
    expect(report.observed.steps).toBe(8)
  })

  const CHEATS: readonly [name: string, kind: string, steps: (feed: () => ProgramFeed) => Steps][] =
    [
      ['looks at the clock on the wall', 'WALL_CLOCK', () => ({ perceive: () => void Date.now() })],
      [
        'recalls as of the future',
        'AS_OF',
        (feed) => ({
          think: async ({ agent }) => {
            await agent.recall({ text: 'tomorrow', asOf: feed().context.now + DAY })
            return undefined
          },
        }),
      ],
      [
        'asks the bank as of the future',
        'AS_OF',
        (feed) => ({
          act: ({ agent }) =>
            agent.bank.whatWorked({ domain: 'day', asOf: feed().context.now + DAY }),
        }),
      ],
      [
        'tells the outcome at once',
        'EARLY_OUTCOME',
        () => ({
          act: ({ agent }, decision) => agent.outcome(decision, { value: 1, success: true }),
        }),
      ],
      [
        'backdates what it saw',
        'FALSE_TIME',
        (feed) => ({
          act: ({ agent }) =>
            agent.observe({
              domain: 'day',
              source: 'test',
              content: 'I knew it',
              known_at: feed().context.now - DAY,
            }),
        }),
      ],
    ]

  it.each(CHEATS)('is stopped where it %s', async (_name, kind, steps) => {
    const report = await run(steps)
    expect(report.status).toBe('STOPPED')
    expect(report.lookAhead).toMatchObject([{ kind, at: FIRST_DAY }])
  })
})
