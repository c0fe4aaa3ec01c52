import { expect, it } from 'vitest'
import { WaggleError } from '@waggle/base'
import { ConflictFault } from './conflict-fault.ts'
import { createRepeats } from './repeats.ts'

const write = (outcomes: (number | Error)[]) => () => {
  const next = outcomes.shift()!
  return typeof next === 'number' ? Promise.resolve(next) : Promise.reject(next)
}

it('answers a repeated request as the first, and every request without a name anew', async () => {
  const repeats = createRepeats<number>()
  const next = write([1, 2, 3])
  expect(await repeats.answer(['a'], next)).toEqual({ value: 1, repeated: false })
  expect(await repeats.answer(['a'], next)).toEqual({ value: 1, repeated: true })
  expect(await repeats.answer(undefined, next)).toEqual({ value: 2, repeated: false })
  expect(await repeats.answer(undefined, next)).toEqual({ value: 3, repeated: false })
})

it('tries again what failed, but a conflict is an answer', async () => {
  const repeats = createRepeats<number>()
  const failed = new WaggleError('LOG_UNAVAILABLE', 'down')
  const conflict = new ConflictFault(new WaggleError('VERSION_CONFLICT', 'newer'), {})
  const next = write([failed, 1])
  await expect(repeats.answer(['a'], next)).rejects.toBe(failed)
  expect(await repeats.answer(['a'], next)).toEqual({ value: 1, repeated: false })
  const refused = write([conflict, 1])
  await expect(repeats.answer(['b'], refused)).rejects.toBe(conflict)
  await expect(repeats.answer(['b'], refused)).rejects.toBe(conflict)
})
