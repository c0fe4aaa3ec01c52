import type { KnownEventJson } from '@waggle/api'
import { expect, test } from 'vitest'
import { says, treeOf } from './tree-of.ts'

const known = (id: string, cause: string | null): KnownEventJson => ({
  event: {
    kind: 'observation',
    id,
    swarm: 'desk',
    agent: 'ada',
    session: 's',
    seq: 1,
    occurred_at: 0,
    known_at: 0,
    trajectory: null,
    cause,
    run: null,
    content: `Break-out ${id}`,
  },
  position: `waggle.observations.v1/0@${id.length}`,
  known_from: 0,
  late: false,
})
const shape = (events: readonly KnownEventJson[]) =>
  treeOf(events).map(({ known: { event }, depth }) => `${'-'.repeat(depth)}${event.id}`)

test('every event stands behind its cause, siblings in the order known', () => {
  const events = [
    known('a', null),
    known('x', null),
    known('b', 'a'),
    known('c', 'b'),
    known('d', 'a'),
  ]
  expect(shape(events)).toEqual(['a', '-b', '--c', '-d', 'x'])
})

test('a cause that is not there, or the event itself, makes a root', () => {
  expect(shape([known('a', 'elsewhere'), known('b', 'b')])).toEqual(['a', 'b'])
})

test('a long line of causes is no deeper for the stack', () => {
  const events = Array.from({ length: 20_000 }, (_, at) =>
    known(`${at}`, at === 0 ? null : `${at - 1}`),
  )
  expect(treeOf(events).at(-1)?.depth).toBe(19_999)
})

test('the filter looks into every field, whatever the case', () => {
  expect(says(known('a', null), 'BREAK-OUT A')).toBe(true)
  expect(says(known('a', null), 'volume')).toBe(false)
})
