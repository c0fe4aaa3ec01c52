import { z } from 'zod'
import type { ProposalJson } from '@waggle/api'
import { defineCommand, option } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { printTable, timeText } from '../program/print.ts'
import { READ_OPTIONS, readOf, withSwarm } from './session.ts'

export const VOTES = defineCommand({
  args: {
    proposal: option(
      'PROPOSAL',
      'who voted on one proposal',
      z.string().min(1).max(256).optional(),
    ),
  },
  options: {
    ...READ_OPTIONS,
    status: option(
      'open|decided|all',
      'which proposals',
      z.enum(['open', 'decided', 'all']).default('open'),
    ),
    limit: option('N', 'most proposals', z.coerce.number().int().min(1).max(1000).default(20)),
  },
  examples: ['votes', 'votes --status decided --limit 5', 'votes hedge-1 --json'],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const { proposal, status, limit, json } = wanted
      const question = readOf(wanted, session)
      if (proposal === undefined) {
        const answer = await session.client.call('proposals', { ...question, status, limit })
        printAnswer(deps, json, answer, PROPOSAL_COLUMNS)
        return 0
      }
      const { data, ...rest } = await session.client.call('proposal', { ...question, proposal })
      if (json) printAnswer(deps, true, { ...rest, data: [data] }, {})
      else {
        printAnswer(deps, false, { ...rest, data: [data] }, PROPOSAL_COLUMNS)
        deps.out.write(`\n`)
        const votes = data.votes.map((one) => [one.agent, one.choice, one.weight, one.reason])
        const not = data.uncounted.map(({ agent, reason }) => [agent, 'not counted', 0, reason])
        printTable(deps, ['AGENT', 'CHOICE', 'WEIGHT', 'REASON'], [...votes, ...not])
      }
      return 0
    }),
})

const PROPOSAL_COLUMNS = {
  PROPOSAL: ({ proposal }: ProposalJson) => proposal,
  STATUS: ({ status }: ProposalJson) => status,
  WINNER: ({ winner, value }: ProposalJson) => winner ?? value,
  TURNOUT: ({ turnout }: ProposalJson) => turnout.toFixed(2),
  TALLY: ({ tallies }: ProposalJson) =>
    tallies.map(({ choice, weight }) => `${choice} ${weight}`).join(', '),
  DEADLINE: ({ deadline_at: at }: ProposalJson) => timeText(at),
  QUESTION: ({ question }: ProposalJson) => question,
}
