import { expect, test } from 'vitest'
import { jsonFaultAt } from './json-fault.ts'

test.each([
  ['{"a": 1,}', 8],
  ['[\n{"kind": "x"},\n{"kind":}\n]', 25],
  ['{"a" 1}', 5],
  ['[1 2]', 3],
  ['{"a": [1, {"b": tru}]}', 16],
  ['{"a": "line\nbreak"}', 6],
  ['{"a": 01}', 6],
  ['[1]]', 3],
  ['{"a": [1}', 8],
  ['"bad \\x escape"', 0],
  ['{"a": 1', 7],
  ['', 0],
])('%j is at fault at %i', (text, at) => {
  expect(() => JSON.parse(text) as unknown).toThrow()
  expect(jsonFaultAt(text)).toBe(at)
})
