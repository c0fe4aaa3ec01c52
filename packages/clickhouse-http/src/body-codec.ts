import { promisify } from 'node:util'
import {
  brotliCompress,
  brotliDecompress,
  deflate,
  gunzip,
  gzip,
  inflate,
  zstdCompress,
  zstdDecompress,
} from 'node:zlib'
import { ClickHouseFault } from './clickhouse-error.ts'
import { lz4Decompress } from './lz4-frame.ts'

/** Decompresses the first stream in `bytes`; says how many bytes that was. */
type Decompress = (bytes: Buffer, maxBytes: number) => Promise<readonly [out: Buffer, used: number]>

const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: byNode(gunzip),
  deflate: byNode(inflate),
  br: byNode(brotliDecompress),
  zstd: byNode(zstdDecompress),
  lz4: async (bytes, maxBytes) => [lz4Decompress(bytes, maxBytes), bytes.length],
}

interface Told {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function byNode(
  decompress: typeof gunzip | typeof zstdDecompress | typeof brotliDecompress,
): Decompress {
  const call = promisify(decompress as typeof gunzip) as unknown as (
    bytes: Buffer,
    options: { maxOutputLength: number; info: true },
  ) => Promise<Told>
  return async (bytes, maxOutputLength) => {
    const { buffer, engine } = await call(bytes, { maxOutputLength, info: true })
    return [buffer, engine.bytesWritten]
  }
}

const COMPRESS: readonly [name: string, compress: (bytes: Buffer) => Promise<Buffer>][] = [
  ['zstd', promisify(zstdCompress)],
  ['gzip', promisify(gzip)],
  ['deflate', promisify(deflate)],
  ['br', promisify(brotliCompress)],
]

/** The body as it was before `encoding`. Errors: NOT_IMPLEMENTED, QUERY_IS_TOO_LARGE, INCORRECT_DATA. */
export async function decompressed(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity' || encoding === '') return bytes
  const decompress = Object.hasOwn(DECOMPRESS, encoding) ? DECOMPRESS[encoding] : undefined
  if (decompress === undefined) {
    throw new ClickHouseFault('NOT_IMPLEMENTED', `Unknown compression method ${encoding}`)
  }
  try {
    const parts: Buffer[] = []
    // Clients send one stream behind another, and Node ends with the first.
    for (let at = 0, room = maxBytes; at < bytes.length;) {
      const [part, used] = await decompress(bytes.subarray(at), room)
      if (used === 0) throw new RangeError('nothing could be read')
      parts.push(part)
      room -= part.length
      at += used
      if (room <= 0 && at < bytes.length) throw tooLarge(maxBytes)
    }
    return Buffer.concat(parts)
  } catch (error) {
    if (error instanceof ClickHouseFault) throw error
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new ClickHouseFault('INCORRECT_DATA', `The body is not ${encoding}: ${String(error)}`)
  }
}

export function tooLarge(maxBytes: number): ClickHouseFault {
  return new ClickHouseFault('QUERY_IS_TOO_LARGE', `The body is larger than ${maxBytes} bytes`)
}

/** The first encoding of ours that the client takes; undefined for none. */
export function chooseEncoding(accepted: string | undefined): string | undefined {
  const names = (accepted ?? '').split(',').map((part) => part.split(';')[0]!.trim())
  return COMPRESS.find(([name]) => names.includes(name))?.[0]
}

export async function compressed(bytes: Buffer, encoding: string): Promise<Buffer> {
  return COMPRESS.find(([name]) => name === encoding)![1](bytes)
}
