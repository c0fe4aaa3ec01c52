/** A name as its source declares it, read from the text. */
export interface Declaration {
  readonly kind: 'function' | 'class' | 'constant' | 'interface' | 'type'
  /** What stands behind the name, on one line: parameters and result, or the type itself. */
  readonly signature: string | undefined
  /** First sentence of the comment above it. */
  readonly says: string | undefined
}

const OPENS = '([{<'
const CLOSES = ')]}>'
const WORDS =
  /^export (?:async )?(?:abstract )?(function\*?|class|const|interface|type|enum) (\w+)\b/gm

/** Declaration of an exported name; undefined where this text has none. */
export function declarationOf(text: string, name: string): Declaration | undefined {
  const found = [...text.matchAll(WORDS)].find(([, , declared]) => declared === name)
  if (found === undefined) return undefined
  const rest = withoutComments(text.slice(found.index + found[0].length))
  const says = firstSentence(commentAbove(text.slice(0, found.index)))
  const word = found[1]!
  if (word.startsWith('function')) return { kind: 'function', signature: callOf(rest), says }
  if (word === 'class') return { kind: 'class', signature: undefined, says }
  if (word === 'interface') return { kind: 'interface', signature: undefined, says }
  if (word === 'type') return { kind: 'type', signature: onOneLine(typeOf(rest)), says }
  const arrow = /^ = (?:async )?(?=[(<])/.exec(rest)
  const call = arrow === null ? undefined : callOf(rest.slice(arrow[0].length))
  return call?.includes('):') === true
    ? { kind: 'function', signature: call, says }
    : { kind: 'constant', signature: undefined, says }
}

/** Type parameters, parameters and result of what begins here. */
function callOf(text: string): string {
  let end = endOf(text, 0, (at) => text[at] === '(')
  end = endOf(text, end, (at) => text[at - 1] === ')' && at > end)
  const result = endOf(text, end, (at) => /^(?: \{\n| =>|\n|$)/.test(text.slice(at, at + 3)))
  return onOneLine(text.slice(0, result))
}

function typeOf(text: string): string {
  const from = text.indexOf('=') + 1
  return text.slice(
    from,
    endOf(text, from, (at) => /^(?:\n(?! )|$)/.test(text.slice(at, at + 3))),
  )
}

/** First place from `from` on, outside of brackets and quotes, at which `stops` holds. */
function endOf(text: string, from: number, stops: (at: number) => boolean): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const letter = text[at]!
    if (depth === 0 && stops(at)) return at
    if (letter === "'" || letter === '`') at = closing(text, letter, at)
    else if (OPENS.includes(letter)) depth++
    else if (CLOSES.includes(letter) && text[at - 1] !== '=') depth--
  }
  return text.length
}

function closing(text: string, quote: string, from: number): number {
  const at = text.indexOf(quote, from + 1)
  return at < 0 ? text.length : at
}

/** Their apostrophes are no quotes. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=\s)\/\/.*$/gm, '')
}

function onOneLine(text: string): string {
  return text
    .replaceAll(/(?<![{([<|&,=:?]|=>)\n\s*(?=readonly |\w+\??[:(])/g, '; ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/,? (?=[)\]>])|(?<=[([<]) /g, '')
    .replace(/^ ?\| /, '')
    .trim()
}

function commentAbove(before: string): string {
  const start = before.lastIndexOf('/**')
  const comment = start < 0 ? '' : before.slice(start)
  if (!/^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.test(comment)) return ''
  return comment
    .slice(3)
    .replace(/\*\/\n$/, '')
    .replaceAll(/^ *\* ?/gm, '')
    .trim()
}

function firstSentence(comment: string): string | undefined {
  const [paragraph = ''] = comment.split(/\n\s*\n|\n@|^@/)
  const text = paragraph.replaceAll(/\s+/g, ' ').replaceAll(/\{@link (\S+)\}/g, '`$1`')
  if (text === '') return undefined
  return /^.*?[.!?](?= [A-Z`]|$)/.exec(text)?.[0] ?? text
}
