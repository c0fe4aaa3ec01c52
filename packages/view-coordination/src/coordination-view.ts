import type { Micros } from '@waggle/base'
import type { LockStatus, ProposalStatus, Tally } from '@waggle/event'
import {
  countVotes,
  type CastVote,
  type ProposalState,
  type UncountedVote,
} from './consensus-state.ts'
import { nameIn, type PartitionState, type RunState } from './fold-coordination.ts'
import { requestKey, type LockState } from './lock-state.ts'

export interface CoordinationScope {
  readonly swarm: string
  readonly run: string | null
}

export interface ProposalReport {
  readonly proposal: string
  readonly question: string
  readonly status: ProposalStatus | 'PENDING'
  readonly winner: string | null
  readonly tallies: readonly Tally[]
  readonly turnout: number
  readonly votes: readonly CastVote[]
  readonly uncounted: readonly UncountedVote[]
  readonly decidedOffset: bigint | null
  readonly evidence: readonly bigint[]
}

export interface LockReport {
  readonly resource: string
  readonly holder: string | null
  readonly request: string | null
  readonly token: bigint | null
  readonly leaseUntil: Micros | null
  /** Agents waiting, next first. */
  readonly queue: readonly string[]
}

export interface LockRequestReport {
  readonly status: LockStatus
  readonly token: bigint | null
  readonly leaseUntil: Micros | null
}

/** Reads of consensus and lock state; plain copies, the caller may keep them. */
export interface CoordinationView {
  proposal(scope: CoordinationScope, proposal: string): ProposalReport | undefined
  openProposals(scope: CoordinationScope): ProposalReport[]
  lock(scope: CoordinationScope, resource: string): LockReport | undefined
  /** The last answer to an agent's request; the latest thousand of a resource are remembered. */
  lockRequest(
    scope: CoordinationScope,
    resource: string,
    by: { readonly agent: string; readonly request: string },
  ): LockRequestReport | undefined
}

export function createCoordinationView(
  partitions: ReadonlyMap<string, PartitionState>,
): CoordinationView {
  /** A name lives in one partition only; there are few partitions, so they are simply asked in turn. */
  const find = <T>(
    { run }: CoordinationScope,
    read: (state: RunState) => T | undefined,
  ): T | undefined => {
    for (const partition of partitions.values()) {
      const state = partition.runs.get(run ?? '')
      const found = state === undefined ? undefined : read(state)
      if (found !== undefined) return found
    }
    return undefined
  }
  const lockOf = (scope: CoordinationScope, resource: string): LockState | undefined =>
    find(scope, (state) => state.locks.get(nameIn(scope.swarm, resource)))

  return {
    proposal: (scope, proposal) => {
      const state = find(scope, (run) => run.proposals.get(nameIn(scope.swarm, proposal)))
      return state === undefined ? undefined : reportProposal(state)
    },
    openProposals: (scope) =>
      [...partitions.values()]
        .map((partition) => partition.runs.get(scope.run ?? ''))
        .flatMap((run) => [...(run?.open ?? [])].map((key) => run!.proposals.get(key)!))
        .filter(({ proposal }) => proposal.swarm === scope.swarm)
        .map(reportProposal),
    lock: (scope, resource) => {
      const state = lockOf(scope, resource)
      return state === undefined ? undefined : reportLock(state)
    },
    lockRequest: (scope, resource, by) => {
      const answer = lockOf(scope, resource)?.requests.get(requestKey(by))
      if (answer === undefined) return undefined
      const { status, leaseUntil } = answer
      return { status, token: bigintOf(answer.token), leaseUntil }
    },
  }
}

function reportProposal(state: ProposalState): ProposalReport {
  const { proposal, outcome, votes, uncounted } = state
  const { tallies, turnout } = outcome ?? countVotes(state)
  return {
    proposal: proposal.proposal,
    question: proposal.question,
    status: outcome?.status ?? 'PENDING',
    winner: outcome?.winner ?? null,
    tallies: structuredClone(tallies),
    turnout,
    votes: [...votes.values()],
    uncounted: [...uncounted],
    decidedOffset: outcome === undefined ? null : BigInt(outcome.decidedOffset),
    evidence: (outcome?.evidence ?? []).map(BigInt),
  }
}

function reportLock({ resource, holder, queue }: LockState): LockReport {
  return {
    resource,
    holder: holder?.agent ?? null,
    request: holder?.request ?? null,
    token: bigintOf(holder?.token ?? null),
    leaseUntil: holder?.leaseUntil ?? null,
    queue: queue.map(({ agent }) => agent),
  }
}

function bigintOf(value: number | null): bigint | null {
  return value === null ? null : BigInt(value)
}
