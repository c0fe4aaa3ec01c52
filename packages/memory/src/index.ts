export type { Memory, MemoryKind, Tier } from './memory.ts'
export type { MemoryScope, MemoryView } from './memory-view.ts'
