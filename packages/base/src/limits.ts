import { assert } from './assert.ts'

/** Every maximum of the bus in one place. Sizes in bytes, times as the name says. */
export const LIMITS = {
  /** Largest encoded event; the default `message.max.bytes` of Kafka. */
  eventBytesMax: 1_048_576,
  /** Largest single string or byte field. */
  fieldBytesMax: 524_288,
  /** Largest integer of a field: its zigzag form, twice as large, must be a safe integer too. */
  longMax: 2 ** 52 - 1,
  /** Most items in one Avro array or map: bounds what a decoder allocates. */
  collectionItemsMax: 10_000,
  /** Names: swarm, agent, session, resource, proposal, topic. */
  nameLengthMax: 128,
  /** Most events in one append and in one projected batch. */
  batchEventsMax: 65_536,
  /** How far the clock of a producer may run ahead of the log. */
  knownAheadMaxMicros: 5 * 60 * 1_000_000,
  /** Duplicate sequence numbers that still find their original position, in runs of numbers. */
  producerWindowRuns: 64,
  /** Sessions remembered per partition to recognise duplicates. */
  sessionsPerPartitionMax: 100_000,
} as const

assert(LIMITS.fieldBytesMax < LIMITS.eventBytesMax, 'a field fits into an event')
