export { agentShelf } from './agent-shelf.ts'
export type { AgentShelfOptions } from './agent-shelf.ts'
export type { Json, Shelf, ShelfEntry, ShelfPut } from './shelf.ts'
