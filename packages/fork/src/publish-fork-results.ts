import { knownEventOf, readAdmitted } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import {
  derivedId,
  eventId,
  partitionKeyOf,
  topicOf,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { COORDINATOR, RESULT_TOPICS, type ResultPublisher } from '@waggle/view-coordination'

/**
 * Says the results of a fork in its own sessions. Its coordinator counts from the start of the parent; what it
 * counts there stands in what the fork began with, recognised by what it says, for it was numbered among other
 * runs' results. What is missing there (decided behind the cut) is said anew.
 *
 * @param log The fork as a log of its own.
 */
export function createForkPublisher(log: EventLog, codec: Codec, run: string): ResultPublisher {
  let said: Promise<Set<string>> | undefined
  return {
    publish: async (events) => {
      said ??= readSaid(log, codec)
      const known = await said
      const fresh = events.filter((event) => !known.has(contentOf(event)))
      if (fresh.length === 0) return
      const own = fresh.map((event) => underRun(event, run))
      await log.append(
        own.map((event) => ({
          topic: topicOf(event.kind as Exclude<Kind, 'tick'>),
          key: partitionKeyOf(event),
          value: codec.encode(event),
          producer: { session: event.session, seq: event.seq },
        })),
      )
      for (const event of own) known.add(contentOf(event))
    },
    lookAgain: () => void (said = undefined),
  }
}

async function readSaid(log: EventLog, codec: Codec): Promise<Set<string>> {
  const said = new Set<string>()
  for (const end of await log.ends(partitionsOf(log, RESULT_TOPICS))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const record of batch) {
        if (record.envelope.agent === COORDINATOR) said.add(contentOf(knownEventOf(record).event))
      }
    }
  }
  return said
}

/** All that a result says but who said it as which: the same fold says the same. */
function contentOf(event: WaggleEvent): string {
  const { id: _id, session: _session, seq: _seq, ...content } = event
  return JSON.stringify(
    Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)),
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )
}

/** Its number counts the results of the partition that the fork sees. */
function underRun(event: WaggleEvent, run: string): WaggleEvent {
  const session = derivedId(`${run}/${event.session}`)
  return { ...event, session, id: eventId(session, event.seq, event.known_at) }
}
