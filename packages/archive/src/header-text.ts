import { isoOf } from '@waggle/base'
import type { EnvelopeView } from '@waggle/codec'
import type { Headers } from '@waggle/log'

/**
 * Headers repeat what the event says: its id three times, its time, its cause. In the archive they are a JSON
 * object in which such texts are references, so that the headers of many records are one text:
 *
 *   $id  id of the event    $hex  the same without dashes    $span  its last 16 digits
 *   $time  occurred_at, ISO 8601 with microseconds    $cause  id of its cause    $$  a dollar
 */
const REFERENCE = /\$(\$|id|hex|span|time|cause)/g

/** Headers -> text. Without an envelope (a record that was refused) nothing is a reference. */
export function headersToText(headers: Headers, envelope: EnvelopeView | undefined): string {
  const entries = Object.entries(headers)
  if (entries.length === 0) return ''
  if (envelope === undefined) return JSON.stringify(mapped(entries, escaped))
  const terms = termsOf(envelope)
  const text = JSON.stringify(mapped(entries, (value) => shortened(value, terms)))
  // What is kept must give back what was there, whatever producers put into headers.
  return JSON.stringify(headersOfText(text, envelope)) === JSON.stringify(headers)
    ? text
    : JSON.stringify(mapped(entries, escaped))
}

/** The inverse. */
export function headersOfText(text: string, envelope: EnvelopeView | undefined): Headers {
  if (text === '') return NO_HEADERS
  const parsed = JSON.parse(text) as Headers
  if (!text.includes('$')) return parsed
  const terms = envelope === undefined ? undefined : termsOf(envelope)
  return mapped(Object.entries(parsed), (value) =>
    value.replace(REFERENCE, (whole, name: string) =>
      name === '$' ? '$' : (terms?.[name as keyof Terms] ?? whole),
    ),
  )
}

const NO_HEADERS: Headers = Object.freeze({})

interface Terms {
  readonly id: string
  readonly hex: string
  readonly span: string
  readonly time: string
  readonly cause: string | null
}

function termsOf({ id, cause, occurredAt }: EnvelopeView): Terms {
  const hex = id.replaceAll('-', '')
  return { id, hex, span: hex.slice(-16), time: isoOf(occurredAt), cause }
}

function shortened(value: string, terms: Terms): string {
  let text = escaped(value)
  for (const name of ['id', 'hex', 'span', 'time', 'cause'] as const) {
    const term = terms[name]
    if (term !== null) text = text.replaceAll(term, () => `$${name}`)
  }
  return text
}

function escaped(value: string): string {
  return value.replaceAll('$', '$$$$')
}

function mapped(
  entries: readonly (readonly [string, string])[],
  change: (value: string) => string,
): Headers {
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value)]))
}
