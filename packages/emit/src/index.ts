export { createBusEmitter } from './bus-emitter.ts'
export type { BusEmitterOptions, BusEmitterParts, Members } from './bus-emitter.ts'
export { cloudEventHeaders } from './cloud-event-headers.ts'
export { appendRecordOf, completeDraft, createEmitter } from './emitter.ts'
export type {
  AnyDraft,
  Draft,
  EmittableEvent,
  EmittableKind,
  Emitted,
  Emitter,
  EmitterOptions,
  Seal,
} from './emitter.ts'
export { RUN_CLOCK, sealRun, tickPartitions } from './seal-run.ts'
export type { SealOptions, TickOptions } from './seal-run.ts'
