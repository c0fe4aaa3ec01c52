/**
 * A program of the SDK, as it would run live but for its feed: it remembers how days like this one went on, recalls
 * them, and decides by what it remembers.
 */
import type { AgentProgram } from '@waggle/agent'
import { decimalFromNumber, decimalToNumber } from '@waggle/base'
import type { ProgramFeed } from '@waggle/backtest'

const WEEK = 7 * 86_400_000_000
const UNITS = decimalFromNumber(10)

type State = { readonly closes: readonly number[]; readonly held: boolean }

export function program(feed: () => ProgramFeed): AgentProgram<State> {
  return {
    kind: 'market-hunter',
    initial: { closes: [], held: false },
    perceive: () => {
      const { event } = feed().observation
      if (event.kind !== 'bar') return undefined
      const change = decimalToNumber(event.close) / decimalToNumber(event.open) - 1
      const mood = change > 0.005 ? 'strong' : change < -0.005 ? 'weak' : 'quiet'
      return {
        observations: [
          {
            domain: 'momentum',
            instrument: event.instrument,
            source: 'daily-bars',
            content: `a ${mood} day`,
            features: { close: decimalToNumber(event.close), change },
          },
        ],
        recall: { kinds: ['experience'], limit: 5, record: false },
      }
    },
    think: ({ agent, state, observations, recalled }) => {
      const { instrument, features } = observations[0]!.event
      const close = features['close']!
      const good = recalled.filter(
        ({ event }) => 'content' in event && event.content.includes('rose'),
      )
      const hopeful = recalled.length === 0 || good.length * 2 >= recalled.length
      const quantity = hopeful === state.held ? 0n : hopeful ? UNITS : -UNITS
      return {
        state: { closes: [...state.closes, close].slice(-10), held: hopeful },
        decision: {
          action: hopeful ? 'LONG' : 'FLAT',
          context: { close },
          reasoning: `${good.length} of ${recalled.length} memories of such days went well`,
          confidence: recalled.length === 0 ? 0.5 : (good.length + 1) / (recalled.length + 2),
          predictedOutcome: 'higher in a week',
          horizonAt: agent.clock.now() + WEEK,
          memories: recalled,
          instrument: instrument!,
          quantity,
        },
      }
    },
    judge: ({ state }) => {
      const [first] = state.closes
      const value = state.closes.at(-1)! / first! - 1
      return { value, success: value > 0 }
    },
    reflect: (_turn, { outcome }) => ({
      type: 'lesson',
      content: `a week after such a day the market ${outcome.event.success ? 'rose' : 'fell'}`,
    }),
  }
}
