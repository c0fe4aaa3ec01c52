import { isoOf } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { positionText, type WaggleEvent } from '@waggle/event'
import { causePath, type Divergence, type RunDiff } from '@waggle/fork'
import { jsonOf } from './event-lines.ts'

/** What a comparison of two runs says in the terminal: counts, gains, where it began, then each divergence. */
export function diffLines(diff: RunDiff, limit: number): string[] {
  const { kinds, equity, first, divergences } = diff
  const counts = kinds.map(({ kind, same, differ, onlyA, onlyB }) =>
    row(kind, same, differ, onlyA, onlyB),
  )
  const lines = [row('KIND', 'SAME', 'DIFFER', 'ONLY A', 'ONLY B'), ...counts, ...gainLines(equity)]
  if (first === undefined) return [...lines, 'The runs did the same.']
  const side = first.b === undefined ? diff.a : diff.b
  const path = causePath(side, (first.b ?? first.a)!)
  const agents = [...diff.firstByAgent].map(([agent, one]) => `  ${agent}: ${divergenceLine(one)}`)
  return [
    ...lines,
    `First divergence: ${divergenceLine(first)}`,
    ...path.map((known, depth) => `  ${'  '.repeat(depth)}${eventText(known)}`),
    'First of each agent:',
    ...agents,
    'All:',
    ...divergences.slice(0, limit).map((one) => `  ${divergenceLine(one)}`),
    ...(divergences.length > limit ? [`  and ${divergences.length - limit} more: --limit`] : []),
  ]
}

/** The same as lines of JSON: a summary, then a divergence in each. */
export function diffJson({ kinds, equity, same, divergences }: RunDiff, limit: number): string[] {
  const rows = divergences.slice(0, limit).map(({ name, agent, fields, a, b }) => ({
    name,
    agent,
    fields,
    a: a && { position: positionText(a.position), ...a.event },
    b: b && { position: positionText(b.position), ...b.event },
  }))
  const summary = { kinds, equity, same, divergences: divergences.length }
  return [summary, ...rows].map(jsonOf)
}

function gainLines({ a, b, widest }: RunDiff['equity']): string[] {
  if (a === undefined && b === undefined) return []
  const money = (gain: number | undefined): string => gain?.toFixed(2) ?? '-'
  const apart =
    widest === undefined
      ? ''
      : `, farthest apart at ${isoOf(widest.at)}: ${money(widest.a)} and ${money(widest.b)}`
  return [`Gain of A ${money(a)}, of B ${money(b)}${apart}`]
}

function divergenceLine({ name, a, b, fields }: Divergence): string {
  const at = isoOf((a ?? b)!.knownFrom)
  if (a === undefined) return `${at} only B: ${name}: ${whatOf(b!.event)}`
  if (b === undefined) return `${at} only A: ${name}: ${whatOf(a.event)}`
  return `${at} ${name}: ${whatOf(a.event)} | ${whatOf(b.event)} (${fields.join(', ')})`
}

function eventText({ event, position }: KnownEvent): string {
  return `${event.kind} of ${event.agent}: ${whatOf(event)} [${positionText(position)}]`
}

/** What a step says, in short. */
function whatOf(event: WaggleEvent): string {
  switch (event.kind) {
    case 'decision':
      return event.action
    case 'vote':
      return event.choice
    case 'fill':
      return `${Number(event.quantity) / 1e9} at ${Number(event.price) / 1e9}`
    case 'proposal':
      return event.question
    case 'proposal_result':
      return `${event.status} ${event.winner ?? ''}`.trim()
    case 'lock_result':
      return event.status
    default:
      return event.kind
  }
}

function row(kind: string, ...cells: readonly (string | number)[]): string {
  return kind.padEnd(18) + cells.map((cell) => String(cell).padStart(8)).join('')
}
