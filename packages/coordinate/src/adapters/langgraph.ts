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

const ROLES = new Map<string | null, ChatContent['role']>([
  ['system', 'system'],
  ['human', 'user'],
  ['ai', 'assistant'],
  ['tool', 'tool'],
])
const TYPES: Readonly<Record<ChatContent['role'], string>> = {
  system: 'system',
  user: 'human',
  assistant: 'ai',
  tool: 'tool',
}

/**
 * Messages of LangChain and LangGraph as `model_dump()` and LangGraph's API give them: type, content, name,
 * tool_calls with their arguments as an object, tool_call_id (langchain_core.messages).
 */
export const langgraphAdapter = createAdapter({
  framework: 'langgraph',
  read: (foreign) => {
    const role = ROLES.get(textIn(foreign['type']))
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
    type: TYPES[role],
    content: text ?? '',
    ...(name === null ? {} : { name }),
    ...(role === 'assistant' ? { tool_calls: toolCalls.map(writeToolCall) } : {}),
    ...(toolCallId === null ? {} : { tool_call_id: toolCallId }),
  }),
})

function toolCallIn(value: Json): ToolCall[] {
  const call = objectIn(value)
  const [id, name] = [textIn(call?.['id']), textIn(call?.['name'])]
  return id === null || name === null ? [] : [{ id, name, arguments: call?.['args'] ?? null }]
}

function writeToolCall({ id, name, arguments: args }: ToolCall): Json {
  return { name, args, id, type: 'tool_call' }
}
