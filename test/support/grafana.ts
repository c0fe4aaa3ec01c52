import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../infra/grafana/dashboards', import.meta.url))

interface Panel {
  readonly title: string
  readonly type: string
  readonly datasource: { readonly uid: string }
  readonly targets: readonly { readonly expr?: string; readonly rawSql?: string }[]
}

export interface Dashboard {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; query: string }[] }
}

export function readDashboards(): Dashboard[] {
  return readdirSync(FOLDER).map(
    (name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Dashboard,
  )
}

export interface PanelContext {
  /** Seconds since 1970. */
  readonly from: number
  readonly to: number
  readonly intervalSeconds: number
  /** Chosen values by variable. */
  readonly variables: Readonly<Record<string, readonly string[]>>
}

/** The SQL of a panel as Grafana and its ClickHouse plugin send it. */
export function expandSql(sql: string, context: PanelContext): string {
  const { from, to, intervalSeconds, variables } = context
  const expanded = sql
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) =>
      (variables[name] ?? []).map((value) => `'${value.replaceAll("'", "''")}'`).join(','),
    )
    .replaceAll(
      /\$__timeFilter\(([^)]+)\)/g,
      (_, column: string) => `${column} >= toDateTime(${from}) AND ${column} <= toDateTime(${to})`,
    )
    .replaceAll(
      /\$__timeInterval\(([^)]+)\)/g,
      (_, column: string) =>
        `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds} second)`,
    )
    .replaceAll('$__interval_s', String(intervalSeconds))
  const left = /\$[_{]\S*/.exec(expanded)
  if (left !== null) throw new Error(`Unknown to Grafana: ${left[0]}`)
  return expanded
}

const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'])
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g

/** Names of the metrics and of the labels that a PromQL expression asks for. */
export function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const bare = expression.replaceAll(/"[^"]*"/g, '')
  const matchers = [...bare.matchAll(/\{([^}]*)\}/g)].map(([, inner]) => inner!)
  const groups = [...bare.matchAll(GROUPING)].map(([, inner]) => inner!)
  const rest = bare
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(GROUPING, ' ')
    .matchAll(/[a-zA-Z_:][\w:]*(?!\w|\s*\()/g)
  return {
    metrics: [...rest].map(([name]) => name).filter((name) => !WORDS.has(name.toLowerCase())),
    labels: [...matchers, ...groups].flatMap((text) => text.match(/[a-zA-Z_]\w*/g) ?? []),
  }
}
