import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Agent } from '@waggle/event'

/**
 * Who belongs to a swarm, as a pure function of the order of the one partition of agents.
 *
 * - JOINED makes a member, with role, capabilities, weight and ttl; said again it says them anew. LEFT ends it.
 *   A HEARTBEAT keeps a member alive and changes nothing else; of an agent that is no member it does nothing.
 * - A member is heard by its own events in this topic, and by no others: those stand in other partitions,
 *   whose order against this one nobody can recount.
 * - It is ALIVE while now - last heard <= ttl, else LOST, where now is the largest known_from of the run in
 *   this partition: other agents move it, and ticks where all are silent. Who is LOST is still a member, and
 *   ALIVE again when heard.
 * - WEIGHTED says the weight of `subject_agent`. What another agent says, by a rule and its evidence, stands
 *   before what an agent says of itself, and outlives its leaving: joining anew does not shed a bad record.
 */
export interface MemberState {
  readonly agent: string
  readonly role: string
  readonly capabilities: readonly string[]
  readonly joinedAt: Micros
  readonly ttlMs: number
  ownWeight: number
  lastHeard: Micros
}

export interface LearnedWeight {
  readonly weight: number
  readonly by: string
  /** Name and version of the rule that made it. */
  readonly rule: string
  /** Verdicts it rests on. */
  readonly evidence: number
}

export interface SwarmMembers {
  readonly joined: Map<string, MemberState>
  /** Oldest first. */
  readonly left: Map<string, MemberState>
  /** By agent, whether it is a member or not; the one that was said longest ago first. */
  readonly learned: Map<string, LearnedWeight>
}

/** Members of a run, in the partition that holds them. */
export interface MemberTable {
  readonly bySwarm: Map<string, SwarmMembers>
  /** Largest known_from of the run in the partition. */
  clock: Micros
}

/** Per swarm and run; members are as many as there are. */
export const LEFT_MAX = 10_000
export const LEARNED_MAX = 10_000

export function emptyMemberTable(): MemberTable {
  return { bySwarm: new Map(), clock: 0 }
}

export function isAlive({ lastHeard, ttlMs }: MemberState, now: Micros): boolean {
  return now - lastHeard <= ttlMs * 1000
}

/** Takes an event in place; ticks count for their time. */
export function foldMembers(table: MemberTable, { event, knownFrom }: KnownEvent): void {
  table.clock = Math.max(table.clock, knownFrom)
  if (event.kind !== 'agent') return
  const swarm = table.bySwarm.get(event.swarm) ?? emptySwarm()
  table.bySwarm.set(event.swarm, swarm)
  switch (event.op) {
    case 'JOINED':
      return join(swarm, event, knownFrom)
    case 'LEFT':
      return leave(swarm, event.agent)
    case 'HEARTBEAT':
      return hear(swarm, event.agent, knownFrom)
    case 'WEIGHTED':
      return weigh(swarm, event, knownFrom)
  }
}

function emptySwarm(): SwarmMembers {
  return { joined: new Map(), left: new Map(), learned: new Map() }
}

function join({ joined, left }: SwarmMembers, event: Agent, knownFrom: Micros): void {
  const { agent, role, capabilities, weight, ttl_ms: ttlMs } = event
  left.delete(agent)
  joined.set(agent, {
    agent,
    role,
    capabilities,
    joinedAt: joined.get(agent)?.joinedAt ?? knownFrom,
    ttlMs,
    ownWeight: weight,
    lastHeard: knownFrom,
  })
}

function leave({ joined, left }: SwarmMembers, agent: string): void {
  const member = joined.get(agent)
  if (member === undefined) return
  joined.delete(agent)
  left.set(agent, member)
  forgetOldest(left, LEFT_MAX)
}

function hear({ joined }: SwarmMembers, agent: string, knownFrom: Micros): void {
  const member = joined.get(agent)
  if (member !== undefined) member.lastHeard = knownFrom
}

function weigh(swarm: SwarmMembers, event: Agent, knownFrom: Micros): void {
  const { agent: by, subject_agent: subject, weight, rule, evidence } = event
  hear(swarm, by, knownFrom)
  if (subject === null || subject === by) {
    const member = swarm.joined.get(by)
    if (member !== undefined) member.ownWeight = weight
    return
  }
  swarm.learned.delete(subject)
  swarm.learned.set(subject, { weight, by, rule, evidence })
  forgetOldest(swarm.learned, LEARNED_MAX)
}

function forgetOldest(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return
  const [oldest] = map.keys()
  map.delete(oldest!)
}
