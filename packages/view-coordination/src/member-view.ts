import type { Micros } from '@waggle/base'
import type { CoordinationScope } from './coordination-view.ts'
import type { PartitionState } from './fold-coordination.ts'
import { isAlive, type LearnedWeight, type MemberState, type SwarmMembers } from './member-state.ts'

export type MemberStatus = 'ALIVE' | 'LOST' | 'LEFT'

export interface MemberReport {
  readonly agent: string
  readonly role: string
  readonly capabilities: readonly string[]
  /** What was learned of it, else what it says itself. */
  readonly weight: number
  /** Where the weight was learned: from whom, by which rule, from how many verdicts. */
  readonly learned: LearnedWeight | null
  readonly status: MemberStatus
  readonly joinedAt: Micros
  readonly lastHeard: Micros
  readonly ttlMs: number
}

export interface MemberFilter {
  readonly capability?: string
  /** Any of them; ALIVE and LOST, which are members, if left out. */
  readonly status?: readonly MemberStatus[]
}

/** Reads of the registry of agents; plain copies, the caller may keep them. */
export interface MemberView {
  member(scope: CoordinationScope, agent: string): MemberReport | undefined
  /** By name. */
  members(scope: CoordinationScope, filter?: MemberFilter): MemberReport[]
  /** The time by which members are ALIVE or LOST: of the log, not of a wall. */
  memberClock(run: string | null): Micros
}

const MEMBERS: readonly MemberStatus[] = ['ALIVE', 'LOST']

export function createMemberView(partitions: ReadonlyMap<string, PartitionState>): MemberView {
  const memberClock = (run: string | null): Micros =>
    partitions.get('waggle.agents.v1/0')?.runs.get(run ?? '')?.members.clock ?? 0
  const swarmOf = ({ swarm, run }: CoordinationScope): SwarmMembers | undefined =>
    partitions
      .get('waggle.agents.v1/0')
      ?.runs.get(run ?? '')
      ?.members.bySwarm.get(swarm)

  return {
    memberClock,
    member: (scope, agent) => {
      const swarm = swarmOf(scope)
      const member = swarm?.joined.get(agent) ?? swarm?.left.get(agent)
      return member === undefined ? undefined : report(swarm!, member, memberClock(scope.run))
    },
    members: (scope, { capability, status = MEMBERS } = {}) => {
      const swarm = swarmOf(scope)
      if (swarm === undefined) return []
      const now = memberClock(scope.run)
      return [...swarm.joined.values(), ...swarm.left.values()]
        .filter((member) => capability === undefined || member.capabilities.includes(capability))
        .map((member) => report(swarm, member, now))
        .filter((member) => status.includes(member.status))
        .sort((a, b) => (a.agent < b.agent ? -1 : 1))
    },
  }
}

function report({ left, learned }: SwarmMembers, member: MemberState, now: Micros): MemberReport {
  const { agent, role, capabilities, ownWeight, joinedAt, lastHeard, ttlMs } = member
  const byOthers = learned.get(agent) ?? null
  return {
    agent,
    role,
    capabilities: [...capabilities],
    weight: byOthers?.weight ?? ownWeight,
    learned: byOthers,
    status: left.has(agent) ? 'LEFT' : isAlive(member, now) ? 'ALIVE' : 'LOST',
    joinedAt,
    lastHeard,
    ttlMs,
  }
}
