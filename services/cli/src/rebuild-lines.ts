import type { RowDifference } from '@waggle/consume'
import type { Built } from './rebuild-target.ts'
import { counted } from './terminal.ts'

export interface Compared {
  readonly differences: number
  /** The first of them. */
  readonly shown: readonly RowDifference[]
}

/** What a command did. */
export interface Rebuilt {
  readonly view: string
  readonly built?: Built
  /** Undefined where nothing was compared. */
  readonly compared?: Compared | undefined
  readonly switched?: boolean
  readonly rolledBack?: boolean
  /** Instances deleted. */
  readonly dropped?: number
}

/** Characters of a row, which may hold a whole document. */
const SHOWN_MAX = 200

/** One object, one line; rows are whole in it. */
export function rebuiltJson({ compared, ...rebuilt }: Rebuilt): string {
  const flat =
    compared === undefined ? {} : { differences: compared.differences, shown: compared.shown }
  return `${JSON.stringify({ ...rebuilt, ...flat })}\n`
}

export function rebuiltLines({ view, built, compared, ...rest }: Rebuilt): string {
  const lines: string[] = []
  if (built !== undefined) lines.push(`${view}: ${counted(built.records)} records read`)
  if (built !== undefined && built.refused > 0)
    lines.push(`${counted(built.refused)} records are refused by the view`)
  if (compared !== undefined) {
    const { differences, shown } = compared
    lines.push(...shown.map(differenceLine))
    if (differences > shown.length)
      lines.push(`... and ${counted(differences - shown.length)} more; --limit shows them`)
    lines.push(differences === 1 ? '1 difference' : `${counted(differences)} differences`)
  }
  if (rest.switched === true)
    lines.push('The new one is in place; --rollback takes the old one back')
  if (rest.rolledBack === true) lines.push(`${view}: the one before the last switch is back`)
  if (rest.dropped !== undefined) lines.push(`${view}: ${rest.dropped} deleted`)
  return `${lines.join('\n')}\n`
}

function differenceLine(one: RowDifference): string {
  const key = short(one.key)
  if (one.is === 'added') return `added    ${key}: ${short(one.shadow)}`
  if (one.is === 'removed') return `removed  ${key}: ${short(one.live)}`
  const [live, shadow] = aroundChange(one.live, one.shadow)
  return `changed  ${key}: ${live} -> ${shadow}`
}

function short(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}...`
}

/** Long rows mostly agree: shown is where they part. */
function aroundChange(live: string, shadow: string): [string, string] {
  let at = 0
  while (at < live.length && live[at] === shadow[at]) at++
  const from = Math.max(0, at - SHOWN_MAX / 4)
  const cut = (text: string): string => short(from === 0 ? text : `...${text.slice(from)}`)
  return live.length <= SHOWN_MAX && shadow.length <= SHOWN_MAX
    ? [live, shadow]
    : [cut(live), cut(shadow)]
}
