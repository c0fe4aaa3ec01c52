import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { resultsInLog, scoped, type CoordinatorEnd, type History } from './history.ts'

/**
 * Liveness: once the faults are over and ticks have come to every partition, no proposal past its deadline is
 * open, every proposal of the log has its result there, and nobody holds a lock past the end of the lease that
 * the commands in the log asked for.
 */
export function nothingHangs(history: History): string[] {
  const decided = new Set(
    resultsInLog(history).flatMap(({ event }) =>
      event.kind === 'proposal_result' ? [scoped(event, event.proposal)] : [],
    ),
  )
  const undecided = [...history.known.values()].flat().flatMap(({ event }) => {
    if (event.kind !== 'proposal' || decided.has(scoped(event, event.proposal))) return []
    return [`${scoped(event, event.proposal)} has no result`]
  })
  const leases = leasesOf(history)
  return [...undecided, ...history.coordinators.flatMap((end) => hanging(history, leases, end))]
}

/**
 * Nothing unsaid: when the faults stop and everything has come to rest, each result that the log has brought about
 * is in the log, without anything new that would stir the coordinators.
 */
export function nothingUnsaid({ atRest, records }: History): string[] {
  const { results, ends } = atRest
  const there = new Set(
    [...ends].flatMap(([name, end]) =>
      records
        .get(name)!
        .slice(0, Number(end))
        .map(({ value }) => value.toString('base64')),
    ),
  )
  const missing = results.filter((bytes) => !there.has(bytes))
  return missing.length === 0 ? [] : [`${missing.length} results are not in the log at rest`]
}

function hanging(
  { lastTick }: History,
  leases: readonly Lease[],
  { name, proposals, locks }: CoordinatorEnd,
): string[] {
  const open = proposals
    .filter(({ report }) => report.status === 'PENDING')
    .map(({ report, ...scope }) => `${name}: ${scoped(scope, report.proposal)} is still open`)
  const held = locks.flatMap(({ report, ...scope }) =>
    report.holders
      .map((holder) => ({ ...holder, lock: scoped(scope, report.resource) }))
      .filter(({ lock, agent, request, token }) => {
        const own = leases.filter((one) => one.by === `${lock}/${agent}/${request}`)
        return own.every((lease) => lease.endsAt(token) < lastTick)
      })
      .map(({ lock, agent }) => `${name}: ${lock} is still held by ${agent}`),
  )
  return [...open, ...held]
}

interface Lease {
  /** Lock, agent and request. */
  readonly by: string
  /** When it is over for a grant with this token, as far as this command says. */
  endsAt(token: bigint): Micros
}

/** What the commands say: an ACQUIRE from its grant on, a RENEW from when it is known. */
function leasesOf({ known }: History): Lease[] {
  return [...known.values()].flatMap((partition) => {
    const at = new Map(
      partition.map((one): [bigint, Micros] => [one.position.offset, one.knownFrom]),
    )
    return partition.flatMap(({ event, knownFrom }: KnownEvent): Lease[] => {
      if (event.kind !== 'lock_command' || event.op === 'RELEASE') return []
      const { agent, request, op, lease_ms } = event
      const by = `${scoped(event, event.resource)}/${agent}/${request}`
      const from = (token: bigint): Micros => (op === 'RENEW' ? knownFrom : at.get(token)!)
      return [{ by, endsAt: (token) => from(token) + lease_ms * 1000 }]
    })
  })
}
