export { parseConfig, trajectoryIndexPath } from './config.ts'
export type { EmbeddedConfig, EmbeddedConfigInput } from './config.ts'
export { openEmbeddedBus } from './embedded-bus.ts'
export type { BusEmitterOptions, EmbeddedBus, EmbeddedDeps } from './embedded-bus.ts'
