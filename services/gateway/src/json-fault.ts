/** What may stand outside of strings: the one place in the text where the next thing is none of them is the fault. */
const TOKEN =
  /(?:([{}[\]:,])|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.]))/y

const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

type Mark = '{' | '['
type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'end'

/** Where a text stops being JSON; its length where it only breaks off. The engine's message does not always tell. */
export function jsonFaultAt(text: string): number {
  const open: Mark[] = []
  let wanted: Wanted | undefined = 'value'
  for (let at = 0; ;) {
    while (SPACE.has(text.charCodeAt(at))) at++
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (match === null) return at
    wanted = following(wanted, match[1], text[at] === '"', open)
    if (wanted === undefined) return at
    at = TOKEN.lastIndex
  }
}

/** What has to come behind a token; undefined where it may not stand. Moves the open brackets. */
function following(
  wanted: Wanted,
  mark: string | undefined,
  isText: boolean,
  open: Mark[],
): Wanted | undefined {
  const behind = (): Wanted => (open.length === 0 ? 'end' : ', or end')
  const isValue = wanted === 'value' || wanted === 'value or ]'
  switch (mark) {
    case '{':
    case '[':
      if (!isValue) return undefined
      open.push(mark)
      return mark === '{' ? 'name or }' : 'value or ]'
    case '}':
    case ']': {
      const empty = mark === '}' ? 'name or }' : 'value or ]'
      if (wanted !== ', or end' && wanted !== empty) return undefined
      return open.pop() === (mark === '}' ? '{' : '[') ? behind() : undefined
    }
    case ':':
      return wanted === ':' ? 'value' : undefined
    case ',':
      if (wanted !== ', or end') return undefined
      return open.at(-1) === '{' ? 'name' : 'value'
    default:
      if (isText && (wanted === 'name' || wanted === 'name or }')) return ':'
      return isValue ? behind() : undefined
  }
}
