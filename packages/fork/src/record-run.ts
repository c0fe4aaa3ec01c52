import { FRAME_HEADER_BYTES, type EnvelopeView } from '@waggle/codec'
import type { LogRecord } from '@waggle/log'

/**
 * The run under which a record of this swarm stands; undefined for one of another swarm, and for bytes that no envelope
 * lies in: anyone may have put them there, and admission refuses them in every run. The view then stands on it.
 */
export function runOfRecord(
  view: EnvelopeView,
  swarm: string,
  { value }: LogRecord,
): string | null | undefined {
  if (value.length <= FRAME_HEADER_BYTES) return undefined
  try {
    view.moveTo(value, 0)
    return view.swarm === swarm ? view.run : undefined
  } catch {
    // What was not checked may be read beyond its end.
    return undefined
  }
}
