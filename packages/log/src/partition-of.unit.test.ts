import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from './partition-of.ts'

/** 1,000 keys with what `org.apache.kafka.common.utils.Utils.murmur2` of kafka-clients 4.1.1 says of them. */
const golden = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/murmur2-java.json', import.meta.url), 'utf8'),
) as [key: string, hash: number][]

describe('partitions of keys', () => {
  it('agrees with the Java client on 1,000 keys', () => {
    expect(golden).toHaveLength(1000)
    const wrong = golden.filter(([key, hash]) => murmur2(Buffer.from(key)) !== hash)
    expect(wrong).toEqual([])
  })

  it('keeps every key within its partitions', () => {
    for (const [key] of golden) {
      const partition = partitionOf(key, 12)
      expect(partition).toBeGreaterThanOrEqual(0)
      expect(partition).toBeLessThan(12)
    }
  })
})
