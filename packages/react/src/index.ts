export { WaggleProvider } from './provider.tsx'
export type { WaggleScope } from './provider.tsx'
export { useAgentMemory } from './use-agent-memory.ts'
export type { AgentMemory, AgentMemoryOptions } from './use-agent-memory.ts'
export type {
  AgentMemoryData,
  MemoryStatus,
  RememberDraft,
  RememberResult,
  ShownMemory,
} from './types.ts'
