import { tokensOf, type Token } from '@waggle/view-analytics'

/** An INSERT whose rows came as bytes. */
export interface DataInsert {
  /** The INSERT, reading `file` in place of the bytes. */
  statement(file: string): string
  readonly data: Buffer
}

/** Statements are looked for in this much of a body; bytes of an INSERT may follow. */
const HEAD_BYTES_MAX = 262_144

/**
 * The statement of a request: its `query` parameter, with the body behind it, as ClickHouse joins them. An
 * INSERT that names a format is cut into statement and bytes, which are never read as text.
 */
export function statementOf(query: string, body: Buffer): string | DataInsert {
  const head = query === '' ? body.subarray(0, HEAD_BYTES_MAX).toString('latin1') : query
  const cut = cutInsert(head)
  if (cut === undefined) {
    const text = body.toString()
    return query === '' ? text : text === '' ? query : `${query}\n${text}`
  }
  // Latin 1 has one character for each byte, so places in the text are places in the body.
  const decode = (text: string): string =>
    query === '' ? Buffer.from(text, 'latin1').toString() : text
  return {
    statement: (file) =>
      `${decode(head.slice(0, cut.source))}\nFROM INFILE '${file}' ${decode(head.slice(cut.source, cut.end))}`,
    data: query === '' ? body.subarray(dataStart(body, cut.end)) : body,
  }
}

/** Format of the result: that of the FORMAT clause if there is one. */
export function formatOf(sql: string, fallback: string): string {
  const words = topLevel(tokensOf(sql))
  const at = words.findLastIndex(({ text }) => text.toUpperCase() === 'FORMAT')
  const name = words[at + 1]
  return at > 0 && name?.kind === 'word' ? name.text : fallback
}

/** `source` is where FROM INFILE may stand, `end` the end of the statement. */
function cutInsert(sql: string): { source: number; end: number } | undefined {
  let source: number | undefined
  const words = topLevel(tokensOf(sql), 'FORMAT')
  if (words[0]?.text.toUpperCase() !== 'INSERT') return undefined
  for (const [index, { text, start }] of words.entries()) {
    const word = text.toUpperCase()
    if (word === 'SELECT' || word === 'WITH' || word === 'VALUES') return undefined
    if (word === 'SETTINGS') source = start
    const name = words[index + 1]
    if (word === 'FORMAT' && name !== undefined && name.text.toUpperCase() !== 'VALUES') {
      return { source: source ?? start, end: name.start + name.text.length }
    }
  }
  return undefined
}

/** Tokens outside of parentheses, up to the one behind `last`. */
function topLevel(tokens: Iterable<Token>, last?: string): Token[] {
  const found: Token[] = []
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(') depth++
    else if (token.text === ')') depth--
    else if (depth === 0 && token.kind !== 'blank') {
      found.push(token)
      if (last !== undefined && found.at(-2)?.text.toUpperCase() === last) break
    }
  }
  return found
}

/** Rows begin behind blanks and one end of line, as ClickHouse's parser has it. */
function dataStart(body: Buffer, end: number): number {
  let at = end
  while (body[at] === 0x20 || body[at] === 0x09 || body[at] === 0x0c) at++
  if (body[at] === 0x0d) at++
  return body[at] === 0x0a ? at + 1 : at
}
