export { readView } from './read-view.ts'
export type { Answer, ReadOptions, ViewSource } from './read-view.ts'
export { createSwarmQuery } from './swarm-query.ts'
export type { PastAnswer, SwarmQuery, SwarmQueryOptions } from './swarm-query.ts'
