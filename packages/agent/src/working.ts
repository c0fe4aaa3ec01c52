import type { Draft, Emitted } from '@waggle/emit'
import type { Turn, TurnRole } from '@waggle/event'
import {
  contextWindow,
  estimateTokens,
  type ContextWindow,
  type Json,
  type Kept,
  type TurnFilter,
  type WindowMemory,
} from '@waggle/memory'
import { createDocuments, type StoredDocument } from './documents.ts'
import {
  readIn,
  writeIn,
  type InNamespace,
  type NamespaceBus,
  type NamespaceRead,
} from './own-namespace.ts'

export type TurnOptions = Omit<
  Draft<'turn'>,
  'kind' | 'namespace' | 'conversation' | 'role' | 'content' | 'tokens'
> &
  InNamespace & { readonly tokens?: number }

export interface WindowOptions extends NamespaceRead {
  /** Tokens in all. */
  readonly budget: number
  readonly system?: string
  /** Such as the answers of a recall. */
  readonly memories?: readonly WindowMemory[]
  readonly memoryShare?: number
  /** Turns looked at, at most 1,000; 1,000 if left out. */
  readonly limit?: number
}

/** A turn as a context window has it. */
export interface WindowedTurn {
  readonly id: string
  readonly role: TurnRole
  readonly content: string
  readonly pinned: boolean
  readonly tokens: number
}

/** Type of the documents that working state is kept in. */
const STATE_TYPE = 'working_state'

/** What an agent has in mind: conversations, and its working state. */
export interface WorkingMemory {
  say(
    conversation: string,
    role: TurnRole,
    content: string,
    options?: TurnOptions,
  ): Promise<Emitted<'turn'>>
  /** A pinned turn of the system: it stays in every window while the turns it sums up may go. */
  summarize(conversation: string, summary: string, options?: TurnOptions): Promise<Emitted<'turn'>>
  /** Oldest first. */
  turns(conversation: string, options?: NamespaceRead & TurnFilter): Promise<Kept<Turn>[]>
  conversations(options?: NamespaceRead): Promise<string[]>
  /** From now on it begins anew; answers about earlier times still have it. */
  clear(conversation: string, options?: InNamespace): Promise<Emitted<'removal'>>
  /** INPUT_INVALID where system, pinned turns and the newest one do not fit into the budget. */
  window(
    conversation: string,
    options: WindowOptions,
  ): Promise<ContextWindow<WindowedTurn, WindowMemory>>
  setState(name: string, value: unknown, options?: InNamespace): Promise<StoredDocument>
  state(name: string, options?: NamespaceRead): Promise<Json | undefined>
}

export interface WorkingOptions {
  /** Length of a text in tokens of the model that reads it; `estimateTokens` if left out. */
  readonly tokensOf?: (text: string) => number
}

const WINDOW_TURNS = 1000

/** Turns of conversations, and windows of them that fit a number of tokens. */
export function createWorkingMemory(
  own: NamespaceBus,
  { tokensOf = estimateTokens }: WorkingOptions = {},
): WorkingMemory {
  const documents = createDocuments(own)
  const say: WorkingMemory['say'] = (conversation, role, content, options = {}) => {
    const { namespace = own.agent, tokens = tokensOf(content), ...draft } = options
    return writeIn<'turn'>(own, {
      ...draft,
      kind: 'turn',
      namespace,
      conversation,
      role,
      content,
      tokens,
    })
  }
  const turns: WorkingMemory['turns'] = (conversation, options = {}) =>
    readIn(own, options, (view, scope, namespace) =>
      view.turns(scope, namespace, conversation, options),
    )

  return {
    say,
    turns,
    summarize: (conversation, summary, options) =>
      say(conversation, 'SYSTEM', summary, { ...options, pinned: true }),
    conversations: (options = {}) =>
      readIn(own, options, (view, scope, namespace) => view.conversations(scope, namespace)),
    clear: (conversation, { namespace = own.agent } = {}) =>
      writeIn<'removal'>(own, {
        kind: 'removal',
        namespace,
        memory: `conversation:${conversation}`,
      }),
    window: async (conversation, options) => {
      const { budget, system, memories, memoryShare, limit = WINDOW_TURNS, ...read } = options
      const all = await turns(conversation, { ...read, limit })
      return contextWindow<WindowedTurn, WindowMemory>({
        turns: all.map(({ event: { id, role, content, pinned, tokens } }) => ({
          id,
          role,
          content,
          pinned,
          tokens,
        })),
        budget,
        tokensOf,
        ...(system === undefined ? {} : { system }),
        ...(memories === undefined ? {} : { memories }),
        ...(memoryShare === undefined ? {} : { memoryShare }),
      })
    },
    setState: (name, value, options) => documents.put(STATE_TYPE, name, value, options),
    state: async (name, options) => (await documents.get(STATE_TYPE, name, options))?.value,
  }
}
