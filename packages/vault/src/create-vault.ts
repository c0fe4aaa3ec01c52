import { createHash } from 'node:crypto'
import { LIMITS, WaggleError } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'
import { erasableFieldsOf } from './erasable-fields.ts'
import type { KeyStore } from './key-store.ts'
import { isSealed, openText, sealText } from './seal-text.ts'
import { subjectsOf } from './subjects.ts'
import type { Vault } from './vault.ts'

/** A vault over any store of keys. */
export function createVault(keys: KeyStore): Vault {
  const anyErased = async (event: WaggleEvent): Promise<boolean> => {
    for (const name of keyNames(event)) if (await keys.isDestroyed(name)) return true
    return false
  }

  const seal = async <E extends WaggleEvent>(event: E): Promise<E> => {
    if (event.subject === null) return event
    if (subjectsOf(event.subject).length === 0) throw nobody()
    const texts = textsOf(event)
    if (texts.length === 0) {
      if (await anyErased(event)) throw erased()
      return event
    }
    const secret = await combined(event, keys.create)
    if (secret === undefined) throw erased()
    return rewritten(event, texts, ({ field, text }) => {
      const sealed = sealText(secret, { swarm: event.swarm, id: event.id, field }, text)
      if (sealed.length > LIMITS.fieldBytesMax) throw tooLong(field)
      return sealed
    })
  }

  const open = async <E extends WaggleEvent>(event: E): Promise<E | undefined> => {
    if (event.subject === null) return event
    // What was appended without a vault, or has nothing to hide, is readable until its subject is erased.
    const texts = textsOf(event).filter(({ text }) => isSealed(text))
    if (texts.length === 0) return (await anyErased(event)) ? undefined : event
    const secret = await combined(event, keys.find)
    if (secret === undefined) return undefined
    return rewritten(event, texts, ({ field, text }) =>
      openText(secret, { swarm: event.swarm, id: event.id, field }, text),
    )
  }

  return {
    seal,
    open,
    destroy: (swarm, subject) => keys.destroy(keyName(swarm, subject)),
    isErased: (swarm, subject) => keys.isDestroyed(keyName(swarm, subject)),
  }
}

/** Swarm and subject are apart in it, whatever signs they hold. */
function keyName(swarm: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([swarm, subject]))
    .digest('hex')
}

function keyNames({ swarm, subject }: WaggleEvent): string[] {
  return subjectsOf(subject).map((name) => keyName(swarm, name))
}

/** One secret of all the subjects' keys, in the order of their names: without one of them, or any, there is none. */
async function combined(
  event: WaggleEvent,
  keyOf: (name: string) => Promise<Buffer | undefined>,
): Promise<Buffer | undefined> {
  const keys: Buffer[] = []
  for (const name of keyNames(event)) {
    const key = await keyOf(name)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys.length === 0 ? undefined : Buffer.concat(keys)
}

interface Text {
  readonly field: string
  readonly text: string
}

/** What the event says, field by field; there is nothing to hide in an empty text. */
function textsOf(event: WaggleEvent): Text[] {
  const values = event as unknown as Record<string, unknown>
  return erasableFieldsOf(event.kind).flatMap((field) => {
    const text = values[field]
    return typeof text === 'string' && text !== '' ? [{ field, text }] : []
  })
}

function rewritten<E extends WaggleEvent>(
  event: E,
  texts: readonly Text[],
  rewrite: (text: Text) => string,
): E {
  return { ...event, ...Object.fromEntries(texts.map((text) => [text.field, rewrite(text)])) }
}

/** Errors are logged: they name neither subjects nor texts. */
function erased(): WaggleError {
  return new WaggleError('SUBJECT_ERASED', 'A subject of the event is erased', { field: 'subject' })
}

function nobody(): WaggleError {
  return new WaggleError('FIELD_INVALID', 'subject must name somebody', { field: 'subject' })
}

function tooLong(field: string): WaggleError {
  return new WaggleError(
    'FIELD_INVALID',
    `${field} must take at most ${LIMITS.fieldBytesMax} bytes once it is sealed, three quarters of that before`,
    { field },
  )
}
