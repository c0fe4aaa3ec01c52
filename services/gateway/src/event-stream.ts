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
  /** Sends a last message and ends the stream behind it: what others send from now on is dropped. */
  closeWith(message: EventMessage): Promise<void>
  /** Breaks the connection off, whatever was not taken. */
  letGo(why: unknown): void
}

export interface EventStreamOptions {
  readonly clock: Clock
  /** Milliseconds that the reader has to take a message. */
  readonly slowMs: number
  /** Closes the reader's connection; where it is left out, the stream itself fails. */
  readonly disconnect?: (() => void) | undefined
}

/** A stream of one reader. */
export function openEventStream({ clock, slowMs, disconnect }: EventStreamOptions): EventStream {
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
  const close = (): void => end(() => controller.close())
  let closing: Promise<void> | undefined
  return {
    body,
    signal: gone.signal,
    send: (message) => closing ?? inTurn(textOf(message)),
    comment: (text) => closing ?? inTurn(`: ${text}\n\n`),
    close,
    closeWith: (message) => (closing ??= inTurn(textOf(message)).then(close)),
    // To fail the stream of a connection would have the server print it.
    letGo: (why) => end(disconnect ?? (() => controller.error(why))),
  }
}

function textOf({ event, data, id }: EventMessage): string {
  const named = id === undefined ? '' : `id: ${id}\n`
  return `event: ${event}\n${named}data: ${data}\n\n`
}
