import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import type { Agent } from '@waggle/event'
import { emptyPartition, foldCoordination, type PartitionState } from './fold-coordination.ts'
import { createMemberView, type MemberView } from './member-view.ts'
import { LEFT_MAX } from './member-state.ts'

const SCOPE = { swarm: 's', run: null }
const MS = 1000

type Fields = Partial<Agent> & { readonly op?: Agent['op'] }

function known(offset: number, ms: number, fields: Fields): KnownEvent {
  const defaults = { role: 'r', capabilities: [], weight: 1, ttl_ms: 10 }
  const rest = { subject_agent: null, rule: '', evidence: 0 }
  const kind = fields.op === undefined ? 'tick' : 'agent'
  const event = { kind, swarm: 's', run: null, agent: 'a', ...defaults, ...rest, ...fields }
  return {
    event: event as Agent,
    knownFrom: ms * MS,
    late: false,
    position: { topic: 'waggle.agents.v1', partition: 0, offset: BigInt(offset) },
  }
}

function registry(): { view: MemberView; tell: (ms: number, fields?: Fields) => void } {
  const state = emptyPartition()
  const partitions = new Map<string, PartitionState>([['waggle.agents.v1/0', state]])
  let offset = 0
  return {
    view: createMemberView(partitions),
    tell: (ms, fields = {}) => void foldCoordination(state, known(offset++, ms, fields)),
  }
}

describe('the registry', () => {
  it('tells alive from lost by the log’s time, which ticks move where all are silent', () => {
    const { view, tell } = registry()
    const statusAt = (ms: number): string | undefined => {
      tell(ms)
      return view.member(SCOPE, 'a')?.status
    }
    tell(0, { op: 'JOINED' })
    expect(statusAt(10)).toBe('ALIVE')
    expect(statusAt(10.001)).toBe('LOST')
    expect(view.members(SCOPE)).toHaveLength(1)
    tell(12, { op: 'HEARTBEAT', ttl_ms: 99 })
    expect(statusAt(22)).toBe('ALIVE')
    expect(statusAt(23)).toBe('LOST')
    tell(24, { op: 'LEFT' })
    tell(25, { op: 'HEARTBEAT' })
    expect(view.member(SCOPE, 'a')?.status).toBe('LEFT')
    expect(view.members(SCOPE)).toEqual([])
    expect(view.memberClock(null)).toBe(25 * MS)
    expect(view.memberClock('other')).toBe(0)
  })

  it('finds members by what they can do', () => {
    const { view, tell } = registry()
    tell(0, { op: 'JOINED', agent: 'b', capabilities: ['hunt', 'judge'] })
    tell(0, { op: 'JOINED', agent: 'a', capabilities: ['judge'], ttl_ms: 1 })
    tell(5, { op: 'HEARTBEAT', agent: 'b' })
    const names = (filter: Parameters<MemberView['members']>[1]): string[] =>
      view.members(SCOPE, filter).map(({ agent }) => agent)
    expect(names({ capability: 'judge' })).toEqual(['a', 'b'])
    expect(names({ capability: 'judge', status: ['ALIVE'] })).toEqual(['b'])
    expect(names({ capability: 'fly' })).toEqual([])
    tell(6, { op: 'JOINED', agent: 'b', capabilities: ['fly'] })
    expect(names({ capability: 'fly' })).toEqual(['b'])
  })

  it('holds a learned weight above what an agent says of itself, also after it joined anew', () => {
    const { view, tell } = registry()
    const learned = { op: 'WEIGHTED', agent: 'judge', subject_agent: 'a', weight: 0.4 } as const
    tell(0, { op: 'JOINED', weight: 5 })
    expect(view.member(SCOPE, 'a')?.weight).toBe(5)
    tell(1, { op: 'WEIGHTED', weight: 6 })
    expect(view.member(SCOPE, 'a')?.weight).toBe(6)
    tell(2, { ...learned, rule: 'skill/v1', evidence: 12 })
    tell(3, { op: 'WEIGHTED', weight: 9 })
    tell(4, { op: 'LEFT' })
    tell(5, { op: 'JOINED', weight: 9 })
    expect(view.member(SCOPE, 'a')).toMatchObject({
      weight: 0.4,
      learned: { by: 'judge', rule: 'skill/v1', evidence: 12 },
      joinedAt: 5 * MS,
    })
    expect(view.member(SCOPE, 'judge')).toBeUndefined()
  })

  it('forgets those that left longest ago, never a member', () => {
    const { view, tell } = registry()
    tell(0, { op: 'JOINED', agent: 'first', ttl_ms: 1 })
    for (let i = 0; i <= LEFT_MAX; i++) {
      tell(i, { op: 'JOINED', agent: `x${i}` })
      tell(i, { op: 'LEFT', agent: `x${i}` })
    }
    expect(view.members(SCOPE, { status: ['LEFT'] })).toHaveLength(LEFT_MAX)
    expect(view.member(SCOPE, 'x0')).toBeUndefined()
    expect(view.member(SCOPE, 'first')?.status).toBe('LOST')
  })

  it('equals a plain look at the whole history', () => {
    const step = fc.record({
      agent: fc.constantFrom('a', 'b'),
      op: fc.constantFrom<Agent['op'] | undefined>('JOINED', 'HEARTBEAT', 'LEFT', undefined),
      later: fc.constantFrom(0, 1, 4, 11),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { view, tell } = registry()
        const history: { agent: string; op: string | undefined; at: number }[] = []
        let now = 0
        for (const { agent, op, later } of steps) {
          now += later
          history.push({ agent, op, at: now })
          tell(now, op === undefined ? {} : { op, agent })
          for (const name of ['a', 'b']) {
            const own = history.filter((past) => past.agent === name && past.op !== undefined)
            const turn = own.findLastIndex((past) => past.op !== 'HEARTBEAT')
            const heard = turn >= 0 && own[turn]!.op === 'JOINED' ? own.at(-1)!.at : undefined
            const wasMember = own.some((past) => past.op === 'JOINED')
            const plain =
              heard === undefined
                ? wasMember
                  ? 'LEFT'
                  : undefined
                : now - heard <= 10
                  ? 'ALIVE'
                  : 'LOST'
            expect(view.member(SCOPE, name)?.status).toBe(plain)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
