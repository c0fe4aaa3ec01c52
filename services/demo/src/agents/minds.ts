import { AGENTS, VOTERS, type VoterName } from './roster.ts'
import { BALLOTS, type Ballot, type Motion } from './voters.ts'

/** What of the swarm can be another in a fork. */
export interface SwarmMinds {
  readonly ballots: Readonly<Record<VoterName, (motion: Motion) => Ballot>>
  readonly weights: Readonly<Record<VoterName, number>>
}

export const MINDS: SwarmMinds = {
  ballots: BALLOTS,
  weights: Object.fromEntries(
    VOTERS.map((agent) => [agent, AGENTS[agent].weight]),
  ) as SwarmMinds['weights'],
}
