import type { IncomingMessage } from 'node:http'
import { decompressed, tooLarge } from './body-codec.ts'
import { ClickHouseFault } from './clickhouse-error.ts'

/** What a request asks, wherever in it that stood. */
export interface FacadeRequest {
  /** Parameters of the address and of a form, `query` included. */
  readonly params: URLSearchParams
  readonly body: Buffer
}

/** Errors: QUERY_IS_TOO_LARGE, NOT_IMPLEMENTED for an unknown compression, INCORRECT_DATA. */
export async function readRequest(
  message: IncomingMessage,
  url: URL,
  maxBytes: number,
): Promise<FacadeRequest> {
  const { 'content-encoding': encoding, 'content-type': type } = message.headers
  return requestOf({ url, body: await readBody(message, maxBytes), encoding, type }, maxBytes)
}

export interface SentRequest {
  readonly url: URL
  /** As it was sent. */
  readonly body: Buffer
  readonly encoding: string | undefined
  readonly type: string | undefined
}

/** The same of a request whose body is read already. */
export async function requestOf(
  { url, body: sent, encoding, type = '' }: SentRequest,
  maxBytes: number,
): Promise<FacadeRequest> {
  const params = new URLSearchParams(url.searchParams)
  const body = await decompressed(sent, encoding, maxBytes)
  if (!type.startsWith('multipart/form-data')) return { params, body }
  await readForm(body, type, params)
  return { params, body: Buffer.alloc(0) }
}

async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    // What comes is read to its end, for a client that is still sending cannot hear an answer.
    if (size <= maxBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > maxBytes) throw tooLarge(maxBytes)
  return Buffer.concat(chunks)
}

/** Clients send a form when parameters are too long for an address. */
async function readForm(body: Buffer, type: string, params: URLSearchParams): Promise<void> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch((error: unknown) => {
      throw new ClickHouseFault('INCORRECT_DATA', `The form cannot be read: ${String(error)}`)
    })
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      throw new ClickHouseFault('NOT_IMPLEMENTED', 'External tables are not supported')
    }
    params.append(name, value)
  }
}
