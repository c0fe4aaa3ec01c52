import type { Forecast } from '../forecast-ledger.ts'
import { meanOf } from './performance.ts'

/** Decisions by the probability they were made with. */
export interface CalibrationBin {
  /** Lower bound of the bin, of ten equal ones. */
  readonly above: number
  readonly decisions: number
  /** Mean probability said. */
  readonly said: number
  /** Share that came true. */
  readonly came: number
}

export interface ForecastScores {
  readonly decisions: number
  /** Decisions whose outcome was told. */
  readonly judged: number
  /** Share of them that came true. */
  readonly hitRate: number | undefined
  /** Mean of (probability - what came)^2, for what came 0 or 1 (Brier 1950, for two classes, from 0 to 1). */
  readonly brier: number | undefined
  /** Expected calibration error: gap between said and came, weighted by bin (Naeini et al. 2015). */
  readonly calibrationError: number | undefined
  readonly calibration: readonly CalibrationBin[]
}

const BINS = 10

/** Hit rate, Brier score and calibration of the forecasts that were judged. */
export function forecastScores(forecasts: readonly Forecast[]): ForecastScores {
  const judged = forecasts.filter(({ success }) => success !== undefined)
  const calibration = calibrationOf(judged)
  const ifAny = (value: number): number | undefined => (judged.length === 0 ? undefined : value)
  const gaps = calibration.map(({ decisions, said, came }) => decisions * Math.abs(said - came))
  return {
    decisions: forecasts.length,
    judged: judged.length,
    hitRate: ifAny(meanOf(judged.map(cameTrue))),
    brier: ifAny(meanOf(judged.map((forecast) => (forecast.confidence - cameTrue(forecast)) ** 2))),
    calibrationError: ifAny(gaps.reduce((sum, gap) => sum + gap, 0) / judged.length),
    calibration,
  }
}

function calibrationOf(judged: readonly Forecast[]): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, (): Forecast[] => [])
  for (const forecast of judged)
    bins[Math.min(BINS - 1, Math.floor(forecast.confidence * BINS))]!.push(forecast)
  return bins.flatMap((all, index) =>
    all.length === 0
      ? []
      : [
          {
            above: index / BINS,
            decisions: all.length,
            said: meanOf(all.map(({ confidence }) => confidence)),
            came: meanOf(all.map(cameTrue)),
          },
        ],
  )
}

function cameTrue({ success }: Forecast): number {
  return Number(success)
}
