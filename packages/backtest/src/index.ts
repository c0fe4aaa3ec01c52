export { backtest } from './backtest.ts'
export type {
  AgentFunction,
  BacktestAgent,
  BacktestOptions,
  Market,
  PullAgent,
} from './backtest.ts'
export type { Action, BacktestContext } from './backtest-context.ts'
export type { Observation } from './feed.ts'
export type { LookAhead, LookAheadKind } from './guard/look-ahead-guard.ts'
export type { EquityPoint, FillAt } from './market/broker.ts'
export { createCosts } from './market/costs.ts'
export type { CostModel, Costs, Execution, SlippageModel } from './market/costs.ts'
export { Portfolio } from './market/portfolio.ts'
export type { FillRecord, Holding, RoundTrip } from './market/portfolio.ts'
export { maxDrawdown } from './metrics/drawdown.ts'
export type { Drawdown } from './metrics/drawdown.ts'
export { forecastScores } from './metrics/forecast-scores.ts'
export type { CalibrationBin, ForecastScores } from './metrics/forecast-scores.ts'
export { deflatedSharpe, performanceOf } from './metrics/performance.ts'
export type { Performance, PerformanceOptions } from './metrics/performance.ts'
export type { InstrumentResult, Trading } from './metrics/trading.ts'
export { programAgent } from './program-agent.ts'
export type { ProgramAgent, ProgramFeed } from './program-agent.ts'
export type { BacktestReport, Contamination, ReportSettings } from './report/report.ts'
export { reportHtml } from './report/report-html.ts'
export { reportJson } from './report/report-json.ts'
export { reportText } from './report/report-text.ts'
export type { RunTarget } from './run-writer.ts'
export type { Failure, Step } from './simulation.ts'
