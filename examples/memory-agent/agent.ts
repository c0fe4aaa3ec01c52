/**
 * An agent that observes, remembers, recalls, decides, learns what came of it, and asks what worked: now, and as of a
 * time when it knew less. Embedded and in memory as it is. See README.md.
 */
import { createAgent, defineAgent } from '@waggle/agent'
import { manualClock, microsOf, silentLogger } from '@waggle/base'
import { sealRun } from '@waggle/emit'
import { openEmbeddedBus } from '@waggle-services/embedded'

const say = (what: string, value: unknown): void =>
  void process.stdout.write(`${JSON.stringify({ [what]: value })}\n`)

const DAY = 86_400_000_000
const START = microsOf('2020-01-01T00:00:00Z')
// A backtest: time is the program's own, and memory ages by it.
const clock = manualClock(START)
const bus = await openEmbeddedBus(
  { dataDir: 'unused', log: 'memory', analytics: 'off', bank: 'on', tickMs: 0 },
  { clock, logger: silentLogger },
)

/** What the market does, for all who want to see: momentum pays on calm days, and every fifth is wild. */
const isCalm = (day: number): boolean => day % 5 !== 4
const returnOf = (day: number): number => (isCalm(day) ? 0.012 : -0.004)
const sessionOf = (day: number): string => `${isCalm(day) ? 'calm' : 'wild'} session, momentum up`

const hunter = defineAgent<{ readonly day: number }>({
  kind: 'market-hunter',
  initial: { day: 0 },
  perceive: ({ state: { day } }) => ({
    observations: [
      {
        domain: 'momentum',
        instrument: 'SPX',
        source: 'example',
        content: sessionOf(day),
        features: { calm: Number(isCalm(day)) },
      },
    ],
    recall: { kinds: ['experience'], limit: 3 },
  }),
  // A pure function here; a model may be asked just as well.
  think: ({ state: { day }, recalled, agent }) => ({
    state: { day: day + 1 },
    decision: {
      action: 'LONG',
      instrument: 'SPX',
      context: { day, recalled: recalled.length },
      reasoning: recalled.length === 0 ? 'nothing is known yet' : 'as in what I remember',
      confidence: 0.6,
      predictedValue: 0.01,
      horizonAt: agent.clock.now() + DAY,
      memories: recalled,
    },
  }),
  judge: ({ state }) => {
    const value = returnOf(state.day - 1)
    return { value, success: value > 0 }
  },
  reflect: ({ state }, { outcome }) => ({
    type: 'lesson',
    content: `${sessionOf(state.day - 1)}: LONG gave ${outcome.event.value}`,
    importance: 0.8,
  }),
})

try {
  const agent = createAgent({ bus, swarm: 'desk', name: 'ada', kind: 'market-hunter' })
  await agent.join()

  // A month: each day first learns what came of the day before.
  let failed = 0
  for (let day = 0; day < 30; day++) {
    failed += (await hunter.run(agent, { cycles: 1 })).failed
    clock.advance(DAY)
  }
  say('failed', failed)

  // What it remembers now, and what it remembered after a week: later days change nothing about that.
  const question = { text: 'calm session momentum', kinds: ['experience'] as const, limit: 100 }
  const week = START + 7 * DAY
  const now = await agent.recall({ ...question, record: false })
  const past = await agent.recall({ ...question, asOf: week, record: false })
  say('lessons', { now: now.memories.length, past: past.memories.length })
  say(
    'onlyEarlier',
    past.memories.every(({ knownFrom }) => knownFrom <= week),
  )

  // Outcomes count once every partition has passed their time: the sealed order of the log.
  await sealRun({ log: bus.log, codec: bus.codec, swarm: 'desk', run: null, at: clock.now() })
  await bus.caughtUp(30_000)
  const { value } = await agent.bank.whatWorked({ domain: 'momentum', limit: 1 })
  const [best] = value.worked
  say('worked', best && [best.action, best.samples, best.successes, best.status])
  // Every lesson names the decision and the outcome it rests on.
  say(
    'evidence',
    best?.evidence.every(({ outcome }) => outcome !== undefined),
  )
  await agent.leave()
} finally {
  await bus.stop()
}
