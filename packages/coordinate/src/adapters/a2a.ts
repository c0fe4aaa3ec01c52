import {
  createAdapter,
  listIn,
  objectIn,
  textIn,
  wordsIn,
  type ChatContent,
  type Json,
  type ToolCall,
} from './chat-message.ts'

/**
 * Messages of the Agent2Agent protocol (https://a2a-protocol.org, `Message`): kind, role user or agent, parts
 * of text or data. It has no form for tools; calls go as data parts, marked by what they are.
 */
export const a2aAdapter = createAdapter({
  framework: 'a2a',
  read: (foreign) => {
    const role = textIn(foreign['role'])
    if (foreign['kind'] !== 'message' || (role !== 'user' && role !== 'agent')) return undefined
    const data = listIn(foreign['parts']).map((part) => objectIn(objectIn(part)?.['data']))
    const resultOf = data.map((each) => textIn(each?.['tool_result_of'])).find((id) => id !== null)
    return {
      role: role === 'user' ? 'user' : resultOf === undefined ? 'assistant' : 'tool',
      text: wordsIn(foreign['parts']),
      name: null,
      toolCalls: data.flatMap((each) => toolCallIn(each?.['tool_call'])),
      toolCallId: resultOf ?? null,
    }
  },
  write: ({ role, text, toolCalls, toolCallId }: ChatContent) => ({
    kind: 'message',
    role: role === 'user' ? 'user' : 'agent',
    parts: [
      ...(text === null ? [] : [{ kind: 'text', text }]),
      ...toolCalls.map((call) => ({ kind: 'data', data: { tool_call: { ...call } } })),
      ...(toolCallId === null ? [] : [{ kind: 'data', data: { tool_result_of: toolCallId } }]),
    ],
  }),
})

function toolCallIn(value: Json | undefined): ToolCall[] {
  const call = objectIn(value)
  const [id, name] = [textIn(call?.['id']), textIn(call?.['name'])]
  return id === null || name === null ? [] : [{ id, name, arguments: call?.['arguments'] ?? null }]
}
