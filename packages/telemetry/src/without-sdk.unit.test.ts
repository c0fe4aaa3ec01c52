import { expect, test } from 'vitest'
import type { AppendRecord, EventLog } from '@waggle/log'
import { inSpan, isTracing, parseTraceparent, traceparentOf } from './span.ts'
import { traceBatches } from './trace-batches.ts'
import { tracedLog } from './traced-log.ts'

test('without an SDK the log gets the very records, and no span is described', async () => {
  expect(isTracing()).toBe(false)
  const given: unknown[] = []
  const append: EventLog['append'] = async (records) => {
    given.push(records)
    return []
  }
  const records: AppendRecord[] = [{ topic: 't', key: 'k', value: Buffer.alloc(1) }]
  await tracedLog({ append } as EventLog, 'waggle').append(records)
  expect(given[0]).toBe(records)
  const described = (): never => expect.fail('asked for a description')
  await expect(inSpan('work', described, (span) => span ?? 'none')).resolves.toBe('none')
  let applied = 0
  const batch = { topic: 't', partition: 0, events: [] }
  await traceBatches('waggle')('view', batch, async () => void applied++)
  expect(applied).toBe(1)
})

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
  ['rubbish', false],
  [undefined, false],
])('traceparent %s', (text, isOne) => {
  const parsed = parseTraceparent(text)
  expect(parsed !== undefined).toBe(isOne)
  if (parsed !== undefined) expect(traceparentOf(parsed)).toBe(text)
})
