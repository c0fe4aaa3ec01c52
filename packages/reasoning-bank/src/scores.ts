/** Squared error of a probability: 0 best, 1 worst (Brier 1950). */
export function brierScore(probability: number, success: boolean): number {
  return (probability - (success ? 1 : 0)) ** 2
}

/** Probabilities nearer to 0 or 1 count as this near: one certain error must not outweigh everything. */
export const LOG_SCORE_CLIP = 0.001

/** Logarithm of what was given to what happened, in nats: 0 best, log(0.001) worst (Good 1952), clipped. */
export function logScore(probability: number, success: boolean): number {
  const given = success ? probability : 1 - probability
  return Math.log(Math.min(1 - LOG_SCORE_CLIP, Math.max(LOG_SCORE_CLIP, given)))
}

/**
 * Return of acting on a prediction, after costs: value * direction - costs. Who predicted a fall gains from it;
 * a decision without a predicted value, or with 0, is worth what came.
 *
 * @param costBps Basis points of the amount, there and back.
 */
export function netReturn(value: number, predicted: number | null, costBps: number): number {
  const direction = predicted !== null && predicted < 0 ? -1 : 1
  return value * direction - costBps / 10_000
}

export interface Judged {
  readonly confidence: number
  readonly success: boolean
}

/** One row of a reliability table (Murphy 1973). */
export interface CalibrationRow {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean probability that was said, and share that came true. */
  readonly said: number
  readonly came: number
}

/** Rows of equal width with at least one decision. */
export function calibrationTable(judged: readonly Judged[], rows = 10): CalibrationRow[] {
  const byRow = Map.groupBy(judged, ({ confidence }) =>
    Math.min(rows - 1, Math.floor(confidence * rows)),
  )
  return [...byRow]
    .sort(([a], [b]) => a - b)
    .map(([row, all]) => ({
      from: row / rows,
      to: (row + 1) / rows,
      count: all.length,
      said: mean(all.map(({ confidence }) => confidence)),
      came: mean(all.map(({ success }) => (success ? 1 : 0))),
    }))
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
