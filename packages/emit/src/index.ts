export { createEmitter } from './emitter.ts'
export type { AnyDraft, Draft, EmittableKind, Emitted, Emitter, EmitterOptions } from './emitter.ts'
