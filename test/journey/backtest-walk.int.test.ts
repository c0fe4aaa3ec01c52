import { expect, it } from 'vitest'
import { walkForward, walkForwardTest, type Training } from '@waggle/backtest'
import { decimalToNumber } from '@waggle/base'
import { DAY, FIRST_DAY, recordedBars, sourceOf, walk } from '../support/recorded-bars.ts'

it('an agent is fitted to each training and tried on what follows it', async () => {
  const bus = await recordedBars(walk(100))
  const splits = walkForward({
    from: FIRST_DAY,
    to: FIRST_DAY + 100 * DAY,
    train: 40 * DAY,
    test: 20 * DAY,
    embargo: 2 * DAY,
    mode: 'expanding',
  })
  const learned: [bars: number, newest: number][] = []
  const fit = async (training: Training) => {
    const bars = await training.events(['bar'])
    learned.push([bars.length, bars.at(-1)!.knownFrom])
    return () => []
  }
  const { splits: tested, outOfSample } = await walkForwardTest({
    source: sourceOf(bus),
    target: bus,
    splits,
    fit,
  })
  expect(learned).toEqual([
    [40, FIRST_DAY + 39 * DAY],
    [60, FIRST_DAY + 59 * DAY],
  ])
  expect(tested.map(({ report }) => [report.settings.run, report.observed.steps])).toEqual([
    ['walk-1', 20],
    ['walk-2', 20],
  ])
  expect(outOfSample).toMatchObject({ periods: 40, totalReturn: 0 })
})

it('returns out of sample are those of the tests, one after the other', async () => {
  const bus = await recordedBars(walk(60))
  const splits = walkForward({
    from: FIRST_DAY,
    to: FIRST_DAY + 60 * DAY,
    train: 20 * DAY,
    test: 20 * DAY,
  })
  const { splits: tested, outOfSample } = await walkForwardTest({
    source: sourceOf(bus),
    target: bus,
    splits,
    fit: () => {
      let first = true
      return (_observation, context) => {
        const quantity = first ? context.quantityFor('SPX', 1) : 0n
        first = false
        const words = { action: 'BUY', context: '', reasoning: '', confidence: 0.5 }
        return [{ kind: 'decision', instrument: 'SPX', quantity, ...words }]
      }
    },
  })
  const grown = tested.map(
    ({ report: { curve } }) =>
      decimalToNumber(curve.equity.at(-1)!) / decimalToNumber(curve.equity[0]!),
  )
  expect(grown).toHaveLength(2)
  expect(grown.every((factor) => factor !== 1)).toBe(true)
  expect(outOfSample.totalReturn).toBeCloseTo(grown[0]! * grown[1]! - 1, 10)
})

it('a split that learns from its test is refused', async () => {
  const bus = await recordedBars(walk(10))
  const span = { from: FIRST_DAY, to: FIRST_DAY + DAY }
  const test = walkForwardTest({
    source: sourceOf(bus),
    target: bus,
    splits: [{ train: span, test: span }],
    fit: () => () => [],
  })
  await expect(test).rejects.toMatchObject({ code: 'LOOK_AHEAD' })
})
