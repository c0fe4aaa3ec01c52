export { openArchive } from './archive.ts'
export { parseEnvironment } from './config.ts'
export type { Environment, ServiceConfig } from './config.ts'
export { kafkaConnection, openEngines, openLiveEngines, openLog } from './engines.ts'
export type { EngineDeps, Engines } from './engines.ts'
export { healthOf, isReady } from './health.ts'
export type { Health, HealthInput, ProjectionHealth } from './health.ts'
export { openHttpEndpoint } from './http-endpoint.ts'
export type { HttpEndpoint } from './http-endpoint.ts'
export { createMetrics } from './metrics.ts'
export type { RequestCount, Traffic } from './traffic.ts'
export type { Metrics } from './metrics.ts'
export { runMain } from './run-main.ts'
export { runService } from './run-service.ts'
export type {
  ProcessHooks,
  ServiceBasics,
  ServiceContext,
  ServiceDefinition,
  Worker,
} from './run-service.ts'
export { holdSnapshots, keptFolders, snapshotsOf } from './snapshots.ts'
export type { KeptOfService } from './snapshots.ts'
export { parseTopicsFile } from './topics-file.ts'
export type { TopicsFile } from './topics-file.ts'
