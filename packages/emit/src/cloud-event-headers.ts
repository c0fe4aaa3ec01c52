import { isoOf } from '@waggle/base'
import { derivedId, type WaggleEvent } from '@waggle/event'
import type { Headers } from '@waggle/log'

/**
 * CloudEvents 1.0 in Kafka's binary mode, and a W3C `traceparent`: tools that know nothing of Waggle can
 * route and trace events. A trajectory is a trace, an event of it a span; nothing here is read back by Waggle.
 */
export function cloudEventHeaders(event: WaggleEvent): Headers {
  const { id, swarm, agent, kind, occurred_at, trajectory, cause } = event
  const source = `/${encodeURIComponent(swarm)}/${encodeURIComponent(agent)}`
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: `waggle.${kind}.v1`,
    ce_time: isoOf(occurred_at),
    'content-type': 'application/avro',
    traceparent: traceparent(id, trajectory),
    ...(trajectory === null ? {} : { ce_trajectory: encodeURIComponent(trajectory) }),
    ...(cause === null ? {} : { ce_cause: cause }),
  }
}

/** version, trace id of 16 bytes, span id of 8, sampled. */
function traceparent(id: string, trajectory: string | null): string {
  const trace = trajectory === null ? id : derivedId(trajectory)
  return `00-${hex(trace)}-${hex(id).slice(-16)}-01`
}

function hex(uuid: string): string {
  return uuid.replaceAll('-', '')
}
