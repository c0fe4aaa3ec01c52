export { createRegistryApp, LOOPBACK_HOSTS } from './rest-app.ts'
export { createRegistryServer } from './rest-server.ts'
export type { RegistryServer, RegistryServerOptions } from './rest-server.ts'
export { createLogRegistry } from './log-registry.ts'
export type { LogRegistry } from './log-registry.ts'
export { readCommand } from './registry-command.ts'
export type {
  ConfigCommand,
  DeleteCommand,
  RegisterCommand,
  RegistryCommand,
} from './registry-command.ts'
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
  RefusalCode,
  RegistryRefusal,
  RegistryState,
  SubjectVersion,
} from './registry-state.ts'
