import { FRAME_HEADER_BYTES, type EnvelopeView } from '@waggle/codec'
import { RUN_CLOCK } from '@waggle/emit'
import { isForkRun } from '@waggle/event'
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

/**
 * The same, and the run of a tick that another swarm sent: it moves the clock of all swarms of its run, so what ended by it
 * has ended. Runs of forks have one swarm each: an equal name is another's.
 */
export function runMovedBy(
  view: EnvelopeView,
  swarm: string,
  record: LogRecord,
): string | null | undefined {
  const own = runOfRecord(view, swarm, record)
  if (own !== undefined || record.value.length <= FRAME_HEADER_BYTES) return own
  try {
    return view.agent === RUN_CLOCK && !isForkRun(view.run) ? view.run : undefined
  } catch {
    return undefined
  }
}
