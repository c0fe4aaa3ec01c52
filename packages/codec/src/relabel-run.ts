import { longBytes } from './object-container.ts'
import { skipLong, skipOptionalText, skipText } from './trusted-read.ts'
import { FRAME_HEADER_BYTES } from './wire-frame.ts'

/** One byte of length and 36 characters. */
const UUID_BYTES = 37
const NULL_BRANCH = Buffer.from([0])

/**
 * The same frame under another run; all its other bytes stay. For reading only: what stands in the log is never
 * changed.
 *
 * @param frame One whose body begins with an envelope; of malformed ones, malformed ones are made.
 */
export function relabelRun(frame: Buffer, run: string | null): Buffer {
  const swarm = FRAME_HEADER_BYTES + UUID_BYTES
  const session = skipText(frame, skipText(frame, swarm))
  const seq = skipText(frame, session)
  const trajectory = skipLong(frame, skipLong(frame, skipLong(frame, seq)))
  const start = skipOptionalText(frame, skipOptionalText(frame, trajectory))
  const end = skipOptionalText(frame, start)
  return Buffer.concat([frame.subarray(0, start), runBytes(run), frame.subarray(end)])
}

let lastRun: string | null = null
let lastBytes: Buffer = NULL_BRANCH

/** The union of null and text; the last one is kept, for loops over one run. */
function runBytes(run: string | null): Buffer {
  if (run === lastRun) return lastBytes
  const text = Buffer.from(run ?? '')
  lastBytes =
    run === null ? NULL_BRANCH : Buffer.concat([longBytes(1), longBytes(text.length), text])
  lastRun = run
  return lastBytes
}
