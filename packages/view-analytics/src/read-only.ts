import { WaggleError } from '@waggle/base'
import { tokensOf } from './sql-text.ts'

/** What a statement may be and see. */
export interface ReadScope {
  /** Statements that show and describe are allowed beside SELECT. */
  readonly shows: boolean
  /** Database of unqualified tables. */
  readonly database: string
  /** The reader may see a part of the rows only, so nothing that tells about the others either. */
  readonly partial: boolean
}

const SELECT_ONLY: ReadScope = { shows: false, database: 'default', partial: false }

const SELECT = /^(SelectWithUnionQuery|SelectIntersectExceptQuery)/
const SHOWS =
  /^(ShowTables|ShowCreateTableQuery|ShowColumns|ShowFunctions|DescribeQuery|Exists(Table|View|Database)Query)\b/
const EXPLAIN = /^Explain EXPLAIN( AST| SYNTAX| QUERY TREE| PIPELINE| ESTIMATE)?( \(|$)/
const EXPLAIN_WITHOUT_ROWS = /^Explain EXPLAIN (AST|SYNTAX)( \(|$)/

/** Table functions that only compute; all others reach files, networks, or tables past their row filter. */
const HARMLESS_TABLE_FUNCTIONS = new Set(['numbers', 'zeros', 'values', 'view', 'generateSeries'])
/** Our views with parameters; the engine has no functions of such names. */
const OUR_VIEWS = /^(\w+_as_of|diff_(decisions|fills|votes))$/

/**
 * Functions that leave the store wherever they stand: `file` reads any file as a value and behind IN, the
 * others call models, name servers, other servers or model files. The engine allows them to readers.
 */
const REACHING_FUNCTION =
  /^(file|ai[A-Z]\w*|reverseDNSQuery|showCertificate|catboostEvaluate|hasColumnInTable|logTrace)$/i

/** System tables without the queries of others, and without the settings of the machine. */
const SYSTEM_TABLES = new Set(
  `one numbers numbers_mt zeros zeros_mt settings functions formats data_type_families time_zones keywords
  build_options contributors licenses table_engines table_functions collations`.split(/\s+/),
)
/** These count rows, so only those who may see all rows may see them. */
const COUNTING_SYSTEM_TABLES = new Set(['tables', 'columns', 'databases', 'parts', 'parts_columns'])

/** Anything else could read differently alone and behind EXPLAIN AST, which takes settings. */
const FIRST_WORD = /^(SELECT|WITH|FROM|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN|\()$/i

/**
 * Refuses what the tree does not tell: a result written to a file, names that could fake its lines, and
 * statements without a first word of their own. Errors: INPUT_INVALID.
 */
export function assertReadable(sql: string): void {
  const tokens = [...tokensOf(sql)].filter(({ kind }) => kind !== 'blank')
  if (!FIRST_WORD.test(tokens[0]?.text ?? '')) throw refused('The statement is not one that reads')
  for (const { kind, text } of tokens) {
    if (kind === 'word' && text.toUpperCase() === 'OUTFILE')
      throw refused('INTO OUTFILE is not allowed')
    if (kind === 'name' && /\p{Cc}|\\/u.test(text))
      throw refused('A quoted name holds control characters or escapes', text)
  }
}

/**
 * Decides by the engine's own syntax tree (lines of EXPLAIN AST, indented by depth) whether a statement
 * only reads this store: an embedded engine has no users whose rights could say so. A `readonly` session
 * stands behind it. Errors: INPUT_INVALID.
 */
export function assertReadOnly(tree: readonly string[], scope = SELECT_ONLY): void {
  const root = tree[0] ?? ''
  if (!isAllowed(root, tree[1] ?? '', scope)) throw refused(`${root.split(' ')[0]} is not allowed`)
  tree.forEach((line, index) => {
    // Below the root, a literal is the file of INTO OUTFILE.
    if (line.startsWith(' Literal ')) throw refused('INTO OUTFILE is not allowed')
    const [, table] = /^\s*TableIdentifier (.*?)( \(alias |$)/.exec(line) ?? []
    if (table !== undefined) assertTable(table, scope)
    // Behind IN a table is a plain identifier.
    const [, inSystem] = /^\s*Identifier (system\.\w+)/i.exec(line) ?? []
    if (inSystem !== undefined) assertTable(inSystem, scope)
    const [, name] = /^\s*Function (\w+)/.exec(line) ?? []
    if (name === undefined) return
    const asTable = tree[index - 1]?.trimStart().startsWith('TableExpression') === true
    if (asTable && !HARMLESS_TABLE_FUNCTIONS.has(name) && !OUR_VIEWS.test(name)) {
      throw refused(`The table function ${name} is not allowed`, name)
    }
    if (REACHING_FUNCTION.test(name)) throw refused(`The function ${name} is not allowed`, name)
  })
}

function isAllowed(root: string, below: string, { shows, partial }: ReadScope): boolean {
  if (SELECT.test(root)) return true
  if (!shows) return false
  if (SHOWS.test(root)) return true
  return (partial ? EXPLAIN_WITHOUT_ROWS : EXPLAIN).test(root) && SELECT.test(below.trimStart())
}

function assertTable(table: string, { database, partial }: ReadScope): void {
  const [, from = database, name = ''] = /^(?:(\w+)\.)?(\w+)$/.exec(table) ?? []
  const seen =
    from === 'system'
      ? SYSTEM_TABLES.has(name) || (!partial && COUNTING_SYSTEM_TABLES.has(name))
      : from === database || (!partial && from.toLowerCase() === 'information_schema')
  if (name === '' || !seen) throw refused(`The table ${table} is not of this store`, table)
}

function refused(what: string, input?: string): WaggleError {
  return new WaggleError('INPUT_INVALID', what, {
    field: 'sql',
    ...(input === undefined ? {} : { input }),
  })
}
