import { WaggleError } from '@waggle/base'

/** Table functions that only compute; all others reach files, networks or other databases. */
const HARMLESS_TABLE_FUNCTIONS = new Set(['numbers', 'zeros', 'values', 'view', 'generateSeries'])

/**
 * Functions that leave the store wherever they stand: `file` reads any file as a value and behind IN, the
 * others call models, name servers or model files. The engine allows them to readers.
 */
const REACHING_FUNCTION = /^(file|ai[A-Z]\w*|reverseDNSQuery|showCertificate|catboostEvaluate)$/i

/** An analyst's query is one statement; semicolons, even in texts, are refused for the sake of certainty. */
export function singleStatement(sql: string): string {
  if (!sql.includes(';')) return sql
  throw refused('A query is one statement without a semicolon')
}

/**
 * Decides by the engine's own syntax tree (lines of EXPLAIN AST, indented by depth) whether a statement
 * only reads this store: an embedded engine has no users whose rights could say so. A `readonly` session
 * stands behind it.
 */
export function assertReadOnly(tree: readonly string[]): void {
  if (!/^SelectWithUnionQuery|^SelectIntersectExceptQuery/.test(tree[0] ?? '')) {
    throw refused(`Only SELECT is allowed, this is ${tree[0]?.split(' ')[0]}`)
  }
  tree.forEach((line, index) => {
    const [, table] = /^\s*TableIdentifier (.*?)( \(alias |$)/.exec(line) ?? []
    if (table !== undefined && !/^\w+(\.\w+)?$/.test(table)) {
      throw refused(`The table ${table} is not of this store`, table)
    }
    const [, name] = /^\s*Function (\w+)/.exec(line) ?? []
    if (name === undefined) return
    const asTable = tree[index - 1]?.trimStart().startsWith('TableExpression') === true
    if (asTable && !HARMLESS_TABLE_FUNCTIONS.has(name)) {
      throw refused(`The table function ${name} is not allowed`, name)
    }
    if (REACHING_FUNCTION.test(name)) throw refused(`The function ${name} is not allowed`, name)
  })
}

function refused(what: string, input?: string): WaggleError {
  return new WaggleError('INPUT_INVALID', what, {
    field: 'sql',
    ...(input === undefined ? {} : { input }),
  })
}
