import type { Answer } from '@waggle/api'
import type { CommandDeps } from './command.ts'
import { painter, printJson, printTable, timeText, type Cell } from './print.ts'

/** An answer as a table, with a line on standard error that says how fresh or which past it is; or as JSON, whole. */
export function printAnswer<T>(
  deps: CommandDeps,
  json: boolean,
  answer: Answer<readonly T[]>,
  columns: Readonly<Record<string, (row: T) => Cell>>,
): void {
  if (json) return printJson(deps, answer)
  const readers = Object.values(columns)
  const rows = answer.data.map((row) => readers.map((read) => read(row)))
  printTable(deps, Object.keys(columns), rows)
  sayFreshness(deps, answer)
}

export function sayFreshness(
  { terminal, environment, out }: CommandDeps,
  { freshness, past }: Pick<Answer<unknown>, 'freshness' | 'past'>,
): void {
  if (terminal.isTTY !== true) return
  const which =
    past === undefined
      ? `${Math.round(freshness.age_ms)} ms old`
      : `as of ${timeText(past.as_of)}, ${past.sealed ? 'sealed: final' : 'not sealed: may still change'}`
  terminal.write(`${painter({ out, environment })('dim', which)}\n`)
}
