import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AvroRecord } from '@waggle/event'
import { readCommand, type RegistryCommand } from './registry-command.ts'
import {
  applyCommand,
  emptyRegistry,
  liveVersions,
  settledVerdict,
  type CommandVerdict,
  type RegistryState,
} from './registry-state.ts'

/** A record with `fields` optional fields: each reads the others. */
const schema = (fields: number): AvroRecord =>
  ({
    type: 'record',
    name: 'R',
    fields: Array.from({ length: fields }, (_, i) => ({ name: `f${i}`, type: 'int', default: 0 })),
  }) as never
const broken = { type: 'record', name: 'R', fields: [{ name: 'x', type: 'int' }] } as never
const register = (subject: string, fields: number): RegistryCommand => ({
  op: 'register',
  subject,
  schema: schema(fields),
})
const remove = (subject: string, version: number | null, permanent = false): RegistryCommand => ({
  op: 'delete',
  subject,
  version,
  permanent,
})
const fold = (commands: readonly RegistryCommand[]): [RegistryState, CommandVerdict[]] => {
  const state = emptyRegistry()
  return [state, commands.map((command) => applyCommand(state, command))]
}
const codes = (commands: readonly RegistryCommand[]): unknown[] =>
  fold(commands)[1].map((verdict) => ('code' in verdict ? verdict.code : verdict.is))
const copy = (state: RegistryState): unknown =>
  JSON.stringify([state.schemas, [...state.subjects], [...state.levels], state.globalLevel])

describe('deleting', () => {
  it('is soft first: not listed, not compared with, its id still readable', () => {
    const [state, verdicts] = fold([register('s', 1), register('s', 2), remove('s', 1)])
    expect(verdicts[2]).toEqual({ is: 'deleted', versions: [1] })
    expect(liveVersions(state, 's')).toEqual([{ version: 2, id: 2 }])
    expect(state.schemas).toHaveLength(2)
  })

  it('a schema that comes back is a new version with its old id', () => {
    const [state] = fold([register('s', 1), remove('s', null), register('s', 1)])
    expect(liveVersions(state, 's')).toEqual([{ version: 2, id: 1 }])
  })

  it('permanently takes only what is deleted softly', () => {
    expect(codes([register('s', 1), remove('s', null, true)])[1]).toBe('SUBJECT_NOT_DELETED')
    expect(codes([register('s', 1), remove('s', 1, true)])[1]).toBe('VERSION_NOT_DELETED')
    const [state] = fold([register('s', 1), remove('s', null), remove('s', null, true)])
    expect(state.subjects.has('s')).toBe(false)
    expect(state.schemas).toHaveLength(1)
  })

  it('says what cannot be deleted', () => {
    expect(codes([remove('s', null)])).toEqual(['SUBJECT_UNKNOWN'])
    expect(codes([register('s', 1), remove('s', 7)])[1]).toBe('VERSION_UNKNOWN')
    expect(codes([register('s', 1), remove('s', 1), remove('s', 1)])[2]).toBe('VERSION_DELETED')
    const twice = [register('s', 1), remove('s', null), remove('s', null)]
    expect(codes(twice)[2]).toBe('SUBJECT_DELETED')
  })

  it('takes the level of a subject deleted whole', () => {
    const level = { op: 'config', subject: 's', level: 'NONE' } as const
    const [state] = fold([register('s', 1), level, remove('s', null)])
    expect(state.levels.size).toBe(0)
  })

  it('frees what was incompatible with a version that is gone', () => {
    const next: RegistryCommand = { op: 'register', subject: 's', schema: broken }
    expect(codes([register('s', 1), next])[1]).toBe('SCHEMA_INCOMPATIBLE')
    expect(codes([register('s', 1), remove('s', 1), next])[2]).toBe('registered')
  })
})

describe('any commands', () => {
  const subject = fc.constantFrom('a', 'b')
  const command: fc.Arbitrary<RegistryCommand> = fc.oneof(
    fc.tuple(subject, fc.nat(4)).map(([name, fields]) => register(name, fields)),
    subject.map((name) => ({ op: 'register', subject: name, schema: broken }) as const),
    fc
      .tuple(subject, fc.option(fc.integer({ min: 1, max: 4 })), fc.boolean())
      .map(([name, version, permanent]) => remove(name, version, permanent)),
    fc
      .tuple(fc.option(subject), fc.constantFrom(null, 'NONE', 'FULL_TRANSITIVE'))
      .map(([name, level]) => ({ op: 'config', subject: name, level }) as RegistryCommand),
  )

  it('leaving out those that settle nothing changes no state: they need not be appended', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const [all] = fold(commands)
        const few = emptyRegistry()
        for (const next of commands)
          if (settledVerdict(few, next) === undefined) applyCommand(few, next)
        expect(copy(few)).toBe(copy(all))
      }),
    )
  })

  it('never take an id away or give it to another schema', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const state = emptyRegistry()
        for (const next of commands) {
          const before = state.schemas.map(({ text }) => text)
          applyCommand(state, next)
          expect(state.schemas.slice(0, before.length).map(({ text }) => text)).toEqual(before)
          for (const versions of state.subjects.values()) {
            const numbers = versions.map(({ version }) => version)
            expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
          }
        }
      }),
    )
  })
})

describe('a record of the topic', () => {
  const read = (json: unknown): unknown => readCommand(Buffer.from(JSON.stringify(json)))
  it.each([
    [register('s', 1)],
    [remove('s', null)],
    [remove('s', 1, true)],
    [{ op: 'config', subject: null, level: 'FULL' }],
  ])('is a command: %j', (json) => expect(read(json)).toEqual(json))

  it.each([
    [null],
    [7],
    [[]],
    [{ op: 'drop' }],
    [{ op: 'register', subject: 7, schema: {} }],
    [{ op: 'register', subject: 's' }],
    [{ op: 'config', subject: 's', level: 'SOME' }],
    [{ op: 'config', level: 'NONE' }],
    [{ op: 'delete', subject: 's', version: '1', permanent: false }],
    [{ op: 'delete', subject: 's', version: 1 }],
  ])('is none: %j', (json) => expect(read(json)).toBeUndefined())

  it('is none where it is no JSON', () => expect(readCommand(Buffer.from('{'))).toBeUndefined())
})
