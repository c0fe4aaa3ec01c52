export { CORE_PAST, createPastReader } from './past-reader.ts'
export type {
  CorePast,
  PastAnswer,
  PastReader,
  PastReaderOptions,
  PastSource,
  PastSources,
} from './past-reader.ts'
export { readView } from './read-view.ts'
export type { Answer, ReadOptions, ViewSource } from './read-view.ts'
export { createSwarmQuery } from './swarm-query.ts'
export type { SwarmQuery, SwarmQueryOptions } from './swarm-query.ts'
