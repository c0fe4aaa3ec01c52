import { isSpanContextValid, trace } from '@opentelemetry/api'
import type { Logger } from '@waggle/base'

/** The same log lines, with `trace_id` and `span_id` of the span they were written in. */
export function tracedLogger(logger: Logger): Logger {
  return {
    info: (fields, message) => logger.info(withTrace(fields), message),
    warn: (fields, message) => logger.warn(withTrace(fields), message),
    error: (fields, message) => logger.error(withTrace(fields), message),
  }
}

function withTrace(fields: object): object {
  const context = trace.getActiveSpan()?.spanContext()
  if (context === undefined || !isSpanContextValid(context)) return fields
  const { traceId, spanId, traceFlags } = context
  const flags = traceFlags.toString(16).padStart(2, '0')
  return { ...fields, trace_id: traceId, span_id: spanId, trace_flags: flags }
}
