import { isWaggleError, WaggleError } from '@waggle/base'
import { sealRun, type Emitted } from '@waggle/emit'
import { partitionName, type Position, type Proposal, type Voter } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import { readView, type ReadOptions } from '@waggle/query'
import type { MemberFilter, ProposalReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'

const TOPIC = 'waggle.proposals.v1'
const RESULT_TIMEOUT_MS = 5000
/** What a vote for a value is called where its author gives no choice. */
const VALUE = 'value'

type Terms = Partial<
  Pick<Proposal, 'options' | 'quorum' | 'threshold' | 'rule' | 'vetoers' | 'revote' | 'trajectory'>
>

export interface ProposalDraft extends Terms {
  /** Unique in the swarm. */
  readonly proposal: string
  readonly question: string
  /** Milliseconds from now, by the agent's clock, until votes come too late. */
  readonly lastsMs: number
  /** Who may vote, with which weight; the members of the registry if left out. */
  readonly electorate?: readonly Voter[]
}

export interface VoteDraft {
  readonly proposal: string
  /** An option, `abstain` or `veto`; may be left out where a value is voted for. */
  readonly choice?: string
  readonly value?: number
  /** From 0 to 1; 1 if left out. */
  readonly confidence?: number
  readonly reasoning?: string
}

/** Votes of one agent: its questions to the swarm, its answers to others, and what came of them. */
export interface Proposals {
  /**
   * The members of the swarm with their weights, as the registry has them now, by name: an electorate to be
   * frozen in a proposal. `after` gives positions the registry must have read.
   */
  electorate(filter?: MemberFilter, options?: ReadOptions): Promise<Voter[]>
  /** Puts a question to the vote. INPUT_INVALID where nobody may vote. */
  propose(draft: ProposalDraft): Promise<Emitted<'proposal'>>
  /** Votes. Whether it counts is for the log to say: `ProposalReport.uncounted` has the reason where not. */
  vote(draft: VoteDraft): Promise<Emitted<'vote'>>
  /**
   * Waits until a proposal is decided. Once its deadline is over by the agent's clock, a tick tells its
   * partition so, the same tick whoever waits. VIEW_STALE if there is no result within `timeoutMs`.
   */
  awaitResult(proposal: string, options?: ReadOptions): Promise<ProposalReport>
}

/** Proposals of an agent and its votes on others'. */
export function createProposals(bus: AgentBus): Proposals {
  return {
    electorate: (filter, options) => electorateOf(bus, filter, options),
    propose: (draft) => propose(bus, draft),
    vote: (draft) => vote(bus, draft),
    awaitResult: (proposal, options) => awaitResult(bus, proposal, options),
  }
}

async function electorateOf(
  { coordination, swarm, run }: AgentBus,
  filter: MemberFilter = {},
  options?: ReadOptions,
): Promise<Voter[]> {
  const read = await readView(coordination, (view) => view.members({ swarm, run }, filter), options)
  return read.value.map(({ agent, weight }) => ({ agent, weight }))
}

async function propose(
  bus: AgentBus,
  { lastsMs, electorate, ...draft }: ProposalDraft,
): Promise<Emitted<'proposal'>> {
  const voters = [...(electorate ?? (await electorateOf(bus)))]
  if (voters.length === 0) {
    throw new WaggleError('INPUT_INVALID', `Nobody may vote on ${draft.proposal}`, {
      field: 'electorate',
    })
  }
  const known_at = bus.clock.now()
  const deadline_at = known_at + Math.round(lastsMs * 1000)
  return bus.emitter.emit({ ...draft, kind: 'proposal', electorate: voters, known_at, deadline_at })
}

async function vote(bus: AgentBus, draft: VoteDraft): Promise<Emitted<'vote'>> {
  const { proposal, value, choice = value === undefined ? undefined : VALUE } = draft
  if (choice === undefined) {
    throw new WaggleError('INPUT_INVALID', `A vote on ${proposal} gives a choice or a value`, {
      field: 'choice',
    })
  }
  const { confidence = 1, reasoning = '' } = draft
  return bus.emitter.emit({
    kind: 'vote',
    proposal,
    choice,
    value: value ?? null,
    confidence,
    reasoning,
  })
}

async function awaitResult(
  bus: AgentBus,
  proposal: string,
  { after = [], timeoutMs = RESULT_TIMEOUT_MS }: ReadOptions = {},
): Promise<ProposalReport> {
  const { coordination, clock, swarm, run } = bus
  const { progress } = coordination.runner
  const endsAt = clock.now() + timeoutMs * 1000
  const at = placeOf(bus, proposal)
  await readView(coordination, () => {}, { after, timeoutMs })
  for (let ticked = false; ;) {
    // Asked before the view is read, so that nothing applied since is missed.
    const next: Position = { ...at, offset: progress.nextOffset(partitionName(at)) }
    const report = coordination.view.proposal({ swarm, run }, proposal)
    if (report !== undefined && report.status !== 'PENDING') return report
    const now = clock.now()
    const dueAt = report === undefined || ticked ? Infinity : report.deadlineAt + 1
    if (dueAt <= now) {
      const { log, codec } = bus
      await sealRun({ log, codec, swarm, run, at: dueAt, partitions: [at] })
      ticked = true
    }
    const untilDue = dueAt < endsAt && !ticked
    const waitMs = Math.max(0, Math.ceil(((untilDue ? dueAt : endsAt) - now) / 1000))
    await progress.waitFor([next], waitMs).catch((error: unknown) => {
      if (!untilDue || !isWaggleError(error, 'VIEW_STALE')) throw error
    })
  }
}

function placeOf({ log, swarm }: AgentBus, proposal: string): { topic: string; partition: number } {
  return { topic: TOPIC, partition: partitionOf(`${swarm}/${proposal}`, log.topics[TOPIC]!) }
}
