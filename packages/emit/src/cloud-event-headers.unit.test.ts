import { describe, expect, it } from 'vitest'
import { isoOf } from '@waggle/base'
import { eventId, type Tick } from '@waggle/event'
import { cloudEventHeaders } from './cloud-event-headers.ts'

const at = 1_700_000_000_123_456
const tick: Tick = {
  kind: 'tick',
  id: eventId('s', 1, at),
  swarm: 'alpha/β',
  agent: 'scout',
  session: 's',
  seq: 1,
  occurred_at: at,
  known_at: at,
  trajectory: null,
  cause: null,
  run: null,
  subject: null,
  model_id: null,
  model_version: null,
  model_cutoff: null,
}

describe('CloudEvents headers', () => {
  it('names the event as CloudEvents 1.0 wants, in characters that headers take', () => {
    const headers = cloudEventHeaders(tick)
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: tick.id,
      ce_source: '/alpha%2F%CE%B2/scout',
      ce_type: 'waggle.tick.v1',
      ce_time: isoOf(at),
      'content-type': 'application/avro',
    })
    expect(headers['ce_trajectory']).toBeUndefined()
  })

  it('makes a trace of a trajectory and a span of each event', () => {
    const traces = ['a', 'b'].map((session) => {
      const id = eventId(session, 1, at)
      const { traceparent } = cloudEventHeaders({
        ...tick,
        id,
        trajectory: 'trade 7',
        cause: tick.id,
      })
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      return traceparent!.split('-')
    })
    expect(traces[0]![1]).toBe(traces[1]![1])
    expect(traces[0]![2]).not.toBe(traces[1]![2])
  })
})
