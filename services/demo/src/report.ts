import Table from 'cli-table3'
import { isoOf } from '@waggle/base'
import type { Experience, WaggleEvent } from '@waggle/event'
import type { Trajectory } from '@waggle/replay'
import type { Digests } from './demo-host.ts'
import type { Gathered, JudgedDecision } from './gather.ts'
import { performanceOf, type Performance } from './performance.ts'

/** Data in, text out. */
export function summaryText(gathered: Gathered, symbol: string): string {
  const { dates, equity, closes, fills, events } = gathered
  const kinds = [...gathered.byKind].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    heading(
      `${symbol}, ${dates[0]} to ${dates.at(-1)}: ${dates.length} bars, ${events} events, ${fills.length} trades`,
    ),
    kinds.map(([kind, count]) => `${kind} ${count}`).join(', '),
    table(
      ['', 'total return', 'a year', 'max drawdown', 'Sharpe'],
      [
        ['swarm', ...performanceRow(performanceOf(equity))],
        ['buy and hold', ...performanceRow(performanceOf(closes))],
      ],
    ),
    heading('Verdicts by agent'),
    table(
      ['agent', 'judged', 'correct', 'mean Brier', 'mean confidence'],
      groups(gathered.judged, ({ verdict }) => verdict.judged).map(([agent, all]) => [
        agent,
        String(all.length),
        percent(mean(all.map(({ outcome }) => Number(outcome.success)))),
        mean(all.map(({ verdict }) => verdict.score)).toFixed(4),
        percent(mean(all.map(({ decision }) => decision.confidence))),
      ]),
    ),
    ...lessonsText(gathered.lessons),
    heading('Calibration: what was said against what came true'),
    table(
      ['confidence', 'decisions', 'said', 'came true'],
      groups(gathered.judged, ({ decision }) => bucketOf(decision.confidence)).map(
        ([bucket, all]) => [
          bucket,
          String(all.length),
          percent(mean(all.map(({ decision }) => decision.confidence))),
          percent(mean(all.map(({ outcome }) => Number(outcome.success)))),
        ],
      ),
    ),
  ].join('\n')
}

function lessonsText(lessons: readonly Experience[]): string[] {
  if (lessons.length === 0) return []
  const meanOf = (all: readonly Experience[], name: string): number =>
    mean(all.map(({ features }) => features[name] ?? 0))
  const rows = groups(lessons, ({ agent }) => agent).map(([agent, all]) => [
    agent,
    String(all.length),
    percent(meanOf(all, 'right')),
    `${meanOf(all, 'bps').toFixed(0)} bps`,
  ])
  return [
    heading('Lessons that agents remember'),
    table(['agent', 'lessons', 'came right', 'on average'], rows),
  ]
}

/** The judged decisions with the lowest and the highest realised value for their direction. */
export function bestAndWorst(
  judged: readonly JudgedDecision[],
): { best: JudgedDecision; worst: JudgedDecision } | undefined {
  const gain = ({ decision, outcome }: JudgedDecision): number =>
    outcome.value * Math.sign(decision.predicted_value ?? 0)
  const sorted = [...judged].sort((a, b) => gain(a) - gain(b))
  const [worst, best] = [sorted[0], sorted.at(-1)]
  return worst === undefined || best === undefined ? undefined : { best, worst }
}

export function judgedLine(label: string, { decision, outcome, verdict }: JudgedDecision): string {
  const when = isoOf(decision.known_at).slice(0, 10)
  return `${label}: ${decision.trajectory}: ${decision.agent} on ${when}: ${decision.action} at ${percent(decision.confidence)}, came ${percent(outcome.value)}, ${verdict.label}`
}

export function trajectoryText(name: string, { events }: Trajectory): string {
  const lines = events.map(({ event, position }) => {
    const when = isoOf(event.known_at).slice(0, 23)
    return `  ${when}  ${event.kind.padEnd(15)} ${event.agent.padEnd(19)} ${stepText(event)}  [${position.topic}/${position.partition}@${position.offset}]`
  })
  return [heading(`Trajectory ${name}`), ...lines].join('\n')
}

export function digestText(live: Digests, rebuilt: Digests): string {
  const rows = Object.keys(live).map((view) => [
    view,
    shorten(live[view] ?? ''),
    shorten(rebuilt[view] ?? ''),
    live[view] === rebuilt[view] ? 'equal' : 'DIFFERENT',
  ])
  return [
    heading('Views dropped and rebuilt from the log'),
    table(['view', 'live', 'rebuilt', ''], rows),
  ].join('\n')
}

function stepText(event: WaggleEvent): string {
  switch (event.kind) {
    case 'observation':
      return event.content
    case 'signal':
      return `${event.severity} ${event.message}`
    case 'proposal':
      return event.question
    case 'vote':
      return `${event.choice}: ${event.reasoning}`
    case 'proposal_result':
      return `${event.status}, turnout ${percent(event.turnout)}, evidence at offsets ${event.evidence.join(' ')}`
    case 'decision':
      return `${event.action} (${percent(event.confidence)}): ${event.reasoning}`
    case 'recall':
      return `${event.query}: ${event.found.length} found`
    case 'experience':
      return event.content
    case 'fact':
      return `${event.entity} ${event.attribute} ${event.value}`
    case 'lock_command':
      return `${event.op} ${event.resource}`
    case 'lock_result':
      return `${event.status} token ${event.token}`
    case 'fill':
      return `${Number(event.quantity) / 1e9} at ${Number(event.price) / 1e9}, fencing token ${event.fencing_token}`
    case 'outcome':
      return `${percent(event.value)}, ${event.success ? 'as predicted' : 'not as predicted'}`
    case 'verdict':
      return `${event.label}, ${event.rule} ${event.score.toFixed(3)}`
    default:
      return ''
  }
}

export function heading(text: string): string {
  return `\n${text}\n${'-'.repeat(text.length)}`
}

function performanceRow(of: Performance): string[] {
  return [
    percent(of.totalReturn),
    percent(of.yearlyReturn),
    percent(of.maxDrawdown),
    of.sharpe.toFixed(2),
  ]
}

function bucketOf(confidence: number): string {
  const low = Math.min(19, Math.floor(confidence * 20)) * 5
  return `${low}-${low + 5} %`
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const map = Map.groupBy(items, keyOf)
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function shorten(digest: string): string {
  return digest.length > 12 ? digest.slice(0, 12) : digest
}

function table(head: string[], rows: string[][]): string {
  const made = new Table({ head, style: { head: [], border: [] } })
  made.push(...rows)
  return made.toString()
}
