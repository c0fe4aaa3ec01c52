import { day } from './figures.ts'
import type { SampledCurve } from './sample-curve.ts'

export interface YearReturns {
  readonly year: string
  /** January to December; undefined where there was no value. */
  readonly months: readonly (number | undefined)[]
  readonly total: number
}

/** Compound returns by calendar month and year. */
export function monthlyReturns({ at, values }: Pick<SampledCurve, 'at' | 'values'>): YearReturns[] {
  const ends = new Map<string, number>()
  at.forEach((time, index) => ends.set(day(time).slice(0, 7), values[index]!))
  const returns = new Map<string, number>()
  let before = values[0] ?? 1
  for (const [month, value] of ends) {
    returns.set(month, value / before - 1)
    before = value
  }
  const years = [...new Set([...ends.keys()].map((month) => month.slice(0, 4)))]
  return years.map((year) => {
    const months = Array.from({ length: 12 }, (_, index) =>
      returns.get(`${year}-${String(index + 1).padStart(2, '0')}`),
    )
    const total = months.reduce<number>((grown, value) => grown * (1 + (value ?? 0)), 1) - 1
    return { year, months, total }
  })
}
