import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { derivedId, positionText } from '@waggle/event'
import { resultsInLog, type History } from './history.ts'

/** Time never goes back: within a run and partition nothing counts as known before what stands before it. */
export function timeOnlyPasses({ known }: History): string[] {
  return [...known.values()].flatMap((partition) => {
    const latest = new Map<string | null, Micros>()
    return partition.flatMap(({ event, knownFrom, position }) => {
      const before = latest.get(event.run) ?? 0
      latest.set(event.run, knownFrom)
      const at = positionText(position)
      if (knownFrom < event.known_at) return [`${at} counts before it was known`]
      return knownFrom < before ? [`${at} counts before its predecessor`] : []
    })
  })
}

/**
 * Ends are on time: what shows that a lease is over is the first record of its run and partition known after it,
 * neither an earlier nor a later one; and no proposal is decided by a record that comes after that one.
 */
export function endsOnTime(history: History): string[] {
  const { known } = history
  // A tick has one id in all partitions; the session of a result says which partition it is of.
  const causes = new Map(
    [...known].flatMap(([name, partition]) =>
      partition.map(({ event }, index) => {
        return [`${derivedId(`coordinator/${name}`)} ${event.id}`, { partition, index }] as const
      }),
    ),
  )
  const deadlines = new Map(
    [...known.values()]
      .flat()
      .flatMap(({ event, position }): [string, Micros][] =>
        event.kind === 'proposal' ? [[positionText(position), event.deadline_at]] : [],
      ),
  )
  return resultsInLog(history).flatMap(({ event, position }) => {
    const shown = causes.get(`${event.session} ${event.cause}`)
    if (shown === undefined) return [`${positionText(position)} has no cause in the log`]
    const { partition, index } = shown
    const here = partition[index]!
    const previous = partition.slice(0, index).findLast((one) => one.event.run === event.run)
    const late = (end: Micros): boolean => isAfter(previous, end)
    if (event.kind === 'lock_result' && event.status === 'EXPIRED') {
      const end = event.lease_until!
      return late(end) || !isAfter(here, end) ? [`${positionText(position)} is not on time`] : []
    }
    if (event.kind !== 'proposal_result') return []
    const offset = BigInt(event.evidence[0]!)
    const deadline = deadlines.get(positionText({ ...here.position, offset }))
    // A proposal may come when its deadline is over: then it is the one before.
    const isOwn = previous?.position.offset === offset
    return deadline !== undefined && late(deadline) && !isOwn
      ? [`${positionText(position)} is decided too late`]
      : []
  })
}

function isAfter(known: KnownEvent | undefined, end: Micros): boolean {
  return known !== undefined && known.knownFrom > end
}
