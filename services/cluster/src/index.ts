export { openClusterBus } from './cluster-bus.ts'
export type { ClusterBus, ClusterDeps, ClusterEmitterOptions } from './cluster-bus.ts'
export { rebuiltDigests } from './rebuilt-digests.ts'
