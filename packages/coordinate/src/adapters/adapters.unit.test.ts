import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { a2aAdapter } from './a2a.ts'
import { autogenAdapter } from './autogen.ts'
import { CHAT_CONTENT_TYPE, type JsonObject, type MessageAdapter } from './chat-message.ts'
import { langgraphAdapter } from './langgraph.ts'
import { openaiAdapter } from './openai.ts'

const ARGS = { symbol: 'ES', depth: [1, 2] }

/** One agent says it will look something up, as each framework writes it. */
const CALLS: readonly (readonly [MessageAdapter, JsonObject])[] = [
  [
    openaiAdapter,
    {
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [
        {
          id: 'c1',
          type: 'function',
          function: { name: 'quote', arguments: '{"symbol": "ES", "depth": [1, 2]}' },
        },
      ],
    },
  ],
  [
    langgraphAdapter,
    {
      type: 'ai',
      id: 'run-1',
      content: '',
      additional_kwargs: {},
      response_metadata: { model_name: 'm' },
      tool_calls: [{ name: 'quote', args: ARGS, id: 'c1', type: 'tool_call' }],
      invalid_tool_calls: [],
    },
  ],
  [
    autogenAdapter,
    {
      type: 'ToolCallRequestEvent',
      source: 'trader',
      models_usage: { prompt_tokens: 1, completion_tokens: 2 },
      content: [{ id: 'c1', name: 'quote', arguments: JSON.stringify(ARGS) }],
    },
  ],
  [
    a2aAdapter,
    {
      kind: 'message',
      role: 'agent',
      messageId: 'm1',
      contextId: 'x',
      parts: [{ kind: 'data', data: { tool_call: { id: 'c1', name: 'quote', arguments: ARGS } } }],
    },
  ],
]
const ADAPTERS = CALLS.map(([adapter]) => adapter)

const carried = (adapter: MessageAdapter, foreign: JsonObject) => {
  return { ...adapter.toMessage(foreign), agent: 'sender' }
}

/** Messages of a framework with fields nobody knows, and known fields of any shape. */
const anyJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonObject[string]>
const marks = fc.constantFrom(
  { role: 'user' },
  { role: 'developer' },
  { role: 'tool' },
  { type: 'human' },
  { type: 'ai' },
  { type: 'TextMessage', source: 'user' },
  { type: 'ToolCallRequestEvent' },
  { type: 'ToolCallExecutionEvent' },
  { kind: 'message', role: 'agent' },
)
const keys = fc.constantFrom(
  'content',
  'name',
  'tool_calls',
  'tool_call_id',
  'parts',
  'source',
  'x',
  '__proto__',
  'constructor',
)
const messages = fc
  .tuple(fc.array(fc.tuple(keys, anyJson), { maxLength: 5 }), marks)
  .map(
    ([fields, mark]) =>
      JSON.parse(JSON.stringify({ ...Object.fromEntries(fields), ...mark })) as JsonObject,
  )

describe('adapters', () => {
  it('give a framework exactly what it sent, whatever is in it', () => {
    let taken = 0
    fc.assert(
      fc.property(messages, fc.constantFrom(...ADAPTERS), (foreign, adapter) => {
        let message
        try {
          message = carried(adapter, foreign)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INPUT_INVALID' })
          return
        }
        taken++
        expect(message.source_framework).toBe(adapter.framework)
        expect(adapter.fromMessage(message)).toEqual(foreign)
        for (const other of ADAPTERS) other.toMessage(other.fromMessage(message))
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  it('bring words and roles from any framework to any other', () => {
    const words = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(
        words,
        fc.constantFrom('user', 'assistant'),
        fc.constantFrom(...ADAPTERS),
        fc.constantFrom(...ADAPTERS),
        (text, role, from, to) => {
          const sent = openaiAdapter.toMessage({ role, content: text, name: role })
          const there = from.fromMessage({ ...sent, agent: 'a' })
          const beyond = to.fromMessage(carried(from, there))
          const back = openaiAdapter.fromMessage(carried(to, beyond))
          expect(back).toMatchObject({ role, content: text })
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each(CALLS)('bring a tool call from $framework to all others', (from, foreign) => {
    for (const to of ADAPTERS) {
      const back = openaiAdapter.fromMessage(carried(to, to.fromMessage(carried(from, foreign))))
      expect(back).toMatchObject({ role: 'assistant' })
      const [call] = back['tool_calls'] as unknown as {
        id: string
        function: { name: string; arguments: string }
      }[]
      expect([call!.id, call!.function.name]).toEqual(['c1', 'quote'])
      expect(JSON.parse(call!.function.arguments)).toEqual(ARGS)
    }
  })

  it('take what is not of an adapter, or only claims to be, as text of its sender', () => {
    const bodies = ['plain', '{}', '{"chat":{"role":"root"},"residue":{}}', '{"chat":null}']
    for (const body of bodies) {
      for (const content_type of ['text/plain', CHAT_CONTENT_TYPE]) {
        const message = { body, content_type, agent: 'a' }
        expect(openaiAdapter.fromMessage(message)).toEqual({
          role: 'user',
          content: body,
          name: 'a',
        })
      }
    }
  })
})
