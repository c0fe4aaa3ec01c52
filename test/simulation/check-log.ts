import { positionText, type WaggleEvent } from '@waggle/event'
import type { KnownEvent } from '@waggle/consume'
import { resultsInLog, scoped, type History } from './history.ts'

/** Equal replicas: whoever reads the log, in whatever order and batches, has the same state and results. */
export function replicasAgree({ replicas, coordinators, hotViews }: History): string[] {
  const [first] = replicas
  const found = replicas.flatMap((replica, at) => {
    const wrong = []
    if (replica.digest !== first!.digest) wrong.push(`replica ${at} has another state`)
    if (replica.results.join() !== first!.results.join())
      wrong.push(`replica ${at} counts otherwise`)
    return wrong
  })
  for (const { name, digest, expected } of coordinators)
    if (digest !== expected) found.push(`${name} is not what a reader of its partitions is`)
  for (const { name, digest } of hotViews)
    if (digest !== hotViews[0]!.digest) found.push(`${name} is another than ${hotViews[0]!.name}`)
  return found
}

/** Recount: the results in the log, once admitted, are those that a recount of the log gives, byte for byte. */
export function equalsRecount(history: History): string[] {
  const written = new Map(resultsInLog(history).map(({ event }) => [numbered(event), event]))
  const counted = new Map(history.recounted.map((event) => [numbered(event), event]))
  const found: string[] = []
  for (const [name, event] of counted) {
    const there = written.get(name)
    if (there === undefined) found.push(`${name} is missing: ${text(event)}`)
    else if (text(there) !== text(event))
      found.push(`${name} is ${text(there)}, not ${text(event)}`)
  }
  for (const [name, event] of written)
    if (!counted.has(name)) found.push(`${name} is in the log and nobody counts it: ${text(event)}`)
  return found
}

/** Once: admission lets through no result more often than a recount finds it, whoever published it. */
export function eachResultOnce(history: History): string[] {
  const left = new Map<string, number>()
  const add = (event: WaggleEvent, by: number): number => {
    const { id: _, session: __, seq: ___, ...content } = event
    const name = text(content)
    left.set(name, (left.get(name) ?? 0) + by)
    return left.get(name)!
  }
  for (const event of history.recounted) add(event, 1)
  const found: string[] = []
  const decided = new Set<string>()
  for (const { event } of resultsInLog(history)) {
    if (add(event, -1) === -1) found.push(`once too often: ${text(event)}`)
    if (event.kind !== 'proposal_result') continue
    const name = scoped(event, event.proposal)
    if (decided.has(name)) found.push(`${name} is decided twice`)
    decided.add(name)
  }
  return found
}

/**
 * Sessions keep their order, and nothing acknowledged is lost: what was acknowledged stands where it was said
 * to stand; a record that admission takes for a repetition really repeats one that was admitted before it.
 */
export function nothingLost({ known, refused, records, acknowledged }: History): string[] {
  const admitted = new Map<string, KnownEvent>()
  for (const event of [...known.values()].flat()) {
    admitted.set(positionText(event.position), event)
  }
  const firsts = new Set([...known].flatMap(([name, events]) => events.map(bytesIn(name, records))))
  const found = refused
    .filter(({ code }) => code === 'SEQ_DUPLICATE')
    .filter(({ record: { topic, partition, value } }) => {
      return !firsts.has(`${topic}/${partition} ${value.toString('base64')}`)
    })
    .map(({ record, reason }) => `${positionText(record)} is no repetition: ${reason}`)
  const tooEarly = new Set(
    refused
      .filter(({ code }) => code === 'KNOWN_IN_FUTURE')
      .map(({ record }) => positionText(record)),
  )
  for (const { position, session, seq } of acknowledged) {
    const at = positionText(position)
    if (tooEarly.has(at)) continue
    const event = admitted.get(at)?.event
    if (event?.session !== session || event.seq !== seq)
      found.push(`${session} ${seq} was acknowledged at ${at} and is not there`)
  }
  return found
}

function bytesIn(name: string, records: History['records']): (event: KnownEvent) => string {
  return ({ position }) => {
    const { value } = records.get(name)![Number(position.offset)]!
    return `${name} ${value.toString('base64')}`
  }
}

function numbered({ session, seq }: WaggleEvent): string {
  return `${session} ${seq}`
}

function text(event: object): string {
  return JSON.stringify(event)
}
