export { AppendSignal } from './append-signal.ts'
export type {
  AppendRecord,
  AppendResult,
  EventLog,
  Headers,
  LogBatch,
  LogFeatures,
  LogRecord,
  LogRetention,
  ProducerStamp,
  RestoredRecord,
  TailOptions,
} from './event-log.ts'
export { choosePartition, murmur2, partitionOf } from './partition-of.ts'
export { partitionsOf } from './partitions-of.ts'
export { blockOf, blockReadsOf } from './record-block.ts'
export type { BlockReads, RecordBlock } from './record-block.ts'
export { readRound, tailByReading, tailPositions } from './tail.ts'
