import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import type { ProposalResult, Vote } from '@waggle/event'
import { emptyPartition, foldCoordination, type Result } from '@waggle/view-coordination'
import { DEADLINE, voteHistory, VOTERS, voteStep } from '../support/coordination-fuzz.ts'
import { START } from '../support/memory-bus.ts'

function results(history: readonly KnownEvent[]): Result[] {
  const state = emptyPartition()
  return history.flatMap((event) => foldCoordination(state, event))
}

interface Count {
  readonly weights: Map<string, number>
  readonly turnout: number
}

/** The rules again, written as plainly as possible: count everything anew after every event. */
function plainCount(votes: ReadonlyMap<string, string>): Count {
  const weights = new Map([
    ['approve', 0],
    ['reject', 0],
    ['abstain', 0],
  ])
  let voted = 0
  for (const { agent, weight } of VOTERS) {
    const choice = votes.get(agent)
    if (choice === undefined) continue
    voted += weight
    weights.set(choice, weights.get(choice)! + weight)
  }
  return { weights, turnout: votes.size === VOTERS.length ? 1 : voted / 5 }
}

function plainStatus({ weights, turnout }: Count, quorum: number): string {
  if (turnout < quorum) return 'EXPIRED'
  const approve = weights.get('approve')!
  return approve > weights.get('reject')! && approve > 0.5 * (approve + weights.get('reject')!)
    ? 'APPROVED'
    : 'REJECTED'
}

/** Whether some way for the others to vote for the first time changes the status. */
function canStillChange(votes: ReadonlyMap<string, string>, quorum: number): boolean {
  const missing = VOTERS.filter(({ agent }) => !votes.has(agent))
  const now = plainWinner(plainCount(votes))
  const choices = ['approve', 'reject', 'abstain']
  const ways = missing.reduce<string[][]>(
    (all) => all.flatMap((way) => choices.map((choice) => [...way, choice])),
    [[]],
  )
  return (
    ways.some((way) => {
      const all = new Map([
        ...votes,
        ...missing.map(({ agent }, index) => [agent, way[index]!] as const),
      ])
      return plainWinner(plainCount(all)) !== now
    }) || plainCount(votes).turnout < quorum
  )
}

function plainWinner({ weights }: Count): string | null {
  const [approve, reject] = [weights.get('approve')!, weights.get('reject')!]
  return approve === reject ? null : approve > reject ? 'approve' : 'reject'
}

function plainResult(
  history: readonly KnownEvent[],
  quorum: number,
): { status: string; decided: number } | undefined {
  const votes = new Map<string, string>()
  for (const { event, knownFrom, position } of history.slice(1)) {
    const decided = Number(position.offset)
    if (knownFrom > START + DEADLINE)
      return { status: plainStatus(plainCount(votes), quorum), decided }
    if (event.kind !== 'vote') continue
    const { agent, choice } = event as Vote
    if (!VOTERS.some((voter) => voter.agent === agent) || choice === 'maybe') continue
    votes.set(agent, choice)
    const count = plainCount(votes)
    const all = votes.size === VOTERS.length
    if (
      count.turnout >= quorum &&
      (all || (plainWinner(count) !== null && !canStillChange(votes, quorum)))
    ) {
      return { status: plainStatus(count, quorum), decided }
    }
  }
  return undefined
}

describe('consensus', () => {
  it('equals a plain recount, whoever votes what and when', () => {
    fc.assert(
      fc.property(
        fc.array(voteStep, { maxLength: 25 }),
        fc.constantFrom(0.5, 0.67, 1),
        (steps, quorum) => {
          const history = voteHistory(steps, quorum)
          const given = results(history) as ProposalResult[]
          const expected = plainResult(history, quorum)
          expect(
            given.map(({ status, decided_offset }) => ({ status, decided: decided_offset })),
          ).toEqual(expected === undefined ? [] : [expected])
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('never changes a closed result, and counts only offsets up to the decision', () => {
    fc.assert(
      fc.property(
        fc.array(voteStep, { maxLength: 20 }),
        fc.array(voteStep, { maxLength: 20 }),
        (steps, more) => {
          const before = results(voteHistory(steps, 0.67)) as ProposalResult[]
          const after = results(voteHistory([...steps, ...more], 0.67)) as ProposalResult[]
          if (before.length > 0) expect(after).toEqual(before)
          for (const { evidence, decided_offset } of after) {
            expect(Math.max(...evidence)).toBeLessThanOrEqual(decided_offset)
            expect(evidence[0]).toBe(0)
          }
        },
      ),
    )
  })
})
