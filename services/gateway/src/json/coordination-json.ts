import type { LockJson, LockStepJson, ProposalJson, SignalJson } from '@waggle/api'
import { positionText, type TopicPartition } from '@waggle/event'
import type { LockReport, ProposalReport, SignalReport } from '@waggle/view-coordination'
import type { LockStep } from '../lock-history.ts'
import { textAt } from '../place-of.ts'

/** Reasons of votes by offset stand in the log alone; a list of proposals goes without. */
export function proposalJson(
  report: ProposalReport,
  at: TopicPartition,
  reasons: ReadonlyMap<number, string> = new Map(),
): ProposalJson {
  const { votes, uncounted, decidedOffset, evidence } = report
  const weights = new Map(report.electorate.map(({ agent, weight }) => [agent, weight]))
  return {
    proposal: report.proposal,
    question: report.question,
    proposer: report.proposer,
    rule: report.rule,
    options: [...report.options],
    quorum: report.quorum,
    deadline_at: report.deadlineAt,
    status: report.status,
    winner: report.winner,
    value: report.value,
    turnout: report.turnout,
    tallies: [...report.tallies],
    votes: votes.map(({ agent, choice, offset }) => ({
      agent,
      choice,
      weight: weights.get(agent) ?? 0,
      reason: reasons.get(offset) ?? '',
      position: textAt(at, offset),
    })),
    uncounted: uncounted.map(({ agent, offset, reason }) => {
      return { agent, offset: String(offset), reason }
    }),
    decided_at: decidedOffset === null ? null : textAt(at, decidedOffset),
    evidence: evidence.map((offset) => textAt(at, offset)),
  }
}

export function lockJson({ resource, mode, permits, holders, waiters }: LockReport): LockJson {
  return {
    resource,
    mode,
    permits,
    holders: holders.map(({ agent, request, token, leaseUntil }) => {
      return { agent, request, token: String(token), lease_until: leaseUntil }
    }),
    waiters: waiters.map(({ agent, request, mode: wanted, until }) => {
      return { agent, request, mode: wanted, until }
    }),
  }
}

export function signalJson(report: SignalReport, at: TopicPartition): SignalJson {
  const { signal, offset, sentAt, expiresAt, statuses, repeats, escalatedAt } = report
  return {
    id: signal.id,
    agent: signal.agent,
    domain: signal.domain,
    severity: signal.severity,
    content: signal.message,
    targets: [...signal.targets],
    sent_at: sentAt,
    expires_at: Number.isSafeInteger(expiresAt) ? expiresAt : null,
    repeats,
    escalated: escalatedAt !== null,
    acknowledgments: statuses.map(({ agent, status }) => ({ agent, status })),
    position: textAt(at, offset),
  }
}

export function lockStepJson({ result, position }: LockStep): LockStepJson {
  const { known_at: at, holder, status, token, reason } = result
  return {
    position: positionText(position),
    at,
    agent: holder,
    status,
    token: token === null ? null : String(token),
    reason,
  }
}
