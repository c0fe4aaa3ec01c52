import { readFile } from 'node:fs/promises'
import { WaggleError } from '@waggle/base'
import { z } from 'zod'
import { defineCommand, option, type CommandDeps } from '../program/command.ts'
import { printJson, printTable, type Cell } from '../program/print.ts'
import { GATEWAY_OPTIONS, SWARM_OPTIONS, withGateway } from './session.ts'

const text = z.string().min(1).optional()

export const SQL = defineCommand({
  details: `Read-only and within limits; docs/analysts.md lists tables and views. {name:Type} in the query is a parameter.`,
  args: { query: option('QUERY', 'the SELECT; standard input if it is -', text) },
  options: {
    ...GATEWAY_OPTIONS,
    swarm: SWARM_OPTIONS.swarm,
    file: option('FILE', 'the SELECT stands in a file', text),
    param: option('NAME=VALUE,...', 'values of parameters', text),
    'max-rows': option('N', 'most rows', z.coerce.number().int().min(1).max(100_000).default(1000)),
    format: option(
      'table|csv|ndjson',
      'of the answer',
      z.enum(['table', 'csv', 'ndjson']).default('table'),
    ),
  },
  examples: [
    'sql "SELECT agent, count() AS decisions FROM decisions GROUP BY agent"',
    'sql "SELECT * FROM votes WHERE agent = {agent:String}" --param agent=ada --format csv',
  ],
  check: ({ query, file }) =>
    (query === undefined) === (file === undefined) ? { query: 'give a query, or --file' } : {},
  run: (wanted, deps) =>
    withGateway(
      wanted,
      deps,
      async ({ client, swarm }) => {
        const body = {
          query: await queryOf(wanted, deps),
          params: paramsOf(wanted.param),
          max_rows: wanted['max-rows'],
        }
        const scope = swarm === undefined ? {} : { swarm }
        const { data } = await client.call('sql', { ...scope, body })
        const names = data.columns.map(({ name }) => name)
        if (wanted.json) printJson(deps, data)
        else print(deps, wanted.format, names, data.rows)
        if (data.truncated) deps.terminal.write('There are more rows: --max-rows\n')
        return 0
      },
      { analytics: true },
    ),
})

async function queryOf(
  { query, file }: { query: string | undefined; file: string | undefined },
  { input }: CommandDeps,
): Promise<string> {
  if (file !== undefined) return readFile(file, 'utf8')
  if (query !== '-') return query!
  let typed = ''
  for await (const chunk of input) typed += String(chunk)
  return typed
}

function paramsOf(list: string | undefined): Record<string, string> {
  const pairs = list?.split(',') ?? []
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new WaggleError('CONFIG_INVALID', `--param: ${pair} is no NAME=VALUE`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

function print(
  deps: CommandDeps,
  format: 'table' | 'csv' | 'ndjson',
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
): void {
  if (format === 'table')
    return printTable(
      deps,
      names,
      rows.map((row) => row.map(cellOf)),
    )
  const lineOf =
    format === 'csv'
      ? (row: readonly unknown[]) => row.map(csvCell).join(',')
      : (row: readonly unknown[]) =>
          JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at]])))
  const head = format === 'csv' ? [names.map(csvCell).join(',')] : []
  for (const line of [...head, ...rows.map(lineOf)]) deps.out.write(`${line}\n`)
}

function cellOf(value: unknown): Cell {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell)
}

/** RFC 4180. */
function csvCell(value: unknown): string {
  const shown = String(cellOf(value) ?? '')
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
