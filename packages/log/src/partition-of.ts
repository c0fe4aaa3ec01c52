import type { AppendRecord } from './event-log.ts'

const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** MurmurHash2, 32 bit, as `org.apache.kafka.common.utils.Utils.murmur2`: clients agree on partitions. */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  let h = SEED ^ length
  let i = 0
  for (; i + 4 <= length; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24)
    k = Math.imul(k, M)
    k ^= k >>> R
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const left = length - i
  if (left > 0) {
    if (left === 3) h ^= data[i + 2]! << 16
    if (left >= 2) h ^= data[i + 1]! << 8
    h = Math.imul(h ^ data[i]!, M)
  }
  h ^= h >>> 13
  h = Math.imul(h, M)
  return h ^ (h >>> 15)
}

/** The partition of a key: `toPositive(murmur2(key)) % partitions`. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}

/** A record's partition: its own choice, else its key's. */
export function choosePartition(record: AppendRecord, partitions: number): number {
  return record.partition ?? (partitions === 1 ? 0 : partitionOf(record.key, partitions))
}
