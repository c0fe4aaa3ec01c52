import { describe, expect, it } from 'vitest'
import { healthOf, isReady, type HealthInput } from './health.ts'

const running: HealthInput = {
  service: 'hot-view',
  stopping: false,
  waiting: undefined,
  log: {
    state: 'up',
    reason: undefined,
    since: 0,
    rebuilds: 0,
    pendingBytes: 0,
    skippedOffsets: 0n,
  },
  projections: [
    {
      name: 'hot',
      state: 'running',
      reason: undefined,
      lag: 3n,
      refused: 1,
      applied: new Map(),
      partitions: 4,
    },
  ],
}

describe('health', () => {
  it('is ok and ready when everything runs', () => {
    const health = healthOf(running)
    expect(health).toMatchObject({ state: 'ok', reasons: [] })
    expect(health.projections).toEqual([
      { name: 'hot', state: 'running', lag: '3', refused: 1, partitions: 4 },
    ])
    expect(isReady(health)).toBe(true)
  })

  it('says what it waits for, what is down and what stalls', () => {
    const starting = healthOf({ ...running, log: undefined, projections: [], waiting: 'no broker' })
    expect(starting).toMatchObject({ state: 'starting', reasons: ['no broker'] })
    const [hot] = running.projections
    const ill = healthOf({
      ...running,
      log: { ...running.log!, state: 'down', reason: 'refused' },
      projections: [{ ...hot!, state: 'stalled', reason: 'Redis is gone' }],
    })
    expect(ill).toMatchObject({
      state: 'degraded',
      reasons: ['kafka: refused', 'hot: Redis is gone'],
    })
    for (const health of [starting, ill, healthOf({ ...running, stopping: true })]) {
      expect(isReady(health)).toBe(false)
    }
  })
})
