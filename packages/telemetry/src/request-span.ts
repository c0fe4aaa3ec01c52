import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions'
import { instruments } from './measure.ts'
import { inSpan, remoteContext } from './span.ts'

export interface TracedRequest {
  readonly method: string
  /** `http` or `https`. */
  readonly scheme: string
  readonly path: string
  /** Of the caller's span. */
  readonly traceparent: string | undefined
}

export interface TracedResponse {
  /** Its template, such as `/v1/swarms/{swarm}`; undefined where no route was met. */
  readonly route: string | undefined
  readonly status: number
  /** Until the answer began. */
  readonly seconds: number
}

/** A request that is served: `GET /v1/swarms/{swarm}`, as a child of the caller's span; it is measured, too. */
export function requestSpan(
  { method, scheme, path, traceparent }: TracedRequest,
  serve: () => Promise<TracedResponse>,
): Promise<TracedResponse> {
  return inSpan(
    method,
    () => ({
      kind: SpanKind.SERVER,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_URL_SCHEME]: scheme,
        [ATTR_URL_PATH]: path,
      },
    }),
    async (span) => {
      const response = await serve()
      const { route, status, seconds } = response
      instruments()?.requestDuration.record(seconds, {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_URL_SCHEME]: scheme,
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
        ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
        ...(status >= 500 ? { [ATTR_ERROR_TYPE]: String(status) } : {}),
      })
      if (route !== undefined)
        span?.updateName(`${method} ${route}`).setAttribute(ATTR_HTTP_ROUTE, route)
      span?.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
      return response
    },
    remoteContext(traceparent),
  )
}
