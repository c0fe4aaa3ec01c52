export { createLogRegistry } from './log-registry.ts'
export type { LogRegistry } from './log-registry.ts'
export {
  applyCommand,
  DEFAULT_LEVEL,
  emptyRegistry,
  levelOf,
  schemaText,
} from './registry-state.ts'
export type {
  CommandVerdict,
  RegistryCommand,
  RegistryState,
  SubjectVersion,
} from './registry-state.ts'
