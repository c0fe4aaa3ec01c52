import type { KnownEvent } from '@waggle/consume'
import { topicOf, type LockResult } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import {
  canonicalJson,
  emptyPartition,
  foldCoordination,
  type Json,
} from '@waggle/view-coordination'
import { notThere, type EventFinder } from '../event-finder.ts'
import { isKnown, refuse, textOf, type Found, type Rule, type RuleParameters } from '../evidence.ts'
import { minimise } from '../minimise.ts'
import type { Claim } from '../parse-claim.ts'

const LOCKS = topicOf('lock_command')
const RESULTS = [topicOf('lock_result')] as const

/** The commands without which the record that the token names would not have granted what it did. */
export async function findLock(
  finder: EventFinder,
  { resource, token }: Claim & { kind: 'lock' },
): Promise<Found> {
  const partition = partitionOf(`${finder.swarm}/${resource}`, finder.partitionsOf(LOCKS))
  const at = await finder.at({ topic: LOCKS, partition, offset: BigInt(token) })
  const results = at === undefined ? [] : await resultsOf(finder, at, resource)
  const grants = results.filter((one) => one.status === 'GRANTED' && one.token === token)
  if (at === undefined || grants.length === 0) throw notThere('grant', `${resource}/${token}`)
  const parameters = { resource, token }
  const wanted = canonicalJson(grantsValue(grants))
  const gives = (events: readonly KnownEvent[]): boolean =>
    canonicalJson(grantsOf(events, parameters)) === wanted
  const commandsOf = async (agent: string | undefined): Promise<KnownEvent[]> =>
    (await finder.find(agent === undefined ? undefined : { agent }, [LOCKS])).filter(
      ({ event, position }) =>
        event.kind === 'lock_command' &&
        event.resource === resource &&
        position.partition === partition &&
        position.offset < at.position.offset,
    )
  // Those who had the lock and those who got it mostly tell all; else everyone who ever asked for it.
  const parties = [...new Set(results.map(({ holder }) => holder))]
  const some = inOrder((await Promise.all(parties.map(commandsOf))).flat())
  const enough = gives([...some, at]) ? some : inOrder(await commandsOf(undefined))
  const evidence = minimise(enough, (events) => gives([...events, at]))
  return {
    parameters,
    evidence: [...evidence, at].map((known) => ({ known, role: roleOf(known) })),
  }
}

async function resultsOf(
  finder: EventFinder,
  { event }: KnownEvent,
  resource: string,
): Promise<LockResult[]> {
  return (await finder.find({ cause: event.id }, RESULTS)).flatMap((known) =>
    isKnown(known, 'lock_result') && known.event.resource === resource ? [known.event] : [],
  )
}

function inOrder(events: readonly KnownEvent[]): KnownEvent[] {
  return [...events].sort((a, b) => Number(a.position.offset - b.position.offset))
}

function roleOf({ event }: KnownEvent): string {
  return event.kind === 'lock_command' ? event.op.toLowerCase() : 'clock'
}

/** What the record at the token's offset grants, when only these commands came before. */
function grantsOf(events: readonly KnownEvent[], parameters: RuleParameters): Json {
  const resource = textOf(parameters, 'resource')
  const token = parameters['token']
  const state = emptyPartition()
  const granted: LockResult[] = []
  for (const known of inOrder(events)) {
    const results = foldCoordination(state, known)
    if (Number(known.position.offset) !== token) continue
    for (const result of results)
      if (
        result.kind === 'lock_result' &&
        result.status === 'GRANTED' &&
        result.resource === resource
      )
        granted.push(result as LockResult)
  }
  return grantsValue(granted)
}

function grantsValue(granted: readonly LockResult[]): Json {
  return granted.map(({ holder, request, mode, lease_until, token }) => {
    return { holder, request, mode, token, lease_until }
  })
}

export const lockRule: Rule = (events, parameters) => {
  const value = grantsOf(events, parameters)
  const text = canonicalJson(value)
  if (text === '[]') refuse('These commands grant nothing')
  for (const one of events) {
    const others = events.filter((other) => other !== one)
    if (canonicalJson(grantsOf(others, parameters)) === text)
      refuse(`${one.event.id} has no part in the grant`, one.event.id)
  }
  return value
}
