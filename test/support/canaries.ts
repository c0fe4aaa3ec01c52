import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  complexTypeOf,
  KINDS,
  logicalTypeOf,
  SCHEMAS,
  typeName,
  type AvroField,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import type { AnyDraft } from '@waggle/emit'
import { erasableFieldsOf } from '@waggle/vault'

/** A text that stands nowhere else: 20 letters, so that it is one word for whoever splits texts. */
export function canary(): string {
  const letters = [...randomBytes(20)].map((byte) => String.fromCharCode(97 + (byte % 26)))
  return letters.join('')
}

/** Where what a kind needs beside its texts is not any value at all. */
const REST: Partial<Record<Kind, object>> = {
  agent_state: { type: 'CHECKPOINT' },
  concept: { namespace: 'shared' },
  document: { namespace: 'shared' },
  execution: { namespace: 'shared' },
  experience: { namespace: 'shared' },
  fact: { namespace: 'shared' },
  signal: { ttl_ms: 60_000 },
  turn: { namespace: 'shared' },
}

/** Any valid values of the fields that a draft of this kind has to give. */
function neededBy(kind: Kind): object {
  const { fields } = SCHEMAS[kind] as AvroRecord
  const own = fields.filter(
    ({ name, default: value }) => !ENVELOPE.has(name) && value === undefined,
  )
  return Object.fromEntries(own.map((field) => [field.name, anyValue(field)]))
}

const ENVELOPE = new Set((SCHEMAS.tick as AvroRecord).fields.map(({ name }) => name))

function anyValue({ type, minimum = 0 }: AvroField): unknown {
  const name = typeName(type)
  if (logicalTypeOf(type) === 'uuid') return '0191f000-0000-7000-8000-000000000000'
  if (logicalTypeOf(type) === 'decimal') return 0n
  if (name === 'enum') return complexTypeOf(type).symbols![0]
  if (name === 'array') return []
  if (name === 'map') return {}
  if (name === 'boolean') return false
  return name === 'string' ? 'x' : minimum
}

export interface Canaries {
  readonly drafts: readonly AnyDraft[]
  readonly texts: readonly string[]
}

/** An event about the subject for every kind with erasable texts, each of them with a canary of its own. */
export function canariesAbout(subject: string): Canaries {
  const texts: string[] = []
  const drafts = KINDS.filter((kind) => erasableFieldsOf(kind).length > 0).map((kind) => {
    const said = erasableFieldsOf(kind).map((field) => {
      const text = canary()
      texts.push(text)
      return [field, kind === 'agent_state' || field === 'value' ? JSON.stringify(text) : text]
    })
    return {
      kind,
      subject,
      ...neededBy(kind),
      ...REST[kind],
      ...(Object.fromEntries(said) as object),
    } as AnyDraft
  })
  return { drafts, texts }
}

/** The erasable texts of an event. */
export function textsOf(event: WaggleEvent): string[] {
  const values = event as unknown as Record<string, unknown>
  return erasableFieldsOf(event.kind).map((field) => String(values[field]))
}

/** A text as it may stand in a file: UTF-8, UTF-16 of both ends, hex, and base64 at each of three offsets. */
function formsOf(text: string): Buffer[] {
  const wide = Buffer.from(text, 'utf16le')
  const base64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64')
    // The first and the last signs depend on what stands beside the text.
    return whole.slice(offset === 0 ? 0 : 4, -4)
  })
  const hex = Buffer.from(text).toString('hex')
  const forms = [text, text.toUpperCase(), ...base64, hex, hex.toUpperCase()]
  return [...forms.map((form) => Buffer.from(form)), wide, Buffer.from(wide).swap16()]
}

/** Which of the texts stand in the bytes, in any form. */
export function found(bytes: Buffer, texts: readonly string[]): string[] {
  return texts.filter((text) => formsOf(text).some((form) => bytes.includes(form)))
}

/** File -> the texts that stand in it; every byte of every file below the folder is looked at. */
export async function scanFolder(
  folder: string,
  texts: readonly string[],
): Promise<Record<string, string[]>> {
  const hits: Record<string, string[]> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const texts_ = found(await readFile(path), texts)
    if (texts_.length > 0) hits[path.slice(folder.length + 1)] = texts_
  }
  return hits
}
