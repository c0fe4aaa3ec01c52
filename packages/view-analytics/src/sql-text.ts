import { WaggleError } from '@waggle/base'

/**
 * `text` is a literal, `name` a quoted identifier, `heredoc` a `$tag$` literal, `blank` spaces and comments,
 * `word` a bare word or number, `symbol` any other single character.
 */
export type TokenKind = 'text' | 'name' | 'heredoc' | 'blank' | 'word' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Where it begins. */
  readonly start: number
}

/** Cuts SQL the way ClickHouse does. Nothing is lost: the texts of all tokens make the SQL again. */
export function* tokensOf(sql: string): Generator<Token> {
  for (let start = 0; start < sql.length;) {
    const [kind, end] = tokenAt(sql, start)
    yield { kind, text: sql.slice(start, end), start }
    start = end
  }
}

const BLANK = /\s+/y
const WORD = /\w+/y
const HEREDOC = /\$\w*\$/y

function tokenAt(sql: string, start: number): [kind: TokenKind, end: number] {
  const char = sql[start]!
  const two = sql.slice(start, start + 2)
  if (char === "'") return ['text', quoteEnd(sql, start)]
  if (char === '"' || char === '`') return ['name', quoteEnd(sql, start)]
  if (two === '--' || two === '# ' || two === '#!') return ['blank', behind(sql, '\n', start)]
  if (two === '/*') return ['blank', behind(sql, '*/', start + 2)]
  const blank = matchAt(BLANK, sql, start)
  if (blank !== undefined) return ['blank', start + blank.length]
  const word = matchAt(WORD, sql, start)
  if (word !== undefined) return ['word', start + word.length]
  const tag = matchAt(HEREDOC, sql, start)
  if (tag !== undefined) return ['heredoc', behind(sql, tag, start + tag.length)]
  return ['symbol', start + 1]
}

function matchAt(pattern: RegExp, sql: string, start: number): string | undefined {
  pattern.lastIndex = start
  return pattern.exec(sql)?.[0]
}

function behind(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from)
  return at < 0 ? sql.length : at + mark.length
}

function quoteEnd(sql: string, start: number): number {
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++
    else if (sql[at] === sql[start]) {
      if (sql[at + 1] !== sql[start]) return at + 1
      at++
    }
  }
  return sql.length
}

/**
 * The same single statement without any semicolon: those in literals and names are escaped, those in
 * comments and at the end are dropped. Then no disagreement with ClickHouse about where a literal ends can
 * start a second statement. Errors: INPUT_INVALID for two statements, or a semicolon in a heredoc.
 */
export function sealStatement(sql: string): string {
  if (!sql.includes(';')) return sql
  let sealed = ''
  let ended = false
  for (const { kind, text } of tokensOf(sql)) {
    if (kind === 'blank') sealed += text.replaceAll(';', ' ')
    else if (text === ';') ended = true
    else if (ended) throw twoStatements()
    else sealed += text.includes(';') ? escapeSemicolons(kind, text) : text
  }
  return sealed
}

function escapeSemicolons(kind: TokenKind, text: string): string {
  if (kind !== 'text' && kind !== 'name') throw twoStatements()
  return text.replaceAll(/\\[^;]|\\?;/gs, (found) => {
    if (found === ';') return String.raw`\x3B`
    // ClickHouse takes an escape it does not know as a backslash and the character.
    return found === '\\;' ? String.raw`\\\x3B` : found
  })
}

function twoStatements(): WaggleError {
  return new WaggleError('INPUT_INVALID', 'A query is one statement', { field: 'sql' })
}
