export { createRecallIndex } from './create-recall-index.ts'
export type { RecallIndexOptions } from './create-recall-index.ts'
export { MAX_EMBEDDED_CHARS } from './embedder.ts'
export type { Embedder } from './embedder.ts'
export { createLexicalEmbedder } from './lexical-embedder.ts'
export type { LexicalEmbedderOptions } from './lexical-embedder.ts'
export type {
  RecallDocument,
  RecallDump,
  RecallFigures,
  RecallHit,
  RecallIndex,
  RecallQuery,
} from './recall-index.ts'
export { createRecallIndexes } from './recall-indexes.ts'
export type { RecallIndexes, RecallScope } from './recall-indexes.ts'
export { readSnapshotRows } from './snapshot.ts'
export type { SnapshotRow } from './snapshot.ts'
