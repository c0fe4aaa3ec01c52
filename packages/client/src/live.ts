import { fillPath, LIVE_PATH, type KnownEventJson, type LiveStats, type Problem } from '@waggle/api'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { GatewayError } from './gateway-error.ts'
import { pause } from './pause.ts'
import { withQuery } from './with-query.ts'

export interface LiveQuery {
  readonly run?: string | undefined
  readonly agents?: readonly string[] | undefined
  readonly kinds?: readonly string[] | undefined
  /** Behind this token; the end of the log if left out. */
  readonly from?: string | undefined
  /** Rates, lag and alerts, once a second. */
  readonly stats?: boolean | undefined
}

export type LiveMessage =
  | { readonly type: 'events'; readonly events: readonly KnownEventJson[]; readonly token: string }
  | { readonly type: 'stats'; readonly stats: LiveStats }
  /** The connection was lost, and comes again behind the last token. */
  | { readonly type: 'lost'; readonly error: unknown; readonly retryMs: number }

interface LiveOptions {
  readonly swarm: string
  readonly query: LiveQuery
  readonly signal: AbortSignal
}

const RETRY_MS = 250
const RETRY_MS_MAX = 10_000

/** Ends with the signal, or throws what trying again would not help. */
export async function* followLive(
  send: (
    path: string,
    init: { signal: AbortSignal; headers: Record<string, string> },
  ) => Promise<Response>,
  { swarm, query, signal }: LiveOptions,
): AsyncGenerator<LiveMessage> {
  let token = query.from
  let retryMs = RETRY_MS
  while (!signal.aborted) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { 'last-event-id': token }),
      }
      const response = await send(pathOf(swarm, query), { signal, headers })
      for await (const message of messagesOf(response, signal)) {
        retryMs = RETRY_MS
        if (message.type === 'events') token = message.token
        yield message
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof GatewayError && !error.problem.retriable) throw error
      yield { type: 'lost', error, retryMs }
    }
    await pause(retryMs, signal)
    retryMs = Math.min(2 * retryMs, RETRY_MS_MAX)
  }
}

function pathOf(swarm: string, { run, agents, kinds, stats, from }: LiveQuery): string {
  return withQuery(fillPath(LIVE_PATH, { swarm }), {
    run,
    from,
    agent: agents?.join(','),
    kind: kinds?.join(','),
    stats: stats === true ? '1' : undefined,
  })
}

async function* messagesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<LiveMessage> {
  if (body === null) return
  const stream = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  const reader = stream.getReader()
  // An answer from this very process does not end with the signal of its request.
  const cancel = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const { event = 'message', data, id } = value
      if (event === 'events')
        yield { type: 'events', events: JSON.parse(data) as KnownEventJson[], token: id ?? '' }
      if (event === 'stats') yield { type: 'stats', stats: JSON.parse(data) as LiveStats }
      if (event === 'problem') throw new GatewayError(JSON.parse(data) as Problem)
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}
