import { isWaggleError } from '@waggle/base'
import { readAdmitted } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import { isForkRun, type WaggleEvent } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { ResultPublisher } from './project-coordination.ts'
import { COORDINATOR, resultRecord } from './result-events.ts'

/** Where the results of all that is coordinated are told. */
export const RESULT_TOPICS = [
  'waggle.escalations.v1',
  'waggle.lock-results.v1',
  'waggle.memory-results.v1',
  'waggle.proposal-results.v1',
] as const

/**
 * Appends results that are not in the log yet. What is there is read once, before the first append: so a
 * restart, which recounts from the start, sends nothing again. Results of forks are theirs to say.
 */
export function createResultPublisher(
  log: EventLog,
  codec: Codec,
  topics: readonly string[] = RESULT_TOPICS,
): ResultPublisher {
  let published: Promise<Map<string, number>> | undefined

  const publish = async (events: readonly WaggleEvent[]): Promise<void> => {
    published ??= readPublished(log, codec, topics).catch((error: unknown) => {
      published = undefined
      throw error
    })
    const lastSeqs = await published
    const fresh = events.filter(
      ({ run, session, seq }) => !isForkRun(run) && seq > (lastSeqs.get(session) ?? 0),
    )
    if (fresh.length === 0) return
    try {
      await log.append(fresh.map((event) => resultRecord(codec, event)))
    } catch (error) {
      // Another coordinator was ahead: look again at what there is, then at what is missing.
      if (isWaggleError(error, 'SEQ_DUPLICATE')) published = undefined
      throw error
    }
    for (const { session, seq } of fresh) lastSeqs.set(session, seq)
  }
  return { publish, lookAgain: () => void (published = undefined) }
}

/** Last sequence number of every coordinator session in the log. */
async function readPublished(
  log: EventLog,
  codec: Codec,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const lastSeqs = new Map<string, number>()
  for (const end of await log.ends(partitionsOf(log, topics))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const { envelope } of batch) {
        if (envelope.agent !== COORDINATOR) continue
        const { session, seq } = envelope
        lastSeqs.set(session, Math.max(seq, lastSeqs.get(session) ?? 0))
      }
    }
  }
  return lastSeqs
}

/** Says nothing while muted: for a view beside the one that speaks. What is said is said by one of them alone. */
export function mutedWhile(isMuted: () => boolean, publisher: ResultPublisher): ResultPublisher {
  return {
    publish: async (events) => (isMuted() ? undefined : publisher.publish(events)),
    lookAgain: () => publisher.lookAgain(),
  }
}
