import { expect, it } from 'vitest'
import { createSharedWaits } from './shared-waits.ts'

const gone = (): Error => new Error('gone')
const untilLeft = (left: AbortSignal): Promise<string> =>
  new Promise((_, reject) => {
    left.addEventListener('abort', () => reject(left.reason as Error))
  })

it('gives up once the last caller has left, and not before', async () => {
  const waits = createSharedWaits<string>(gone)
  const [a, b] = [new AbortController(), new AbortController()]
  let begun = 0
  const start = (left: AbortSignal): Promise<string> => {
    begun++
    return untilLeft(left)
  }
  const both = [a, b].map(({ signal }) => waits.wait('lock', signal, start))
  const ended = Promise.allSettled(both)
  await Promise.resolve()
  a.abort()
  const third = waits.wait('lock', new AbortController().signal, start)
  b.abort()
  expect(begun).toBe(1)
  // The third has joined: it is still waited for.
  const winner = await Promise.race([ended.then(() => 'ended'), Promise.resolve('waiting')])
  expect(winner).toBe('waiting')
  void third.catch(() => {})
})

it('begins anew only when what was given up is over', async () => {
  const waits = createSharedWaits<string>(gone)
  const order: string[] = []
  const first = new AbortController()
  const ending = waits.wait('lock', first.signal, async (left) => {
    try {
      return await untilLeft(left)
    } finally {
      order.push('first over')
    }
  })
  await Promise.resolve()
  first.abort()
  const second = waits.wait('lock', new AbortController().signal, () => {
    order.push('second begun')
    return Promise.resolve('granted')
  })
  await expect(ending).rejects.toThrow('gone')
  expect(await second).toBe('granted')
  expect(order).toEqual(['first over', 'second begun'])
})

it('asks for nothing in the name of who has left already', async () => {
  const waits = createSharedWaits<string>(gone)
  const start = (): Promise<string> => Promise.reject(new Error('begun'))
  await expect(waits.wait('lock', AbortSignal.abort(), start)).rejects.toThrow('gone')
})
