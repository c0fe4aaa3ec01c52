export type { Embedder } from './embedder.ts'
export type { RecallDocument, RecallHit, RecallIndex, RecallQuery } from './recall-index.ts'
