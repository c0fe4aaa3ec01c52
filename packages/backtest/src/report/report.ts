import { createHash } from 'node:crypto'
import type { Decimal, Micros } from '@waggle/base'
import type { LookAhead } from '../guard/look-ahead-guard.ts'
import type { FillAt } from '../market/broker.ts'
import type { CostModel } from '../market/costs.ts'
import type { FillRecord } from '../market/portfolio.ts'
import { forecastScores, type ForecastScores } from '../metrics/forecast-scores.ts'
import { performanceOf, type Performance } from '../metrics/performance.ts'
import {
  instrumentsOf,
  tradingOf,
  type InstrumentResult,
  type Trading,
} from '../metrics/trading.ts'
import type { Failure, Simulation } from '../simulation.ts'
import { reportJson } from './report-json.ts'
import { dailyCurve, type SampledCurve } from './sample-curve.ts'

/**
 * Decisions of models whose training data reach beyond the time they decided at: they may have read the future. Their
 * trades and returns are not evidence; `clean` is what is left without them.
 */
export interface Contamination {
  readonly decisions: number
  readonly contaminated: number
  /** Latest end of training data; what was decided after it is clean. */
  readonly latestCutoff: Micros | undefined
  readonly clean: {
    readonly forecasts: ForecastScores
    readonly trading: Pick<Trading, 'roundTrips' | 'hitRate'>
    /** Of equity from the latest cutoff on; undefined where nothing lies behind it. */
    readonly performance: Performance | undefined
  }
}

export interface BacktestReport {
  readonly format: 'waggle-backtest/v1'
  readonly status: 'COMPLETE' | 'STOPPED'
  readonly settings: ReportSettings
  readonly observed: {
    readonly events: number
    readonly steps: number
    readonly waitingOrders: number
  }
  readonly lookAhead: readonly LookAhead[]
  readonly failures: readonly Failure[]
  readonly performance: Performance
  readonly trading: Trading
  readonly forecasts: ForecastScores
  readonly instruments: readonly InstrumentResult[]
  readonly contamination: Contamination
  /** Cash and all that is held, at the end of each day. */
  readonly curve: SampledCurve
  readonly fills: readonly FillRecord[]
  /** All it said: SHA-256 of the bytes appended. */
  readonly said: { readonly events: number; readonly digest: string }
  /** SHA-256 of the report's JSON without this field. */
  readonly digest: string
}

export interface ReportSettings {
  readonly swarm: string
  readonly recordedRun: string | null
  readonly run: string
  readonly name: string
  readonly from: Micros
  readonly to: Micros
  readonly seed: number
  readonly cash: Decimal
  readonly costs: CostModel
  readonly fillAt: FillAt
  readonly trials: number
}

export function reportOf(
  simulation: Simulation,
  settings: ReportSettings,
  stopped: boolean,
): BacktestReport {
  const { broker, guard, writer, forecasts, delivered, steps, failures } = simulation
  const { portfolio } = broker
  const curve = dailyCurve(broker.curve, settings.cash)
  const holdings = [...portfolio.holdings.values()]
  const { trials } = settings
  const report = {
    format: 'waggle-backtest/v1',
    status: stopped ? 'STOPPED' : 'COMPLETE',
    settings,
    observed: { events: delivered, steps, waitingOrders: broker.waiting },
    lookAhead: guard.attempts,
    failures,
    performance: performanceOf(curve.values, { trials }),
    trading: tradingOf(holdings, portfolio.trips, broker.curve),
    forecasts: forecastScores(forecasts.all),
    instruments: instrumentsOf(holdings, portfolio.trips),
    contamination: contaminationOf(simulation, curve, trials),
    curve,
    fills: broker.fills,
    said: { events: writer.events, digest: writer.digest() },
  } as const
  const digest = createHash('sha256').update(reportJson(report)).digest('hex')
  return { ...report, digest }
}

function contaminationOf(
  { forecasts, broker: { portfolio } }: Simulation,
  { at, values }: SampledCurve,
  trials: number,
): Contamination {
  const all = forecasts.all
  const cutoffs = all.flatMap(({ contaminated, cutoff }) => (contaminated ? [cutoff!] : []))
  const latestCutoff = cutoffs.length === 0 ? undefined : cutoffs.reduce((a, b) => Math.max(a, b))
  const clean = all.filter(({ contaminated }) => !contaminated)
  const trips = portfolio.trips.filter(
    ({ decisions }) => !decisions.some((decision) => forecasts.isContaminated(decision)),
  )
  const after = latestCutoff === undefined ? 0 : at.findIndex((time) => time > latestCutoff)
  const behind = after < 0 ? [] : values.slice(after)
  const gains = trips.filter(({ pnl }) => pnl > 0n).length
  return {
    decisions: all.length,
    contaminated: cutoffs.length,
    latestCutoff,
    clean: {
      forecasts: forecastScores(clean),
      trading: {
        roundTrips: trips.length,
        hitRate: trips.length === 0 ? undefined : gains / trips.length,
      },
      performance: behind.length < 2 ? undefined : performanceOf(behind, { trials }),
    },
  }
}
