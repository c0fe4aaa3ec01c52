import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptySwarm, type HotState } from '../hot-state.ts'
import { createHotKeys } from './hot-keys.ts'
import { DEFAULT_TTL, hotWrites } from './hot-writes.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const AT = { topic: 'waggle.fills.v1', partition: 3 }
const keys = createHotKeys('hive')

/** What Redis Cluster hashes: the text between the first brace and the next closing one. */
function hashTag(key: string): string {
  const open = key.indexOf('{')
  const close = key.indexOf('}', open + 1)
  return open < 0 || close <= open + 1 ? key : key.slice(open + 1, close)
}

describe('keys of the hot view', () => {
  it('come back as what they were made of', () => {
    fc.assert(
      fc.property(fc.option(name), name, name, (run, swarm, agent) => {
        const key = keys.of(AT, 'agent-decisions', { run, swarm }, agent)
        expect(keys.parse(key)).toEqual({
          partition: 'waggle.fills.v1/3',
          collection: 'agent-decisions',
          scope: { run, swarm },
        })
      }),
    )
  })

  it('of one batch lie in the slot of its position, whatever the names', () => {
    fc.assert(
      fc.property(fc.option(name), name, name, (run, swarm, resource) => {
        const found = emptySwarm()
        found.fences.set(resource, 7)
        const state: HotState = new Map([[run ?? '', new Map([[swarm, found]])]])
        const writes = hotWrites(keys, AT, state, DEFAULT_TTL)
        expect(writes.map(({ command }) => command)).toContain('HSET')
        for (const { key } of writes) expect(hashTag(key)).toBe(hashTag(keys.position(AT)))
      }),
    )
  })

  it.each([
    'hive',
    'hive:{waggle.fills.v1/3}:position',
    'wasp:v1.1.0:{x/1}:agents::s',
    'hive:{x/1}:agents::s',
    'hive:v2.1.0:{x/1}:agents::s',
    'hive:v1.1.2:{x/1}:agents::s',
    'hive:v1x1.0:{x/1}:agents::s',
    'hive:v1.1.0:{x/1}:agents:%:s',
  ])('%s names no collection of ours', (key) => expect(keys.parse(key)).toBeUndefined())

  it('of another version, or of none, are told from those of others', () => {
    const next = createHotKeys('hive', 2)
    expect(next.isOther(keys.position(AT))).toBe(true)
    expect(next.isOther('hive:{waggle.fills.v1/3}:position')).toBe(true)
    expect(next.isOther('hive:v1:{waggle.fills.v1/3}:position')).toBe(true)
    for (const key of [next.position(AT), 'hive:x:{a/1}:b', 'hives:v1:{a/1}:b', 'hive:v1:note'])
      expect(next.isOther(key)).toBe(false)
  })

  it('of another generation are told from those of another version, and share the pointer', () => {
    const next = createHotKeys('hive', undefined, 3)
    expect(next.isOtherGeneration(keys.position(AT))).toBe(true)
    expect(next.isOther(keys.position(AT))).toBe(false)
    expect(next.generations).toBe(keys.generations)
    const others = [next.position(AT), createHotKeys('hive', 2).position(AT), next.generations]
    for (const key of others) expect(next.isOtherGeneration(key)).toBe(false)
    expect(hashTag(next.hold(AT))).toBe(hashTag(next.position(AT)))
  })

  it('begin with a plain name', () => {
    expect(() => createHotKeys('a{b}')).toThrow(/CONFIG_INVALID|prefix/)
  })
})
