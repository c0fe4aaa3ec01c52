import type { Clock } from '@waggle/base'
import { GatewayFault } from './gateway-fault.ts'

export interface EventMessage {
  readonly event: string
  /** JSON without line breaks. */
  readonly data: string
  readonly id?: string
}

/** Server-sent events as they are written. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>
  /** Aborts when the reader goes away or is let go. */
  readonly signal: AbortSignal
  /**
   * Resolves once the reader took what was written before, so that a slow one holds back its own writer alone.
   * READER_TOO_SLOW where it does not take it in time.
   */
  send(message: EventMessage): Promise<void>
  /** A line that readers pass over: keeps proxies from closing what is silent. */
  comment(text: string): Promise<void>
  /** Ends the stream behind what was written. */
  close(): void
  /** Breaks the connection off, whatever was not taken. */
  letGo(why: unknown): void
}

/** A stream of one reader, which has `slowMs` milliseconds to take a message. */
export function openEventStream({ clock, slowMs }: { clock: Clock; slowMs: number }): EventStream {
  const gone = new AbortController()
  const encoder = new TextEncoder()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let taken = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>(
    {
      start: (own) => void (controller = own),
      pull: () => {
        taken.resolve()
        taken = Promise.withResolvers()
      },
      cancel: () => gone.abort(),
    },
    { highWaterMark: 1 },
  )
  const write = async (text: string): Promise<void> => {
    if (gone.signal.aborted) return
    const next = taken.promise
    controller.enqueue(encoder.encode(text))
    if ((controller.desiredSize ?? 1) > 0) return
    const done = new AbortController()
    const late = clock.sleep(slowMs, AbortSignal.any([done.signal, gone.signal])).then(
      () => {
        throw new GatewayFault('READER_TOO_SLOW', `A message was not taken in ${slowMs} ms`)
      },
      () => {},
    )
    try {
      await Promise.race([next, late])
    } finally {
      done.abort()
    }
  }
  let last: Promise<void> = Promise.resolve()
  const inTurn = (text: string): Promise<void> => {
    const turn = last.then(() => write(text))
    last = turn.catch(() => {})
    return turn
  }
  const end = (how: () => void): void => {
    if (gone.signal.aborted) return
    gone.abort()
    how()
  }
  return {
    body,
    signal: gone.signal,
    send: ({ event, data, id }) => {
      const named = id === undefined ? '' : `id: ${id}\n`
      return inTurn(`event: ${event}\n${named}data: ${data}\n\n`)
    },
    comment: (text) => inTurn(`: ${text}\n\n`),
    close: () => end(() => controller.close()),
    letGo: (why) => end(() => controller.error(why)),
  }
}
