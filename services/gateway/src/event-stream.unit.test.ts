import { systemClock } from '@waggle/base'
import { expect, test } from 'vitest'
import { openEventStream } from './event-stream.ts'

test('what is sent behind the last message is dropped', async () => {
  const stream = openEventStream({ clock: systemClock(), slowMs: 10_000 })
  const text = new Response(stream.body).text()
  const sent = [
    stream.send({ event: 'events', data: '[]', id: 'a/0@1' }),
    stream.closeWith({ event: 'problem', data: '{}' }),
    stream.send({ event: 'events', data: '[1]' }),
    stream.comment('still here'),
  ]
  await Promise.all(sent)
  expect(await text).toBe('event: events\nid: a/0@1\ndata: []\n\nevent: problem\ndata: {}\n\n')
  expect(stream.signal.aborted).toBe(true)
})
