import type { FilterAnswer, FilterTask } from './filter-events.ts'
import { importsCode, lockDown } from './lock-down.ts'

type Test = (event: unknown, record: unknown) => unknown

const compile = Function
const send = postMessage.bind(globalThis) as (message: FilterAnswer | 'ready') => void

addEventListener('message', ({ data }: MessageEvent<FilterTask>) => send(answerOf(data)))
lockDown(globalThis)
send('ready')

function answerOf({ source, records }: FilterTask): FilterAnswer {
  try {
    if (importsCode(source)) throw new Error('A filter may not import')
    const test = compile('event', 'record', `"use strict"; return (${source}\n)`) as Test
    return { ...testAll(test, records), refused: null }
  } catch (error) {
    return { kept: [], failed: 0, firstFailure: null, refused: String(error) }
  }
}

/** A record that the filter fails on is not kept; how many there were, and the first reason, is told. */
function testAll(
  test: Test,
  records: FilterTask['records'],
): Pick<FilterAnswer, 'kept' | 'failed' | 'firstFailure'> {
  let failed = 0
  let firstFailure: string | null = null
  const kept = records.map((record) => {
    try {
      return Boolean(test(record.event, record))
    } catch (error) {
      failed += 1
      firstFailure ??= String(error)
      return false
    }
  })
  return { kept, failed, firstFailure }
}
