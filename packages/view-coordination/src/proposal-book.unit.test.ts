import { describe, expect, it } from 'vitest'
import type { Proposal, Vote } from '@waggle/event'
import {
  closeDue,
  emptyBook,
  proposalIn,
  STRAYS_MAX,
  takeProposal,
  takeVote,
} from './proposal-book.ts'
import { nameIn } from './result-fields.ts'

const FAR = 1e15
const proposal = (name: string, more: Partial<Proposal> = {}): Proposal =>
  ({
    kind: 'proposal',
    swarm: 's',
    agent: 'a',
    session: 'a',
    proposal: name,
    options: ['approve', 'reject'],
    electorate: [{ agent: 'a', weight: 1 }],
    quorum: 0.67,
    threshold: 0.5,
    rule: 'OPTIONS',
    vetoers: [],
    revote: 'LAST',
    deadline_at: FAR,
    ...more,
  }) as Proposal
const vote = (name: string, more: Partial<Vote> = {}): Vote =>
  ({
    kind: 'vote',
    swarm: 's',
    agent: 'a',
    session: 'a',
    proposal: name,
    choice: 'approve',
    value: null,
    ...more,
  }) as Vote

describe('the book of proposals is bounded', () => {
  it('forgets the oldest closed proposals, never an open one, and keeps no deadlines of the closed', () => {
    const book = emptyBook()
    takeProposal(book, proposal('open'), 0)
    for (let n = 0; n < 10_100; n++) {
      takeProposal(book, proposal(`p${n}`), 2 * n + 1)
      takeVote(book, vote(`p${n}`), 2 * n + 2, 0)
    }
    expect(book.closed.size).toBe(10_000)
    expect(proposalIn(book, nameIn('s', 'p99'))).toBeUndefined()
    expect(proposalIn(book, nameIn('s', 'p100'))?.outcome?.status).toBe('APPROVED')
    expect(book.open.size).toBe(1)
    expect(book.due.length).toBeLessThan(100)
    expect(closeDue(book, 99_999, FAR + 1).map((one) => one.proposal.proposal)).toEqual(['open'])
  })

  it('takes a name that was forgotten anew, with its own deadline', () => {
    const book = emptyBook()
    takeProposal(book, proposal('again', { deadline_at: 5 }), 0)
    takeVote(book, vote('again'), 1, 0)
    book.closed.clear()
    takeProposal(book, proposal('again', { deadline_at: 50 }), 2)
    expect(closeDue(book, 3, 6)).toEqual([])
    expect(closeDue(book, 4, 51)).toMatchObject([
      { outcome: { status: 'EXPIRED', decidedOffset: 4 } },
    ])
  })

  it('remembers the latest stray votes, and counts more uncounted ones than it keeps', () => {
    const book = emptyBook()
    for (let n = 0; n < STRAYS_MAX + 5; n++) takeVote(book, vote('nothing'), n, 0)
    expect(book.strays.map(({ offset }) => offset).slice(0, 2)).toEqual([5, 6])
    takeProposal(book, proposal('nothing'), 2000)
    expect(book.strays).toEqual([])
    for (let n = 0; n < 10; n++) takeVote(book, vote('nothing', { choice: '?' }), 3000 + n, 0)
    const state = proposalIn(book, nameIn('s', 'nothing'))!
    expect([state.uncounted.length, state.uncountedTotal]).toEqual([1000, 1010])
  })
})
