import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemoryWrite, MergePolicy } from '@waggle/event'
import {
  CONTENT_MAX,
  emptyMemory,
  ENTRIES_MAX,
  entryName,
  openRivals,
  RIVALS_MAX,
  writeEntry,
  type MemoryState,
  type WriteAnswer,
} from './entry-state.ts'

const PLACE = { namespace: 'n', key: 'k' }

type Wish = Partial<Pick<MemoryWrite, 'agent' | 'key' | 'merge' | 'irreversible'>> & {
  readonly value: string | null
  readonly expected?: number | null
}

function wish({ expected = null, ...fields }: Wish): MemoryWrite {
  const given = { agent: 'a', merge: 'REFUSE', irreversible: false, ...PLACE, ...fields }
  return { kind: 'memory_write', expected_version: expected, ...given } as MemoryWrite
}

/** Writes at offsets 0, 1, 2 …, each known at its offset. */
function play(wishes: readonly Wish[], memory: MemoryState = emptyMemory()): WriteAnswer[] {
  return wishes.map((given, offset) => writeEntry(memory, wish(given), offset, offset))
}

function statuses(wishes: readonly Wish[]): string[] {
  return play(wishes).map(({ status, version, value }) => `${status} ${version} ${value}`)
}

describe('an entry', () => {
  it('changes only by a write that has seen it, and its version says where', () => {
    expect(
      statuses([
        { value: '1', expected: 0 },
        { value: '2', expected: 0, agent: 'b' },
        { value: '3', expected: 1, agent: 'b' },
        { value: '4', expected: 1 },
        { value: '5' },
      ]),
    ).toEqual(['APPLIED 1 1', 'CONFLICT 1 1', 'APPLIED 3 3', 'CONFLICT 3 3', 'APPLIED 5 5'])
  })

  it('keeps both values of a conflict until a write that has seen it settles it', () => {
    const memory = emptyMemory()
    const [, conflict] = play([{ value: '1' }, { value: '2', expected: 9, agent: 'b' }], memory)
    expect(conflict).toMatchObject({ status: 'CONFLICT', value: '1', refusedValue: '2' })
    const entry = memory.entries.get(entryName(PLACE))!
    expect(openRivals(entry)).toEqual([
      { writer: 'b', value: '2', expectedVersion: 9, offset: 1, knownFrom: 1 },
    ])
    writeEntry(memory, wish({ value: '2', expected: 1 }), 2, 2)
    expect(openRivals(entry)).toEqual([])
  })

  it('is removed by null, has version 0 then, and no version twice', () => {
    expect(
      statuses([
        { value: '1' },
        { value: null, expected: 1 },
        { value: null },
        { value: '2', expected: 1 },
        { value: '3', expected: 0 },
      ]),
    ).toEqual(['APPLIED 1 1', 'APPLIED 0 null', 'APPLIED 0 null', 'CONFLICT 0 null', 'APPLIED 5 3'])
  })

  it('refuses what is no JSON or too large, with the reason and without a trace', () => {
    const memory = emptyMemory()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const large = JSON.stringify('x'.repeat(CONTENT_MAX))
    const answers = play(
      ['{', 'NaN', '1e999', '[[1e999]]', deep.slice(0, 60_000), large].map((value) => ({ value })),
      memory,
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill('REFUSED'))
    expect(answers[0]!.reason).toBe('the content is no JSON')
    expect(memory.entries.size).toBe(0)
    const nested = `${'['.repeat(1000)}${']'.repeat(1000)}`
    expect(play([{ value: nested }])[0]!.status).toBe('REFUSED')
  })

  it('is told apart by namespace and key, whatever characters they have', () => {
    const memory = emptyMemory()
    const names = [
      ['a\u0000b', 'c'],
      ['a', 'b\u0000c'],
      ['a","b', 'c'],
      ['a', 'b","c'],
    ] as const
    for (const [namespace, key] of names)
      expect(writeEntry(memory, { ...wish({ value: '1' }), namespace, key }, 0, 0).version).toBe(1)
    expect(memory.entries.size).toBe(names.length)
  })

  it('is one of so many, and remembers so many conflicts', () => {
    const memory = emptyMemory()
    for (let i = 0; i < ENTRIES_MAX; i++)
      writeEntry(memory, wish({ value: '1', key: `k${i}` }), i, 0)
    expect(writeEntry(memory, wish({ value: '1' }), ENTRIES_MAX, 0).status).toBe('REFUSED')
    writeEntry(memory, wish({ value: null, key: 'k7' }), ENTRIES_MAX + 1, 0)
    expect(writeEntry(memory, wish({ value: '1' }), ENTRIES_MAX + 2, 0).status).toBe('APPLIED')
    for (let i = 0; i < 2 * RIVALS_MAX; i++)
      writeEntry(memory, wish({ value: `${i}`, expected: 1 }), ENTRIES_MAX + 3 + i, 0)
    const rivals = openRivals(memory.entries.get(entryName(PLACE))!)
    expect(rivals.map(({ value }) => value)).toEqual(
      Array.from({ length: RIVALS_MAX }, (_, i) => `${RIVALS_MAX + i}`),
    )
  })
})

describe('a write that has not seen the content', () => {
  const after = (merge: MergePolicy, ...wishes: Wish[]): string[] =>
    statuses(wishes.map((given) => ({ merge, ...given }))).slice(1)

  it('goes by the policy of the write that made the entry, not by its own', () => {
    expect(
      statuses([
        { value: '[1]', merge: 'UNION' },
        { value: '[0]', expected: 0, merge: 'LAST' },
        { value: '7', merge: 'LAST' },
      ]),
    ).toEqual(['APPLIED 1 [1]', 'MERGED 2 [0,1]', 'CONFLICT 2 [0,1]'])
  })

  it('wins under LAST, loses under MAX if smaller, and an unchanged entry keeps its version', () => {
    expect(after('LAST', { value: '5' }, { value: '1', expected: 7 })).toEqual(['MERGED 2 1'])
    expect(after('MAX', { value: '5' }, { value: '1' }, { value: '9', expected: 7 })).toEqual([
      'MERGED 1 5',
      'MERGED 3 9',
    ])
  })

  it('is one vote under VOTE: most writers win, a tie keeps the present value', () => {
    const wishes = ['a', 'b', 'c', 'b', 'a'].map((agent, index) => ({
      agent,
      value: ['1', '2', ' 2', '1', '2'][index]!,
    }))
    expect(after('VOTE', ...wishes)).toEqual([
      'CONFLICT 1 1',
      'MERGED 3 2',
      'MERGED 4 1',
      'MERGED 5 2',
    ])
  })

  it('waits under ESCALATE for one that settles it', () => {
    expect(
      after(
        'ESCALATE',
        { value: '1' },
        { value: '2' },
        { value: '3', expected: 1 },
        { value: '4' },
        { value: '3', expected: 2 },
        { value: '5' },
      ),
    ).toEqual(['APPLIED 2 2', 'ESCALATED 2 2', 'ESCALATED 2 2', 'APPLIED 5 3', 'APPLIED 6 5'])
  })

  it('is refused beside an irreversible one, whatever the policy', () => {
    for (const merge of ['REFUSE', 'LAST', 'MAX', 'UNION', 'VOTE', 'ESCALATE'] as const) {
      const [, second, third] = play([
        { value: '1', merge, irreversible: true },
        { value: '2', merge, irreversible: true, agent: 'b' },
        { value: '2', merge, irreversible: true, agent: 'b', expected: 1 },
      ])
      expect(second).toMatchObject({ status: 'CONFLICT', value: '1', refusedValue: '2' })
      expect(second!.reason).toContain('irreversible')
      expect(third).toMatchObject({ status: 'APPLIED', value: '2' })
    }
  })
})

/** The rules again, as plainly as possible: the whole history of the entry is looked at for every write. */
interface Plain {
  readonly made: MemoryWrite
  readonly value: string
  readonly version: number
  readonly irreversible: boolean
  /** Writes since the last one that had seen the content, that one included. */
  readonly since: readonly MemoryWrite[]
}

function plainStep(
  entry: Plain | undefined,
  write: MemoryWrite,
  offset: number,
): { status: string; entry: Plain | undefined } {
  const { value, expected_version: expected, irreversible } = write
  const version = entry?.version ?? 0
  if (value === '{') return { status: 'REFUSED', entry }
  const put = (status: string, to: string | null, since: readonly MemoryWrite[]): Result => ({
    status,
    entry:
      to === null
        ? undefined
        : { made: entry?.made ?? write, value: to, version: offset + 1, irreversible, since },
  })
  type Result = ReturnType<typeof plainStep>
  if (expected === version || (entry === undefined && expected === null))
    return put('APPLIED', value, [write])
  if (entry === undefined) return { status: 'CONFLICT', entry }
  const since = [...entry.since, write]
  const stay = (status: string): Result => ({ status, entry: { ...entry, since } })
  if (irreversible || entry.irreversible) return stay('CONFLICT')
  switch (entry.made.merge) {
    case 'REFUSE':
      return expected === null ? put('APPLIED', value, since) : stay('CONFLICT')
    case 'LAST':
      return put(expected === null ? 'APPLIED' : 'MERGED', value, since)
    case 'MAX': {
      const [x, y] = [JSON.parse(entry.value), JSON.parse(value ?? '""')] as unknown[]
      if (typeof x !== 'number' || typeof y !== 'number') return stay('CONFLICT')
      return y > x ? put('MERGED', `${y}`, since) : stay('MERGED')
    }
    case 'UNION': {
      const [x, y] = [JSON.parse(entry.value), JSON.parse(value ?? '""')] as unknown[]
      if (!Array.isArray(x) || !Array.isArray(y)) return x === y ? stay('MERGED') : stay('CONFLICT')
      const text = JSON.stringify([...new Set([...x, ...y] as number[])].sort((a, b) => a - b))
      return text === entry.value ? stay('MERGED') : put('MERGED', text, since)
    }
    case 'VOTE': {
      const last = new Map(
        since.filter((w) => !w.irreversible).map((w) => [w.agent, w.value] as const),
      )
      const votes = (of: string | null): number => [...last.values()].filter((v) => v === of).length
      const wins = [...new Set(last.values())].find((of) =>
        [...new Set(last.values())].every((other) => other === of || votes(of) > votes(other)),
      )
      const winner = wins === undefined ? entry.value : wins
      const status = winner === value ? 'MERGED' : 'CONFLICT'
      return winner === entry.value ? stay(status) : put(status, winner, since)
    }
    case 'ESCALATE': {
      const isOpen = entry.since.some((w) => w.expected_version !== null && w !== entry.since[0])
      return expected === null && !isOpen && !entry.since.some((w) => w.irreversible)
        ? put('APPLIED', value, since)
        : stay('ESCALATED')
    }
  }
}

const step = fc.record({
  agent: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.constantFrom('1', '2', '30', '[1]', '[2,3]', '"x"', null, '{'),
  merge: fc.constantFrom<MergePolicy>('REFUSE', 'LAST', 'MAX', 'UNION', 'VOTE', 'ESCALATE'),
  expected: fc.constantFrom('seen', 'blind', 'blind', 'new', 'stale'),
  irreversible: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
})

describe('entries', () => {
  it('equal a plain recount of their whole history', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const memory = emptyMemory()
        let plain: Plain | undefined
        for (const [offset, { expected, ...fields }] of steps.entries()) {
          const version = memory.entries.get(entryName(PLACE))?.version ?? 0
          const given = { seen: version, blind: null, new: 0, stale: version + 1 }[expected]!
          const write = wish({ ...fields, expected: given })
          const answer = writeEntry(memory, write, offset, offset)
          const model = plainStep(plain, write, offset)
          plain = model.entry
          seen.add(answer.status)
          expect({ offset, ...answer }).toMatchObject({
            status: model.status,
            value: plain?.value ?? null,
            version: plain?.version ?? 0,
          })
        }
      }),
      { numRuns: 3000 },
    )
    expect([...seen].sort()).toEqual(['APPLIED', 'CONFLICT', 'ESCALATED', 'MERGED', 'REFUSED'])
  })

  it('count their size, so that the bound holds after any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const memory = emptyMemory()
        const texts = (): number =>
          [...memory.entries.values()]
            .flatMap(({ value, rivals, ballots }) => [
              value,
              ...rivals.map((rival) => rival.value),
              ...[...ballots.values()].map((ballot) => ballot.value),
            ])
            .reduce((sum, value) => sum + (value?.length ?? 0), 0)
        for (const [offset, { expected, ...fields }] of steps.entries()) {
          const given = expected === 'blind' ? null : offset
          writeEntry(memory, wish({ ...fields, expected: given }), offset, offset)
          expect(memory.size).toBe(texts())
        }
      }),
    )
  })

  it('do not depend on the order of merged writes under MAX and UNION', () => {
    const numbers = fc.array(fc.integer().map(String), { minLength: 1, maxLength: 8 })
    const sets = fc.array(
      fc.array(fc.nat(9), { minLength: 1 }).map((set) => JSON.stringify(set)),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    for (const [merge, values] of [['MAX', numbers] as const, ['UNION', sets] as const]) {
      fc.assert(
        fc.property(values, fc.infiniteStream(fc.nat()), (given, random) => {
          const shuffled = given
            .map((value) => [random.next().value as number, value] as const)
            .sort(([a], [b]) => a - b)
            .map(([, value]) => value)
          const end = (all: readonly string[]): unknown => {
            const last = play([...all, ...all].map((value) => ({ value, merge }))).at(-1)!
            return JSON.parse(last.value!)
          }
          expect(end(shuffled)).toEqual(end(given))
        }),
      )
    }
  })
})
