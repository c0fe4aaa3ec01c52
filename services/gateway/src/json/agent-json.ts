import type { AgentJson } from '@waggle/api'
import type { CoordinationView } from '@waggle/view-coordination'

type MemberReport = ReturnType<CoordinationView['members']>[number]

export function agentJson(member: MemberReport): AgentJson {
  const { agent, role, capabilities, weight, learned, status, joinedAt, lastHeard } = member
  return {
    agent,
    role,
    capabilities: [...capabilities],
    weight,
    learned_weight: learned === null ? null : learned.weight,
    status,
    joined_at: joinedAt,
    last_heard: lastHeard,
  }
}
