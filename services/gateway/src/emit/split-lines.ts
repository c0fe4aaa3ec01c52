/** A line of a body, counted from 1; undefined text for one that is longer than it may be. */
export interface BodyLine {
  readonly line: number
  readonly text: string | undefined
}

const NEWLINE = 0x0a

/**
 * The lines of a body, as many at a time as a chunk brought. Blank ones are counted and left out. What is too long is
 * passed over without being kept.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<BodyLine[]> {
  const decoder = new TextDecoder()
  let kept: Uint8Array[] = []
  let bytes = 0
  let line = 1
  const keep = (part: Uint8Array): void => {
    bytes += part.length
    if (bytes <= lineBytesMax) kept.push(part)
    else kept = []
  }
  const take = (): BodyLine[] => {
    const text = bytes > lineBytesMax ? undefined : decoder.decode(Buffer.concat(kept))
    kept = []
    bytes = 0
    const found = { line: line++, text }
    return text?.trim() === '' ? [] : [found]
  }
  for await (const chunk of chunks) {
    const lines: BodyLine[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, to))
      lines.push(...take())
      from = to + 1
    }
    // A part of a line is copied: the chunk it came in is the server's.
    if (from < chunk.length) keep(chunk.slice(from))
    if (lines.length > 0) yield lines
  }
  if (bytes > 0) {
    const last = take()
    if (last.length > 0) yield last
  }
}
