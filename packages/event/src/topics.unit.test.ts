import { describe, expect, it } from 'vitest'
import {
  isKind,
  KINDS,
  kindOfSchemaName,
  schemaNameOf,
  type Kind,
  type WaggleEvent,
} from './kind.ts'
import {
  belongsIn,
  EVENT_TOPICS,
  PARTITIONS,
  partitionKeyOf,
  subjectOf,
  topicOf,
  TOPICS,
} from './topics.ts'

const emittable = KINDS.filter((kind): kind is Exclude<Kind, 'tick'> => kind !== 'tick')

describe('topics', () => {
  it.each(emittable)('a %s has one topic and stands in no other', (kind) => {
    expect(EVENT_TOPICS.filter((topic) => belongsIn(kind, topic))).toEqual([topicOf(kind)])
    expect(PARTITIONS[topicOf(kind)]).toBe(TOPICS[topicOf(kind)].partitions)
  })

  it('a tick may stand in every event topic, and only there', () => {
    expect(EVENT_TOPICS.every((topic) => belongsIn('tick', topic))).toBe(true)
    expect(belongsIn('tick', 'waggle.dead-letters.v1')).toBe(false)
    expect(belongsIn('tick', 'constructor')).toBe(false)
  })

  it('subjects are named TopicRecordName', () => {
    expect(subjectOf('waggle.proposals.v1', 'vote')).toBe('waggle.proposals.v1-waggle.Vote')
  })
})

describe('partition keys', () => {
  const of = (fields: object): string =>
    partitionKeyOf({ swarm: 's', agent: 'a', ...fields } as WaggleEvent)

  it.each([
    [{ kind: 'signal' }, 's/a'],
    [{ kind: 'bar', instrument: 'SPX' }, 's/SPX'],
    [{ kind: 'fill', lock_resource: null }, 's/a'],
  ])('%j -> %s', (event, key) => {
    expect(of(event)).toBe(key)
  })

  it('what is decided together shares a key', () => {
    const about = { proposal: 'p' }
    const keys = ['proposal', 'vote', 'proposal_result'].map((kind) => of({ kind, ...about }))
    expect(new Set(keys)).toEqual(new Set(['s/p']))
    expect(of({ kind: 'fill', lock_resource: 'r' })).toBe(
      of({ kind: 'lock_command', resource: 'r' }),
    )
    expect(of({ kind: 'lock_result', resource: 'r' })).toBe('s/r')
  })
})

describe('kinds', () => {
  it('and schema names stand for each other', () => {
    for (const kind of KINDS) expect(kindOfSchemaName(schemaNameOf(kind))).toBe(kind)
    expect(kindOfSchemaName('waggle.Nothing')).toBeUndefined()
  })

  it('are not the properties that every object has', () => {
    expect(['constructor', '__proto__', 'toString'].some(isKind)).toBe(false)
    expect(isKind('vote')).toBe(true)
  })
})
