import { assertReadable, assertReadOnly, sealStatement } from '@waggle/view-analytics'
import { ClickHouseFault } from './clickhouse-error.ts'
import type { Engine, EngineAnswer, EngineSession } from './engine.ts'
import type { FacadeUser } from './facade-user.ts'
import { requestedSettings, sessionSettings, setStatement } from './query-settings.ts'
import type { FacadeRequest } from './request.ts'
import { swarmFilter } from './row-filter.ts'
import { formatOf, statementOf } from './statement.ts'

export interface QueryAnswer extends EngineAnswer {
  readonly format: string
  readonly wrote: boolean
}

const DEFAULT_FORMAT = 'TabSeparated'

/** Runs what a request asks in a session of its own. Errors: those of ClickHouse, as it words them. */
export async function runQuery(
  engine: Engine,
  user: FacadeUser,
  request: FacadeRequest,
  fallbackFormat = DEFAULT_FORMAT,
): Promise<QueryAnswer> {
  const { params, body } = request
  const statement = statementOf(params.get('query') ?? '', body)
  const fallback = formatName(params.get('default_format') ?? fallbackFormat)
  const settings = sessionSettings(user, requestedSettings(params))
  const bound = [...params].filter(([name]) => /^param_\w+$/.test(name))
  return engine.withSession(async (session) => {
    const database = params.get('database') ?? engine.database
    if (database !== engine.database) {
      if (user.role === 'analyst' || !/^\w+$/.test(database)) throw noDatabase(database)
      await session.run(`USE ${database}`)
    }
    if (user.role === 'analyst' && user.swarm !== undefined) {
      settings.set(
        'additional_table_filters',
        await swarmFilter(session, engine.database, user.swarm),
      )
    }
    const readonly = settings.get('readonly')
    settings.delete('readonly')
    const last = readonly === undefined ? [] : ([['readonly', readonly]] as const)
    const sets = [...bound, ...settings, ...last]
    if (sets.length > 0) await session.run(setStatement(sets))
    if (typeof statement !== 'string' && user.role === 'writer') {
      return { ...(await session.insert(statement)), format: fallback, wrote: true }
    }
    const sql = typeof statement === 'string' ? statement : 'INSERT'
    const format = formatOf(sql, fallback)
    const asked =
      user.role === 'analyst'
        ? await readableStatement(session, { ...user, database }, sql, bound)
        : sql
    return { ...(await session.run(asked, fallback)), format, wrote: false }
  })
}

/** The statement as an analyst may run it; the engine's own syntax tree decides. */
export async function readableStatement(
  session: Pick<EngineSession, 'lines'>,
  { swarm, database }: Pick<FacadeUser, 'swarm'> & { readonly database: string },
  sql: string,
  bound: readonly (readonly [string, string])[],
): Promise<string> {
  if (/^\s*INSERT\b/i.test(sql))
    throw new ClickHouseFault('READONLY', 'Cannot execute query in readonly mode')
  assertReadable(sql)
  if (/:\s*Identifier\s*\}/.test(sql) && bound.some(([, value]) => /\p{Cc}|\\/u.test(value))) {
    throw new ClickHouseFault('ACCESS_DENIED', 'An identifier holds control characters or escapes')
  }
  const sealed = oneStatement(sql)
  const tree = await session.lines(`EXPLAIN AST ${sealed}`)
  assertReadOnly(tree, { shows: true, database, partial: swarm !== undefined })
  return sealed
}

function oneStatement(sql: string): string {
  try {
    return sealStatement(sql)
  } catch {
    throw new ClickHouseFault('SYNTAX_ERROR', 'Multi-statements are not allowed')
  }
}

function formatName(format: string): string {
  if (!/^\w+$/.test(format)) throw new ClickHouseFault('BAD_ARGUMENTS', `Unknown format ${format}`)
  // chdb has an alias of its own with this name.
  return format === 'arrow' ? 'Arrow' : format
}

function noDatabase(name: string): ClickHouseFault {
  return new ClickHouseFault('UNKNOWN_DATABASE', `Database ${name} does not exist`)
}
