import type { KnownEvent } from '@waggle/consume'
import type { ProposalResult } from '@waggle/event'
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
  const counted = await countedOf(finder, proposal, first, all, result)
  return { parameters: { proposal }, evidence: counted.map(roleOf) }
}

async function resultOf(
  finder: EventFinder,
  proposal: string,
): Promise<ProposalResult | undefined> {
  const found = await finder.find({ proposal }, RESULTS)
  return found.filter((known) => isKnown(known, 'proposal_result')).at(-1)?.event
}

async function countedOf(
  finder: EventFinder,
  proposal: string,
  first: KnownEvent,
  all: readonly KnownEvent[],
  result: ProposalResult | undefined,
): Promise<readonly KnownEvent[]> {
  const inOrder = [...all].sort((a, b) => Number(a.position.offset - b.position.offset))
  if (result === undefined) return votesThatCount(proposal, inOrder)
  const evidence = new Set(result.evidence)
  const counted = inOrder.filter(({ position }) => evidence.has(Number(position.offset)))
  if (evidence.has(result.decided_offset)) return counted
  const { topic, partition } = first.position
  const ended = await finder.at({ topic, partition, offset: BigInt(result.decided_offset) })
  return ended === undefined ? counted : [...counted, ended]
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

function roleOf(known: KnownEvent): Evidence {
  const { kind } = known.event
  return { known, role: kind === 'proposal' || kind === 'vote' ? kind : 'clock' }
}

function foldAll(events: readonly KnownEvent[]): PartitionState {
  const state = emptyPartition()
  for (const known of events) foldCoordination(state, known)
  return state
}

/** The count of these votes, by the rules that the coordinator counts by. */
export const proposalRule: Rule = (events, parameters) => {
  const proposal = textOf(parameters, 'proposal')
  const [first] = events
  const inOrder = [...events].sort((a, b) => Number(a.position.offset - b.position.offset))
  const votes = inOrder.filter(
    ({ event }) => event.kind === 'vote' && event.proposal === proposal,
  ).length
  const state = foldAll(inOrder)
  if (first === undefined) return refuse(`No evidence of ${proposal}`)
  const { swarm, run } = first.event
  const report = createCoordinationView(new Map([['', state]])).proposal({ swarm, run }, proposal)
  if (report === undefined) return refuse(`The proposal ${proposal} is not among its evidence`)
  const { status, winner, value, vetoedBy, tallies, turnout, decidedOffset } = report
  const ended = status !== 'PENDING' && !report.evidence.includes(decidedOffset!)
  if (votes !== report.votes.length || events.length !== 1 + votes + (ended ? 1 : 0))
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
