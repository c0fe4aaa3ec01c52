import { decimalToNumber, multiplyDecimal, type Decimal } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { Bar, Decision, Experience, Fill, Outcome, Verdict } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { replayBatches } from '@waggle/replay'
import { START_CASH } from './swarm-state.ts'

/** Everything the report tells, gathered from the log alone. */
export interface Gathered {
  readonly events: number
  readonly byKind: ReadonlyMap<string, number>
  /** Equity of the swarm at each close. */
  readonly equity: readonly number[]
  readonly closes: readonly number[]
  readonly dates: readonly string[]
  readonly fills: readonly Fill[]
  readonly judged: readonly JudgedDecision[]
  /** What agents keep of what came of it. */
  readonly lessons: readonly Experience[]
}

export interface JudgedDecision {
  readonly decision: Decision
  readonly outcome: Outcome
  readonly verdict: Verdict
}

/** One replay in the order the swarm learned things. */
export async function gather(
  log: EventLog,
  codec: Codec,
  swarm: string,
  run: string,
): Promise<Gathered> {
  const byKind = new Map<string, number>()
  const decisions = new Map<string, Decision>()
  const outcomes = new Map<string, Outcome>()
  const judged: JudgedDecision[] = []
  const fills: Fill[] = []
  const bars: Bar[] = []
  const lessons: Experience[] = []
  let events = 0
  for await (const batch of replayBatches({ log, codec, swarm, run })) {
    for (const { event, late } of batch) {
      if (late) continue
      events++
      byKind.set(event.kind, (byKind.get(event.kind) ?? 0) + 1)
      if (event.kind === 'decision') decisions.set(event.id, event)
      else if (event.kind === 'outcome') outcomes.set(event.id, event)
      else if (event.kind === 'fill') fills.push(event)
      else if (event.kind === 'bar') bars.push(event)
      else if (event.kind === 'experience') lessons.push(event)
      else if (event.kind === 'verdict') {
        const decision = decisions.get(event.decision)
        const outcome = outcomes.get(event.outcome)
        if (decision !== undefined && outcome !== undefined)
          judged.push({ decision, outcome, verdict: event })
      }
    }
  }
  return {
    events,
    byKind,
    fills,
    judged,
    lessons,
    equity: equityCurve(bars, fills),
    closes: bars.map(({ close }) => decimalToNumber(close)),
    dates: bars.map(({ occurred_at }) => new Date(occurred_at / 1000).toISOString().slice(0, 10)),
  }
}

/** Cash and units after the fills known by each close, valued at it. */
function equityCurve(bars: readonly Bar[], fills: readonly Fill[]): number[] {
  let cash: Decimal = START_CASH
  let units: Decimal = 0n
  let next = 0
  return bars.map((bar, index) => {
    const until = bars[index + 1]?.known_at ?? Infinity
    for (
      let fill = fills[next];
      fill !== undefined && fill.known_at < until;
      fill = fills[++next]
    ) {
      if (fill.known_at >= until) break
      units += fill.quantity
      cash -= multiplyDecimal(fill.quantity, fill.price) + fill.fee
    }
    return decimalToNumber(cash + multiplyDecimal(units, bar.close))
  })
}
