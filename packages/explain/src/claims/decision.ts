import type { KnownEvent } from '@waggle/consume'
import { eventToJson, type Decision, type Kind, type WaggleEvent } from '@waggle/event'
import type { Json } from '@waggle/view-coordination'
import { notThere, type EventFinder } from '../event-finder.ts'
import {
  isKnown,
  refuse,
  textOf,
  type Evidence,
  type Found,
  type KnownOf,
  type Rule,
} from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'

/** What an event is to a decision, by its kind; others are called by how it names them. */
const ROLES: Partial<Record<Kind, string>> = {
  bar: 'market',
  model_call: 'model call',
  observation: 'observation',
  proposal: 'proposal',
  recall: 'recall',
  signal: 'signal',
  vote: 'vote',
}

interface Need {
  readonly role: string
  readonly score?: number
}

type Have = ReadonlyMap<string, KnownEvent>

/**
 * Ids of what a decision rests on, as far as it can be told from the events one has: what it names as inputs; the
 * chain of causes within its own line of thought, and where that came from; what its agent recalled and asked models
 * on the way; and the memories those recalls gave, with their scores.
 */
function restsOn(decision: KnownOf<'decision'>, have: Have): Map<string, Need> {
  const { event } = decision
  const needs = new Map<string, Need>()
  const need = (id: string, need: Need): void => {
    if (id !== event.id && !needs.has(id)) needs.set(id, need)
  }
  for (const id of event.inputs) need(id, { role: 'input' })
  if (event.parent !== null) need(event.parent, { role: 'parent' })
  const chain = causesOf(event, have)
  for (const id of chain) need(id, { role: 'cause' })
  for (const known of have.values())
    if (isAside(known, decision, chain)) need(known.event.id, { role: 'aside' })
  for (const id of needs.keys()) {
    const found = have.get(id)?.event
    if (found?.kind !== 'recall') continue
    for (const { memory, score } of found.found)
      if (memory !== event.id) needs.set(memory, { role: 'memory', score })
  }
  return needs
}

/** Its cause, and the cause's as long as it is the same agent's line of thought. */
function causesOf(decision: Decision, have: Have): Set<string> {
  const chain = new Set<string>()
  let event: WaggleEvent | undefined = decision
  while (event !== undefined && event.cause !== null && !chain.has(event.cause)) {
    chain.add(event.cause)
    event = have.get(event.cause)?.event
    if (event?.agent !== decision.agent || event.trajectory !== decision.trajectory) break
  }
  return chain
}

/** Recalls and model calls of the same agent on the way to the decision. */
function isAside(
  { event, knownFrom }: KnownEvent,
  { event: decision, knownFrom: decidedAt }: KnownOf<'decision'>,
  chain: ReadonlySet<string>,
): boolean {
  if (event.kind !== 'recall' && event.kind !== 'model_call') return false
  if (event.agent !== decision.agent || knownFrom > decidedAt) return false
  const { trajectory, cause } = event
  const sameLine = trajectory !== null && trajectory === decision.trajectory
  return sameLine || (cause !== null && chain.has(cause))
}

const ASIDES = ['waggle.recalls.v1', 'waggle.model-calls.v1'] as const

export async function findDecision(
  finder: EventFinder,
  { id }: Claim & { kind: 'decision' },
): Promise<Found> {
  const decision = await finder.byId(id, ['waggle.decisions.v1'])
  if (decision === undefined || !isKnown(decision, 'decision')) throw notThere('decision', id)
  const have = new Map<string, KnownEvent>()
  const missing = new Set<string>()
  const { trajectory } = decision.event
  if (trajectory !== null) await takeAsides(finder, { trajectory }, decision, have)
  // Each event may name others: asked until nothing new is named.
  for (let asked = -1; asked !== have.size + missing.size;) {
    asked = have.size + missing.size
    for (const wanted of restsOn(decision, have).keys()) {
      if (have.has(wanted) || missing.has(wanted)) continue
      const known = await finder.byId(wanted)
      if (known === undefined) missing.add(wanted)
      else have.set(wanted, known)
    }
    for (const cause of causesOf(decision.event, have))
      await takeAsides(finder, { cause }, decision, have)
  }
  const needs = restsOn(decision, have)
  const evidence = [...needs].flatMap(([wanted, need]) => {
    const known = have.get(wanted)
    return known === undefined ? [] : [evidenceOf(known, need)]
  })
  return {
    parameters: { decision: id, missing: [...missing].filter((one) => needs.has(one)).sort() },
    evidence: [{ known: decision, role: 'decision' }, ...evidence],
  }
}

async function takeAsides(
  finder: EventFinder,
  term: { readonly trajectory: string } | { readonly cause: string },
  decision: KnownOf<'decision'>,
  have: Map<string, KnownEvent>,
): Promise<void> {
  const chain = new Set('cause' in term ? [term.cause] : [])
  for (const known of await finder.find(term, ASIDES))
    if (isAside(known, decision, chain)) have.set(known.event.id, known)
}

function evidenceOf(known: KnownEvent, { role, score }: Need): Evidence {
  if (score !== undefined) return { known, role, score }
  return { known, role: ROLES[known.event.kind] ?? role }
}

/** The decision with everything it names resolved, each once and nothing else. */
export const decisionRule: Rule = (events, parameters) => {
  const id = textOf(parameters, 'decision')
  const decision = events.find(({ event }) => event.id === id)
  if (decision === undefined || !isKnown(decision, 'decision'))
    return refuse(`The decision ${id} is not among its evidence`, id)
  const have = new Map(
    events.filter((known) => known !== decision).map((known) => [known.event.id, known]),
  )
  const missing = new Set(parameters['missing'] as readonly string[])
  const needs = restsOn(decision, have)
  for (const needed of needs.keys())
    if (!have.has(needed) && !missing.has(needed)) refuse(`${needed} is missing`, needed)
  for (const cited of have.keys())
    if (!needs.has(cited)) refuse(`${cited} has no part in the decision`, cited)
  return valueOf(decision.event, needs, have, missing)
}

function valueOf(
  decision: Decision,
  needs: ReadonlyMap<string, Need>,
  have: Have,
  missing: ReadonlySet<string>,
): Json {
  const { action, instrument, confidence, predicted_value, quantity, price } = eventToJson(
    decision,
  ) as Record<string, Json>
  const found = [...needs.keys()].flatMap((id) => have.get(id)?.event ?? [])
  return {
    action: action!,
    instrument: instrument!,
    confidence: confidence!,
    predicted_value: predicted_value!,
    quantity: quantity!,
    price: price!,
    inputs: [...decision.inputs],
    votes: found
      .filter((event) => event.kind === 'vote')
      .map(({ agent, choice, confidence: sure }) => ({ agent, choice, confidence: sure })),
    memories: [...needs].flatMap(([memory, { score }]) =>
      score === undefined ? [] : [{ memory, score }],
    ),
    model_calls: found
      .filter((event) => event.kind === 'model_call')
      .map(({ id, tokens_in, tokens_out }) => ({ id, tokens_in, tokens_out })),
    events: found.length + 1,
    missing: [...needs.keys()].filter((id) => missing.has(id)).sort(),
  }
}
