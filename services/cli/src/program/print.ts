import { styleText } from 'node:util'
import { isoOf } from '@waggle/base'
import type { CommandDeps } from './command.ts'

export type Cell = string | number | boolean | null | undefined
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/** Colours where a person looks and wants them; https://no-color.org */
export function painter({ out, environment }: Pick<CommandDeps, 'out' | 'environment'>) {
  const noColor = environment['NO_COLOR']
  const isOn = out.isTTY === true && (noColor === undefined || noColor === '')
  return (style: Style, text: string): string =>
    isOn ? styleText(style, text, { validateStream: false }) : text
}

/** A line of headings and rows in columns, no wider than the terminal: what is cut ends with an ellipsis. */
export function printTable(
  deps: Pick<CommandDeps, 'out' | 'environment'>,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const { out } = deps
  const [head = '', ...lines] = tableLines(headings, rows, out.columns)
  const paint = painter(deps)
  out.write(`${[paint('bold', head), ...lines].join('\n')}\n`)
}

const GAP = 2

export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns: number | undefined,
): string[] {
  const texts = [headings, ...rows.map((row) => row.map(cellText))]
  const widths = headings.map((_, at) => Math.max(...texts.map((row) => (row[at] ?? '').length)))
  return texts.map((row) => {
    const line = widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' '.repeat(GAP))
    return cut(line.trimEnd(), columns)
  })
}

export function cut(line: string, columns: number | undefined): string {
  // A terminal that does not say how wide it is has 0.
  const width = columns === undefined || columns === 0 ? Infinity : columns
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** One line, whatever the text holds: no control characters of strangers reach the terminal. */
export function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '-'
  // oxlint-disable-next-line no-control-regex
  return String(cell).replace(/[\u0000-\u001F\u007F-\u009F]+/g, ' ')
}

/** ISO 8601 in UTC, to the second. */
export function timeText(micros: number | null): string {
  return micros === null ? '-' : `${isoOf(micros).slice(0, 19)}Z`
}

export function printJson({ out }: Pick<CommandDeps, 'out'>, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`)
}
