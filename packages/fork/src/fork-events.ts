import { isWaggleError, WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { positionText, type WaggleEvent } from '@waggle/event'
import { replay, type ReplayOptions } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import { lineageOf } from './find-lineage.ts'
import { createRunLog } from './run-log.ts'

export interface ForkEventsOptions extends Omit<ReplayOptions, 'judgments' | 'onJudged'> {
  readonly swarm: string
  readonly vault?: Vault
  /**
   * `stop` throws SUBJECT_ERASED at the first event about somebody who is erased, or whose seal is broken
   * (SEAL_INVALID); a function is told of each, and it is left out.
   */
  readonly onErased?: 'stop' | ((error: WaggleError) => void)
}

/** Everything a run has, what it began with too, in the order in which the swarm learned it. */
export async function* forkEvents(options: ForkEventsOptions): AsyncGenerator<KnownEvent> {
  const { swarm, run, vault, onErased = 'stop' } = options
  const log = createRunLog({ log: options.log, lineage: await lineageOf(options, swarm, run) })
  for await (const known of replay({ ...options, log })) {
    const opened = await openAt(vault, known)
    if (!isWaggleError(opened)) yield opened === known.event ? known : { ...known, event: opened }
    else if (onErased === 'stop') throw opened
    else onErased(opened)
  }
}

async function openAt(
  vault: Vault | undefined,
  { event, position }: KnownEvent,
): Promise<WaggleEvent | WaggleError> {
  if (vault === undefined || event.subject === null) return event
  const input = positionText(position)
  try {
    const opened = await vault.open(event)
    const what = `The ${event.kind} at ${input} is about ${event.subject}`
    return opened ?? new WaggleError('SUBJECT_ERASED', what, { field: 'subject', input })
  } catch (error) {
    if (!isWaggleError(error, 'SEAL_INVALID')) throw error
    return new WaggleError('SEAL_INVALID', `The ${event.kind} at ${input} does not open`, {
      input,
      cause: error,
    })
  }
}
