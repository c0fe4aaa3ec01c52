import { microsOf, WaggleError, type Micros } from '@waggle/base'
import { parsePosition, type Position } from '@waggle/event'

export const FIGURES = ['equity', 'return', 'brier', 'hit-rate'] as const
export type Figure = (typeof FIGURES)[number]

/** What can be explained. */
export type Claim =
  | { readonly kind: 'decision'; readonly id: string }
  | { readonly kind: 'proposal'; readonly proposal: string }
  | { readonly kind: 'lock'; readonly resource: string; readonly token: number }
  | { readonly kind: 'holding'; readonly agent: string; readonly instrument: string }
  | { readonly kind: 'pattern'; readonly id: string }
  | {
      readonly kind: 'figure'
      readonly figure: Figure
      readonly agent: string
      /** Undefined for now. */
      readonly at: Micros | undefined
    }
  | { readonly kind: 'row'; readonly table: string; readonly position: Position }

export const CLAIMS = [
  'decision:ID',
  'proposal:NAME',
  'lock:RESOURCE/TOKEN',
  'holding:AGENT/INSTRUMENT',
  'pattern:ID',
  `figure:${FIGURES.join('|')}/AGENT[@TIME]`,
  'row:TABLE/TOPIC/PARTITION/OFFSET',
] as const

/** INPUT_INVALID for a text that claims nothing, with what it may be. */
export function parseClaim(text: string): Claim {
  const colon = text.indexOf(':')
  const rest = text.slice(colon + 1)
  const claim = rest === '' ? undefined : claimOf(text.slice(0, Math.max(0, colon)), rest)
  if (claim !== undefined) return claim
  const what = `${text.slice(0, 80)} is no claim: it is one of ${CLAIMS.join(', ')}`
  throw new WaggleError('INPUT_INVALID', what, { field: 'claim', input: text.slice(0, 80) })
}

function claimOf(kind: string, rest: string): Claim | undefined {
  switch (kind) {
    case 'decision':
    case 'pattern':
      return { kind, id: rest }
    case 'proposal':
      return { kind, proposal: rest }
    case 'lock':
      return lockOf(rest)
    case 'holding': {
      // Agents are named without a slash, currency pairs with one.
      const [, agent, instrument] = /^([^/]+)\/(.+)$/.exec(rest) ?? []
      return agent === undefined ? undefined : { kind, agent, instrument: instrument! }
    }
    case 'figure':
      return figureOf(rest)
    case 'row': {
      const [, table, topic, partition, offset] =
        /^([a-z_]+)\/([^/]+)\/(\d+)[/@](\d+)$/.exec(rest) ?? []
      const position = parsePosition(`${topic}/${partition}@${offset}`)
      return table === undefined || position === undefined ? undefined : { kind, table, position }
    }
    default:
      return undefined
  }
}

function lockOf(rest: string): Claim | undefined {
  const [, resource, digits] = /^(.+)\/(\d{1,15})$/.exec(rest) ?? []
  return resource === undefined ? undefined : { kind: 'lock', resource, token: Number(digits) }
}

function figureOf(rest: string): Claim | undefined {
  const [, name, agent, time] = /^([a-z-]+)\/([^@]+)(?:@(.+))?$/.exec(rest) ?? []
  const figure = FIGURES.find((one) => one === name)
  const at = time === undefined ? undefined : microsOf(time)
  if (figure === undefined || agent === undefined || Number.isNaN(at)) return undefined
  return { kind: 'figure', figure, agent, at }
}
