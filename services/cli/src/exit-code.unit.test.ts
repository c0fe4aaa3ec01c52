import { readFileSync } from 'node:fs'
import { WaggleError, type ErrorCode } from '@waggle/base'
import { GatewayError } from '@waggle/client'
import { expect, it, test } from 'vitest'
import { EXIT, exitCodeOf } from './exit-code.ts'

const DOCS = new URL('../../../docs/cli.md', import.meta.url)

const refused = (code: string, status: number): GatewayError =>
  new GatewayError({ code, status, title: '', detail: 'no', retriable: false } as never)

// What scripts rely on: a row that changes breaks them.
const CODES: readonly [number, readonly ErrorCode[]][] = [
  [1, ['LOG_CORRUPT', 'SCHEMA_INCOMPATIBLE', 'ARCHIVE_INVALID', 'ARCHIVE_GAP', 'TOPIC_CONFLICT']],
  [2, ['CONFIG_INVALID', 'INPUT_INVALID', 'FIELD_MISSING', 'KIND_UNKNOWN', 'ACCESS_DENIED']],
  [3, ['NOT_FOUND', 'SUBJECT_UNKNOWN', 'VERSION_UNKNOWN']],
  [4, ['VERSION_CONFLICT', 'SEQ_DUPLICATE', 'FENCED', 'LOCK_UNAVAILABLE', 'RUN_ISOLATED']],
  [5, ['LOG_UNAVAILABLE', 'REGISTRY_UNAVAILABLE', 'VIEW_UNAVAILABLE', 'VIEW_STALE']],
]

it.each(CODES)('%i is of %j, said here or by a gateway', (exit, codes) => {
  for (const code of codes) {
    expect([code, exitCodeOf(new WaggleError(code, 'no'))]).toEqual([code, exit])
    expect([code, exitCodeOf(refused(code, 418))]).toEqual([code, exit === 1 ? 2 : exit])
  }
})

it('of a code that only the gateway knows follows its status', () => {
  const rows = [
    [0, 5],
    [401, 2],
    [403, 2],
    [404, 3],
    [409, 4],
    [410, 3],
    [429, 5],
    [503, 5],
  ] as const
  for (const [status, exit] of rows)
    expect([status, exitCodeOf(refused('SOMETHING_NEW', status))]).toEqual([status, exit])
})

test('docs/cli.md says what each code means', () => {
  const rows = [...readFileSync(DOCS, 'utf8').matchAll(/^\| (\d) +\| (.+) \|$/gm)]
  expect(rows.map(([, code]) => Number(code))).toEqual(Object.values(EXIT))
})
