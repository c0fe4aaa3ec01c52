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

const SPOKEN = ['TextMessage', 'StopMessage', 'HandoffMessage', 'ToolCallSummaryMessage']
const USER = 'user'

/**
 * Messages of AutoGen's agent chat (autogen_agentchat.messages, `model_dump()`): type, source, content. A tool
 * call's content is a list of id, name and arguments as JSON text; a result's has call_id and content.
 */
export const autogenAdapter = createAdapter({
  framework: 'autogen',
  read: (foreign) => {
    const [type, source] = [textIn(foreign['type']) ?? '', textIn(foreign['source'])]
    const said = { text: null, name: source, toolCalls: [], toolCallId: null }
    if (SPOKEN.includes(type)) {
      const role = source === USER ? 'user' : 'assistant'
      return { ...said, role, text: wordsIn(foreign['content']) }
    }
    if (type === 'ToolCallRequestEvent') {
      const toolCalls = listIn(foreign['content']).flatMap(toolCallIn)
      return { ...said, role: 'assistant', toolCalls }
    }
    if (type !== 'ToolCallExecutionEvent') return undefined
    const toolCallId = textIn(objectIn(listIn(foreign['content'])[0])?.['call_id'])
    return { ...said, role: 'tool', text: wordsIn(foreign['content'], 'content'), toolCallId }
  },
  write,
})

function write({ role, text, name, toolCalls, toolCallId }: ChatContent): Record<string, Json> {
  const source = name ?? role
  if (role === 'tool') {
    const content = [
      { content: text ?? '', name: source, call_id: toolCallId ?? '', is_error: false },
    ]
    return { type: 'ToolCallExecutionEvent', source, content }
  }
  // A message of words and calls becomes its calls: AutoGen has the words in a message of their own.
  if (toolCalls.length > 0)
    return { type: 'ToolCallRequestEvent', source, content: toolCalls.map(writeToolCall) }
  return { type: 'TextMessage', source, content: text ?? '' }
}

function toolCallIn(value: Json): ToolCall[] {
  const call = objectIn(value)
  const [id, name] = [textIn(call?.['id']), textIn(call?.['name'])]
  if (id === null || name === null) return []
  const text = textIn(call?.['arguments']) ?? ''
  return [{ id, name, arguments: parseJson(text) ?? text }]
}

function writeToolCall({ id, name, arguments: given }: ToolCall): Json {
  return { id, name, arguments: JSON.stringify(given) }
}
