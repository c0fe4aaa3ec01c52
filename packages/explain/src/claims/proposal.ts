import type { KnownEvent } from '@waggle/consume'
import type { ProposalResult, WaggleEvent } from '@waggle/event'
import {
  createCoordinationView,
  emptyPartition,
  foldCoordination,
  type Json,
  type PartitionState,
} from '@waggle/view-coordination'
import { notThere, type EventFinder } from '../event-finder.ts'
import { isKnown, refuse, textOf, type Evidence, type Found, type Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'

const PROPOSALS = ['waggle.proposals.v1'] as const
const RESULTS = ['waggle.proposal-results.v1'] as const

/** A proposal with every vote that counts, and the record that ended it where its deadline did. */
export async function findProposal(
  finder: EventFinder,
  { proposal }: Claim & { kind: 'proposal' },
): Promise<Found> {
  const all = await finder.find({ proposal }, PROPOSALS)
  const [first] = all
  if (first === undefined) throw notThere('proposal', proposal)
  const result = await resultOf(finder, proposal)
  const counted = countedOf(proposal, all, result)
  const offset = result?.decided_offset
  if (offset === undefined || counted.some(({ position }) => Number(position.offset) === offset))
    return { parameters: { proposal }, evidence: counted.map(asEvidence) }
  const { topic, partition } = first.position
  const ended = await finder.at({ topic, partition, offset: BigInt(offset) })
  if (ended !== undefined)
    return {
      parameters: { proposal },
      evidence: [...counted.map(asEvidence), { known: ended, role: 'clock' }],
    }
  // Another swarm's event showed that the deadline was over: that it did is told, and not what it says.
  const clock = [offset, result!.known_at - RESULT_DELAY]
  return { parameters: { proposal, clock }, evidence: counted.map(asEvidence) }
}

/** A result is known one microsecond after what brought it about. */
const RESULT_DELAY = 1

async function resultOf(
  finder: EventFinder,
  proposal: string,
): Promise<ProposalResult | undefined> {
  const found = await finder.find({ proposal }, RESULTS)
  return found.filter((known) => isKnown(known, 'proposal_result')).at(-1)?.event
}

function countedOf(
  proposal: string,
  all: readonly KnownEvent[],
  result: ProposalResult | undefined,
): readonly KnownEvent[] {
  const inOrder = [...all].sort(byOffset)
  if (result === undefined) return votesThatCount(proposal, inOrder)
  const evidence = new Set(result.evidence)
  return inOrder.filter(({ position }) => evidence.has(Number(position.offset)))
}

function byOffset(a: KnownEvent, b: KnownEvent): number {
  return Number(a.position.offset - b.position.offset)
}

/** Of a proposal that is still open: itself, and the votes that its count names. */
function votesThatCount(proposal: string, all: readonly KnownEvent[]): readonly KnownEvent[] {
  const state = foldAll(all)
  const made = all.find(({ event }) => event.kind === 'proposal')
  if (made === undefined) throw notThere('proposal', proposal)
  const { swarm, run } = made.event
  const view = createCoordinationView(new Map([['', state]]))
  const report = view.proposal({ swarm, run }, proposal)
  const votes = new Set(report?.votes.map(({ offset }) => offset))
  return all.filter((known) => known === made || votes.has(Number(known.position.offset)))
}

function asEvidence(known: KnownEvent): Evidence {
  return { known, role: known.event.kind }
}

function foldAll(events: readonly KnownEvent[]): PartitionState {
  const state = emptyPartition()
  for (const known of events) foldCoordination(state, known)
  return state
}

/** A tick in place of an event that must not be told. */
function clockOf({ event, position }: KnownEvent, clock: Json | undefined): KnownEvent[] {
  if (clock === undefined) return []
  const [offset, knownFrom] = clock as readonly [number, number]
  const tick = { ...event, kind: 'tick', id: '' } as WaggleEvent
  return [
    { event: tick, position: { ...position, offset: BigInt(offset) }, knownFrom, late: false },
  ]
}

/** The count of these votes, by the rules that the coordinator counts by. */
export const proposalRule: Rule = (events, parameters) => {
  const proposal = textOf(parameters, 'proposal')
  const [first] = events
  if (first === undefined) return refuse(`No evidence of ${proposal}`)
  const inOrder = [...events, ...clockOf(first, parameters['clock'])].sort(byOffset)
  const votes = inOrder.filter(
    ({ event }) => event.kind === 'vote' && event.proposal === proposal,
  ).length
  const state = foldAll(inOrder)
  const { swarm, run } = first.event
  const report = createCoordinationView(new Map([['', state]])).proposal({ swarm, run }, proposal)
  if (report === undefined) return refuse(`The proposal ${proposal} is not among its evidence`)
  const { status, winner, value, vetoedBy, tallies, turnout, decidedOffset } = report
  const ended = status !== 'PENDING' && !report.evidence.includes(decidedOffset!)
  if (votes !== report.votes.length || inOrder.length !== 1 + votes + (ended ? 1 : 0))
    refuse(`The evidence of ${proposal} has events that do not count`)
  return {
    status,
    winner,
    value,
    vetoed_by: vetoedBy,
    tallies: tallies.map(({ choice, weight, votes: count }) => ({ choice, weight, votes: count })),
    turnout,
    votes,
    decided_offset: decidedOffset === null ? null : String(decidedOffset),
  } satisfies Json
}
