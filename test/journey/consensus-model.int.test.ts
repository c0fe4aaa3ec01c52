import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import { emptyPartition, foldCoordination, type Result } from '@waggle/view-coordination'
import { plainResults } from '../support/plain-consensus.ts'
import { proposalHistory } from '../support/proposal-fuzz.ts'

function results(history: readonly KnownEvent[]): Result[] {
  const state = emptyPartition()
  return history.flatMap((event) => foldCoordination(state, event))
}

describe('consensus', () => {
  it('equals a plain recount under every rule, whoever votes what, when and under which name', () => {
    fc.assert(
      fc.property(proposalHistory, (history) => {
        const expected = plainResults(history)
        const given = results(history)
        expect(given).toHaveLength(expected.length)
        expect(given).toMatchObject(expected)
      }),
      { numRuns: 3000 },
    )
  })

  it('never changes a result by what comes after it', () => {
    fc.assert(
      fc.property(proposalHistory, fc.nat(40), (history, length) => {
        const before = results(history.slice(0, length))
        expect(results(history).slice(0, before.length)).toEqual(before)
      }),
    )
  })

  it('accounts for every vote up to the decision: it counts, or the result says why not', () => {
    fc.assert(
      fc.property(proposalHistory, (history) => {
        for (const result of results(history)) {
          if (result.kind !== 'proposal_result') continue
          const { swarm, run, proposal, decided_offset, evidence, uncounted } = result
          const seen = history.filter(
            ({ event, position, knownFrom }) =>
              (event.kind === 'vote' || event.kind === 'proposal') &&
              event.swarm === swarm &&
              event.run === run &&
              event.proposal === proposal &&
              knownFrom < result.known_at &&
              Number(position.offset) <= decided_offset,
          )
          const told = [...evidence, ...uncounted.map(({ offset }) => offset)].toSorted(
            (a, b) => a - b,
          )
          const last = seen.at(-1)
          // The record that showed the deadline to be over may itself be a vote: it came too late to be told.
          const late =
            told.at(-1) !== decided_offset && Number(last?.position.offset) === decided_offset
          expect(told).toEqual(
            seen.slice(0, late ? -1 : undefined).map(({ position }) => Number(position.offset)),
          )
        }
      }),
    )
  })
})
