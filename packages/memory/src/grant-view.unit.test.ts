import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Access, Kind } from '@waggle/event'
import { SCOPE, teller, type Said, type SaidOf } from '../../../test/support/memory-steps.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'
import { REFUSALS_MAX } from './refusal-state.ts'

const AGENTS = ['ann', 'bob', 'cyd'] as const
const SPACES = ['ann', 'desk', 'shared'] as const

type Step =
  | { is: 'turn'; agent: string; namespace: string }
  | { is: 'grant'; agent: string; namespace: string; grantee: string; access: Access }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    is: fc.constant('turn' as const),
    agent: fc.constantFrom(...AGENTS),
    namespace: fc.constantFrom(...SPACES),
  }),
  fc.record({
    is: fc.constant('grant' as const),
    agent: fc.constantFrom(...AGENTS),
    namespace: fc.constantFrom(...SPACES),
    grantee: fc.constantFrom(...AGENTS, '*'),
    access: fc.constantFrom<Access>('READ', 'WRITE', 'NONE'),
  }),
)

function stage() {
  const state = emptyMemoryState()
  const view = createMemoryView(state)
  const { say } = teller()
  const tell = (said: Said) => {
    const known = say(said as SaidOf<Kind>)
    foldMemory(state, known)
    return known
  }
  return { state, view, tell }
}

const turn = (agent: string, namespace: string) =>
  ({
    kind: 'turn',
    agent,
    namespace,
    conversation: 'c',
    role: 'USER',
    content: '',
    tokens: 1,
  }) as const

/** The rules said plainly, as lists of what has counted. */
function plainRules() {
  const owners = new Map<string, string>()
  const grants: { namespace: string; by: string; grantee: string; access: Access }[] = []
  const spoke = new Set<string>()
  const access = (agent: string, namespace: string): Access => {
    const owner = owners.get(namespace)
    const of = (grantee: string) =>
      grants.findLast(
        (one) => one.namespace === namespace && one.by === owner && one.grantee === grantee,
      )?.access
    return of(agent) ?? of('*') ?? 'NONE'
  }
  return {
    counts: (step: Step): boolean => {
      const { agent, namespace } = step
      spoke.add(agent)
      if (namespace === 'shared') return step.is === 'turn'
      const owner = owners.get(namespace)
      const free = owner === undefined || owner === agent || agent === namespace
      if (!free && !(step.is === 'turn' && access(agent, namespace) === 'WRITE')) return false
      if (owner === undefined || agent === namespace) owners.set(namespace, agent)
      if (step.is === 'grant') grants.push({ ...step, by: agent })
      return true
    },
    mayRead: (agent: string, namespace: string): boolean => {
      if (namespace === 'shared' || namespace === agent) return true
      const owner = owners.get(namespace)
      if (owner !== namespace && spoke.has(namespace)) return false
      return owner === undefined || owner === agent || access(agent, namespace) !== 'NONE'
    },
  }
}

describe('grants', () => {
  it('let in and keep out as the rules say, at every time, whatever comes later', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
        const { view, tell } = stage()
        const rules = plainRules()
        const answers: { asOf: number; readable: string }[] = []
        const readable = (asOf?: number): string =>
          AGENTS.flatMap((agent) =>
            SPACES.filter((space) => view.mayRead(SCOPE, agent, space, asOf)).map(
              (space) => `${agent}:${space}`,
            ),
          ).join(' ')
        for (const step of steps) {
          const { is, ...rest } = step
          const said = is === 'turn' ? turn(step.agent, step.namespace) : { kind: 'grant', ...rest }
          const { position, knownFrom } = tell(said as Said)
          const counted = view.namespaceWrite(SCOPE, step.namespace, position)
          expect(counted === 'COUNTS').toBe(rules.counts(step))
          const expected = AGENTS.flatMap((agent) =>
            SPACES.filter((space) => rules.mayRead(agent, space)).map(
              (space) => `${agent}:${space}`,
            ),
          ).join(' ')
          expect(readable()).toBe(expected)
          answers.push({ asOf: knownFrom, readable: expected })
        }
        for (const { asOf, readable: then } of answers) expect(readable(asOf)).toBe(then)
      }),
      { numRuns: 300 },
    )
  })

  it('say why a write counts for nothing, for the newest of them', () => {
    const { view, tell } = stage()
    tell(turn('ann', 'ann'))
    const first = tell(turn('bob', 'ann'))
    expect(view.refusedWrites(SCOPE, 'ann')).toMatchObject([
      { source: 'bob', kind: 'turn', code: 'ACCESS_DENIED', id: first.event.id },
    ])
    expect(view.refusedWrites(SCOPE, 'ann', { asOf: first.knownFrom - 1 })).toEqual([])
    for (let i = 0; i < REFUSALS_MAX; i++) tell(turn('bob', 'ann'))
    expect(view.refusedWrites(SCOPE, 'ann')).toHaveLength(REFUSALS_MAX)
    expect(view.namespaceWrite(SCOPE, 'ann', first.position)).toBeUndefined()
    expect(view.turns(SCOPE, 'ann', 'c')).toHaveLength(1)
  })

  it('keep an agent apart whom all others are let in with', () => {
    const { view, tell } = stage()
    tell(turn('ann', 'desk'))
    tell({ kind: 'grant', agent: 'ann', namespace: 'desk', grantee: '*', access: 'READ' })
    tell({ kind: 'grant', agent: 'ann', namespace: 'desk', grantee: 'bob', access: 'NONE' })
    expect(view.readableNamespaces(SCOPE, 'bob')).toEqual(['bob', 'shared'])
    expect(view.readableNamespaces(SCOPE, 'cyd')).toEqual(['cyd', 'shared', 'desk'])
    expect(view.mayWrite(SCOPE, 'cyd', 'desk')).toBe(false)
    expect(view.grantHistory(SCOPE, 'desk').map(({ grantee }) => grantee)).toEqual(['*', 'bob'])
  })
})
