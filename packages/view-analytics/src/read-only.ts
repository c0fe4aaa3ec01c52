import { WaggleError } from '@waggle/base'

/** Table functions that only compute; all others reach files, networks or other databases. */
const HARMLESS_TABLE_FUNCTIONS = new Set(['numbers', 'zeros', 'values', 'view', 'generateSeries'])

/** An analyst's query is one statement; semicolons, even in texts, are refused for the sake of certainty. */
export function singleStatement(sql: string): string {
  if (!sql.includes(';')) return sql
  throw new WaggleError('INPUT_INVALID', 'A query is one statement without a semicolon', {
    field: 'sql',
  })
}

/**
 * Decides by the engine's own syntax tree (lines of EXPLAIN AST, indented by depth) whether a statement
 * only reads: an embedded engine has no users whose rights could say so.
 */
export function assertReadOnly(tree: readonly string[]): void {
  if (!/^SelectWithUnionQuery|^SelectIntersectExceptQuery/.test(tree[0] ?? '')) {
    throw new WaggleError(
      'INPUT_INVALID',
      `Only SELECT is allowed, this is ${tree[0]?.split(' ')[0]}`,
      { field: 'sql' },
    )
  }
  tree.forEach((line, index) => {
    if (!line.trimStart().startsWith('TableExpression')) return
    const [, name] = /^\s*Function (\w+)/.exec(tree[index + 1] ?? '') ?? []
    if (name === undefined || HARMLESS_TABLE_FUNCTIONS.has(name)) return
    throw new WaggleError('INPUT_INVALID', `The table function ${name} is not allowed`, {
      field: 'sql',
      input: name,
    })
  })
}
