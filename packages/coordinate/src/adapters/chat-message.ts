import { isDeepStrictEqual } from 'node:util'
import { WaggleError } from '@waggle/base'
import type { Message } from '@waggle/event'

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: Json
}

/** What frameworks agree on in a message: who speaks, in words, with which tools. */
export interface ChatContent {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  /** Null where it has no words. */
  readonly text: string | null
  /** Who speaks, as the framework calls it. */
  readonly name: string | null
  readonly toolCalls: readonly ToolCall[]
  /** The call whose result this is. */
  readonly toolCallId: string | null
}

/** Between the messages of one framework and those of the bus. */
export interface MessageAdapter {
  /** Written into `source_framework`. */
  readonly framework: string
  /** A framework's message -> the fields of ours that carry it. INPUT_INVALID for what is none. */
  toMessage(foreign: JsonObject): ChatFields
  /**
   * One of ours -> the framework's form: exactly what it was if it came from the same framework, else what
   * frameworks agree on. What is not of an adapter is a user's text.
   */
  fromMessage(message: Pick<Message, 'body' | 'content_type' | 'agent'>): JsonObject
}

export type ChatFields = Pick<Message, 'body' | 'content_type' | 'source_framework'>

/** The body is JSON: what frameworks agree on, and what only its own framework understands. */
export const CHAT_CONTENT_TYPE = 'application/vnd.waggle.chat+json'

/** How a framework writes a message. */
export interface MessageForm {
  readonly framework: string
  /** Undefined for what is no message of the framework. */
  read(foreign: JsonObject): ChatContent | undefined
  write(chat: ChatContent): JsonObject
}

/** What a framework wrote beyond what the form would write again from the content. */
interface Residue {
  readonly framework: string
  readonly fields: JsonObject
  readonly without: readonly string[]
}

interface ChatBody {
  readonly chat: ChatContent
  readonly residue: Residue
}

export function createAdapter({ framework, read, write }: MessageForm): MessageAdapter {
  return {
    framework,
    toMessage: (foreign) => {
      const chat = read(foreign)
      if (chat === undefined) {
        throw new WaggleError('INPUT_INVALID', `This is no message of ${framework}`, {
          input: JSON.stringify(foreign).slice(0, 200),
        })
      }
      const written = write(chat)
      // Own fields only: a foreign `__proto__` is a field like any other.
      const repeated = (key: string): boolean =>
        Object.hasOwn(written, key) && isDeepStrictEqual(foreign[key], written[key])
      const fields = pick(foreign, (key) => !repeated(key))
      const without = Object.keys(written).filter((key) => !Object.hasOwn(foreign, key))
      const body: ChatBody = { chat, residue: { framework, fields, without } }
      return {
        body: JSON.stringify(body),
        content_type: CHAT_CONTENT_TYPE,
        source_framework: framework,
      }
    },
    fromMessage: (message) => {
      const { chat, residue } = bodyOf(message)
      const written = write(chat)
      if (residue.framework !== framework) return written
      return { ...pick(written, (key) => !residue.without.includes(key)), ...residue.fields }
    },
  }
}

function bodyOf({
  body,
  content_type,
  agent,
}: Parameters<MessageAdapter['fromMessage']>[0]): ChatBody {
  const parsed = content_type === CHAT_CONTENT_TYPE ? parseBody(body) : undefined
  if (parsed !== undefined) return parsed
  const chat: ChatContent = {
    role: 'user',
    text: body,
    name: agent,
    toolCalls: [],
    toolCallId: null,
  }
  return { chat, residue: { framework: '', fields: {}, without: [] } }
}

/** Undefined for a body that claims the type without being of it: another's bytes are not trusted. */
function parseBody(body: string): ChatBody | undefined {
  const parsed = objectIn(parseJson(body))
  const chat = objectIn(parsed?.['chat'])
  const residue = objectIn(parsed?.['residue'])
  if (chat === undefined || residue === undefined) return undefined
  const role = (['system', 'user', 'assistant', 'tool'] as const).find(
    (each) => each === chat['role'],
  )
  const calls = listIn(chat['toolCalls']).map(toolCallIn)
  const without = listIn(residue['without']).filter((key) => typeof key === 'string')
  if (role === undefined || calls.includes(undefined)) return undefined
  return {
    chat: {
      role,
      text: textIn(chat['text']),
      name: textIn(chat['name']),
      toolCalls: calls.filter((call) => call !== undefined),
      toolCallId: textIn(chat['toolCallId']),
    },
    residue: {
      framework: textIn(residue['framework']) ?? '',
      fields: objectIn(residue['fields']) ?? {},
      without,
    },
  }
}

function toolCallIn(value: Json): ToolCall | undefined {
  const call = objectIn(value)
  const [id, name] = [textIn(call?.['id']), textIn(call?.['name'])]
  return id === null || name === null
    ? undefined
    : { id, name, arguments: call?.['arguments'] ?? null }
}

function pick(object: JsonObject, keep: (key: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keep(key)))
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export function objectIn(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

export function textIn(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** Words of a content that is text, or parts of which some are text. */
export function wordsIn(content: Json | undefined, key = 'text'): string | null {
  if (typeof content === 'string') return content
  const words = listIn(content).map((part) =>
    typeof part === 'string' ? part : textIn(objectIn(part)?.[key]),
  )
  return words.some((word) => word !== null) ? words.filter((word) => word !== null).join('') : null
}
