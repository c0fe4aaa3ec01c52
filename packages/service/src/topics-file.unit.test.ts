import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PARTITIONS } from '@waggle/event'
import { parseTopicsFile } from './topics-file.ts'

const text = readFileSync(new URL('../../../infra/kafka/topics.json', import.meta.url), 'utf8')

describe('infra/kafka/topics.json', () => {
  it('has every topic of the bus, and no other', () => {
    expect(parseTopicsFile(text).partitions).toEqual(PARTITIONS)
  })

  it('keeps the log for ever, with the time of the broker', () => {
    for (const { settings } of parseTopicsFile(text).specs) {
      expect(settings).toMatchObject({
        'message.timestamp.type': 'LogAppendTime',
        'retention.ms': '-1',
        'cleanup.policy': 'delete',
      })
    }
  })

  it('lists everything wrong in a file', () => {
    expect(() => parseTopicsFile('{"replicas":0,"settings":{},"topics":{"a":{}}}')).toThrow(
      /replicas.*topics\.a\.partitions/,
    )
    expect(() => parseTopicsFile('{')).toThrow(/no JSON/)
  })
})
