import type { RecountJson } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { knownEventOf, readAdmitted } from '@waggle/consume'
import { isForkRun, positionText, type TopicPartition, type WaggleEvent } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import {
  compareResults,
  recount,
  type Comparison,
  type ResultEvent,
} from '@waggle/view-coordination'
import type { GatewayBus } from './gateway-bus.ts'
import { placeOf } from './place-of.ts'

type Source = Pick<GatewayBus, 'log' | 'codec' | 'coordination'>

const TIMEOUT_MS = 5000

export interface Recounted {
  readonly swarm: string
  readonly run: string | null
  readonly proposal?: string
  readonly resource?: string
}

/**
 * Counts what the log says about a proposal or a lock again and compares that with every result in the log. What was
 * counted but is not written yet is MISSING. INPUT_INVALID for a fork, whose results rest on its parent's events.
 */
export async function recountOf(bus: Source, of: Recounted): Promise<RecountJson> {
  if (of.run !== null && isForkRun(of.run))
    throw new WaggleError('INPUT_INVALID', 'A fork has no results of its own to recount', {
      field: 'run',
    })
  const { log, codec, coordination } = bus
  // What was decided just now is written by who counts; a reader of a cluster may still find it MISSING.
  await coordination.runner.caughtUp(TIMEOUT_MS)
  const [topic, results, name] =
    of.proposal === undefined
      ? ['waggle.locks.v1', 'waggle.lock-results.v1', of.resource!]
      : ['waggle.proposals.v1', 'waggle.proposal-results.v1', of.proposal]
  const isWanted = (event: WaggleEvent): boolean => isAbout(event, of)
  // Results first: what is published meanwhile has then been counted too.
  const { written, positions } = await writtenIn(bus, results, isWanted)
  const counted = await recount(log, codec, placeOf(log, topic, `${of.swarm}/${name}`))
  const compared = compareResults(counted.filter(isWanted), written)
  const differences = compared
    .filter(({ status }) => status !== 'SAME')
    .map((one) => differenceText(one, positions))
  return {
    ...(of.proposal === undefined ? { resource: name } : { proposal: name }),
    agrees: differences.length === 0,
    results: compared.length,
    differences,
  }
}

/** Results of all partitions: one that nothing brought about may stand anywhere. */
async function writtenIn(
  { log, codec }: Pick<Source, 'log' | 'codec'>,
  topic: string,
  isWanted: (event: WaggleEvent) => boolean,
): Promise<{ written: WaggleEvent[]; positions: Map<string, string> }> {
  const written: WaggleEvent[] = []
  const positions = new Map<string, string>()
  const partitions: TopicPartition[] = partitionsOf(log, [topic])
  for (const end of await log.ends(partitions)) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const { event, position } of batch.map(knownEventOf)) {
        if (!isWanted(event)) continue
        written.push(event)
        positions.set(event.id, positionText(position))
      }
    }
  }
  return { written, positions }
}

function isAbout(event: WaggleEvent, { swarm, run, proposal, resource }: Recounted): boolean {
  if (event.swarm !== swarm || event.run !== run) return false
  if (event.kind === 'proposal_result') return event.proposal === proposal
  return event.kind === 'lock_result' && event.resource === resource
}

const WHAT = {
  SAME: 'is the same',
  MISSING: 'was counted and is not in the log',
  EXTRA: 'is in the log and nothing brought it about',
  DIFFERS: 'differs from what was counted in',
} as const

function differenceText(
  { status, result, fields }: Comparison,
  positions: ReadonlyMap<string, string>,
): string {
  const at = positions.get(result.id)
  const where = at === undefined ? '' : ` at ${at}`
  const what = `${status}: ${saysOf(result)}${where} ${WHAT[status]}`
  return fields.length === 0 ? what : `${what} ${fields.join(', ')}`
}

function saysOf(result: ResultEvent): string {
  if (result.kind === 'proposal_result') return `${result.status} ${result.winner ?? ''}`.trim()
  return result.kind === 'lock_result' ? `${result.status} ${result.holder}` : result.kind
}
