import { isoOf } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { positionText } from '@waggle/event'

/** One event in one line: when it became known, who said what kind of thing, its id and where it stands. */
export function eventLine({ event, position, knownFrom, late }: KnownEvent, indent = ''): string {
  const time = `${isoOf(knownFrom)}${late ? '*' : ' '}`
  return `${time} ${indent}${event.kind.padEnd(16)} ${event.agent}  ${event.id}  ${positionText(position)}`
}

/** The whole event as a line of JSON; numbers beyond those of JSON are texts. */
export function eventJson({ event, position, knownFrom, late }: KnownEvent): string {
  return jsonOf({ position: positionText(position), known_from: knownFrom, late, ...event })
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? String(item) : item,
  )
}

/** Lines that are written together once they have so many characters. */
export function bufferedLines(out: { write(text: string): unknown }, chars: number) {
  let text = ''
  const flush = (): void => {
    if (text !== '') out.write(text)
    text = ''
  }
  const write = (line: string): void => {
    text += `${line}\n`
    if (text.length > chars) flush()
  }
  return { write, flush }
}
