import {
  createAdapter,
  listIn,
  objectIn,
  parseJson,
  textIn,
  wordsIn,
  type ChatContent,
  type Json,
  type ToolCall,
} from './chat-message.ts'

const ROLES = new Map<string | null, ChatContent['role']>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
])

/**
 * Messages of OpenAI's chat completions: role, content, name, tool_calls with their arguments as JSON text,
 * tool_call_id (https://platform.openai.com/docs/api-reference/chat/create). Many others take this form.
 */
export const openaiAdapter = createAdapter({
  framework: 'openai',
  read: (foreign) => {
    const role = ROLES.get(textIn(foreign['role']))
    if (role === undefined) return undefined
    return {
      role,
      text: wordsIn(foreign['content']),
      name: textIn(foreign['name']),
      toolCalls: listIn(foreign['tool_calls']).flatMap(toolCallIn),
      toolCallId: textIn(foreign['tool_call_id']),
    }
  },
  write: ({ role, text, name, toolCalls, toolCallId }) => ({
    role,
    content: text,
    ...(name === null ? {} : { name }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(writeToolCall) }),
    ...(toolCallId === null ? {} : { tool_call_id: toolCallId }),
  }),
})

function toolCallIn(value: Json): ToolCall[] {
  const call = objectIn(value)
  const wanted = objectIn(call?.['function'])
  const [id, name] = [textIn(call?.['id']), textIn(wanted?.['name'])]
  if (id === null || name === null) return []
  const text = textIn(wanted?.['arguments']) ?? ''
  // What a model wrote need not be JSON; it is kept as the text that it is.
  return [{ id, name, arguments: parseJson(text) ?? text }]
}

function writeToolCall({ id, name, arguments: given }: ToolCall): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } }
}
