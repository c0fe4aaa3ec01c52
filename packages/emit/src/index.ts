export { createEmitter } from './emitter.ts'
export type { AnyDraft, Draft, EmittableKind, Emitted, Emitter, EmitterOptions } from './emitter.ts'
export { sealRun } from './seal-run.ts'
export type { SealOptions } from './seal-run.ts'
