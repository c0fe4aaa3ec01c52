import {
  context,
  isSpanContextValid,
  ProxyTracerProvider,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
} from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { isWaggleError, messageOf } from '@waggle/base'

const tracer = trace.getTracer('waggle')
const nobody = new ProxyTracerProvider().getDelegate()

/** Whether an SDK is registered. Where none is, nothing is made that a span would need. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== nobody
}

/**
 * Runs in a span of its own, as a child of the one that is active, or of `parent`. What it throws is noted on the span
 * and thrown on. Without an SDK, `run` is all there is: `describe` is not even asked.
 */
export async function inSpan<T>(
  name: string,
  describe: () => SpanOptions,
  run: (span: Span | undefined) => T | Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  if (!isTracing()) return run(undefined)
  const span = tracer.startSpan(name, describe(), parent)
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      return await run(span)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
      span.setAttribute(ATTR_ERROR_TYPE, errorTypeOf(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/** As `error.type` has it. */
export function errorTypeOf(error: unknown): string {
  if (isWaggleError(error)) return error.code
  return error instanceof Error ? error.name : '_OTHER'
}

/** W3C Trace Context of a span: version, trace, span, flags. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/

/** Undefined for what is none. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  const traceFlags = Number.parseInt(flags!, 16) & TraceFlags.SAMPLED
  const parsed = { traceId, spanId, traceFlags, isRemote: true }
  return isSpanContextValid(parsed) ? parsed : undefined
}

/** The context to go on from where a request came with a `traceparent`. */
export function remoteContext(traceparent: string | undefined): Context {
  const remote = parseTraceparent(traceparent)
  return remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote)
}
