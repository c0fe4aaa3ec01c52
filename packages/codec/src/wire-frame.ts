import { WaggleError } from '@waggle/base'

/**
 * Confluent wire format:
 *
 *   byte 0      magic, 0x00
 *   bytes 1-4   schema id, int32 big-endian
 *   bytes 5-    Avro binary body
 */
export const FRAME_HEADER_BYTES = 5
const MAGIC = 0x00

export function writeFrameHeader(frame: Buffer, schemaId: number): void {
  frame[0] = MAGIC
  frame.writeInt32BE(schemaId, 1)
}

/** The schema id of a frame, or FRAME_INVALID. */
export function schemaIdOf(frame: Uint8Array): number {
  if (frame.length < FRAME_HEADER_BYTES) {
    throw new WaggleError(
      'FRAME_INVALID',
      `A frame has at least ${FRAME_HEADER_BYTES} bytes, got ${frame.length}`,
    )
  }
  if (frame[0] !== MAGIC) {
    throw new WaggleError(
      'FRAME_INVALID',
      `The magic byte must be 0x00, got 0x${frame[0]!.toString(16)}`,
    )
  }
  return (frame[1]! << 24) | (frame[2]! << 16) | (frame[3]! << 8) | frame[4]!
}
