import { expect, it } from 'vitest'
import { createSharedWaits } from './shared-waits.ts'

const gone = (): Error => new Error('gone')
const untilLeft = (left: AbortSignal): Promise<string> =>
  new Promise((_, reject) => {
    left.addEventListener('abort', () => reject(left.reason as Error))
  })

it('gives up once the last caller has left, and not before', async () => {
  const waits = createSharedWaits<string>(gone)
  const callers = [1, 2, 3].map(() => new AbortController())
  const begun: AbortSignal[] = []
  const asked = callers.map(({ signal }) =>
    waits.wait('lock', signal, (left) => {
      begun.push(left)
      return untilLeft(left)
    }),
  )
  const ended = Promise.allSettled(asked)
  const isGivenUp = callers.map((caller) => {
    caller.abort()
    return begun.map(({ aborted }) => aborted)
  })
  expect(isGivenUp).toEqual([[false], [false], [true]])
  for (const { status } of await ended) expect(status).toBe('rejected')
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
