import type { Draft } from '@waggle/emit'
import { PROPOSALS, QUORUM, RULES, VOTERS, type ProposalName } from './scenario.ts'
import type { SimAgent } from './sim-agent.ts'
import { between, chance, pick, SECOND } from './world.ts'

/** Puts the proposals one after another, some with a deadline that nobody can keep. */
export async function proposeLife(agent: SimAgent): Promise<void> {
  for (const proposal of PROPOSALS) {
    const { vetoers, ...rules } = RULES[proposal]
    await agent.say({
      kind: 'proposal',
      proposal,
      question: `${proposal}?`,
      electorate: VOTERS,
      quorum: QUORUM,
      deadline_at: agent.now() + between(agent.random, 2, 30) * SECOND,
      ...rules,
      vetoers: [...vetoers],
    })
    await agent.rest(0, 10 * SECOND)
  }
}

/** Votes on what there may be, sometimes twice, sometimes with the second vote sent before the first is in. */
export async function voteLife(agent: SimAgent): Promise<void> {
  const { random } = agent
  for (const proposal of PROPOSALS) {
    await agent.rest(0, 12 * SECOND)
    const votes = [agent.say(voteOf(agent, proposal))]
    if (chance(random, 0.3)) votes.push(agent.say(voteOf(agent, proposal)))
    await Promise.all(votes)
    if (chance(random, 0.2)) await agent.say(voteOf(agent, proposal))
  }
}

function voteOf({ random }: SimAgent, proposal: ProposalName): Draft<'vote'> {
  const choices = ['approve', 'approve', 'approve', 'reject', 'abstain', 'maybe', 'veto']
  const values = [null, 1, 2, 2, 3, 5]
  const value = RULES[proposal].rule === 'MEDIAN' ? pick(random, values) : null
  return { kind: 'vote', proposal, choice: pick(random, choices), confidence: 1, value }
}
