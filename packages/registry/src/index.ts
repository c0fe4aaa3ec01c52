export { createRegistryApp } from './rest-app.ts'
export { createRegistryServer } from './rest-server.ts'
export type { RegistryServer } from './rest-server.ts'
export { createLogRegistry } from './log-registry.ts'
export type { LogRegistry } from './log-registry.ts'
export {
  applyCommand,
  checkSchema,
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
