import type { CalibrationJson, PatternJson } from '@waggle/api'
import { positionText } from '@waggle/event'
import type { Calibration, PatternReport } from '@waggle/reasoning-bank'

export function patternJson(report: PatternReport): PatternJson {
  const { samples, successes, returns, evidence } = report
  const taught = samples > 0
  return {
    id: report.id,
    domain: report.domain,
    situation: report.situation,
    action: report.action,
    status: report.status,
    lessons: samples,
    mean_return: taught ? report.meanReturn : null,
    return_low: taught ? finite(returns.low) : null,
    return_high: taught ? finite(returns.high) : null,
    success_rate: taught ? successes / samples : null,
    evidence_value: report.evidenceValue,
    changed_at: report.changedAt,
    reason: report.reason,
    accesses: report.accesses,
    evidence: evidence.map(({ decision }) => decision),
    cases: evidence.map(({ decision, decisionPosition, outcome, outcomePosition, ...lesson }) => ({
      decision,
      position: positionText(decisionPosition),
      outcome: outcome ?? null,
      outcome_position: outcomePosition === undefined ? null : positionText(outcomePosition),
      at: lesson.at,
      net: lesson.net,
      success: lesson.success,
    })),
  }
}

export function calibrationJson(report: Calibration): CalibrationJson {
  return {
    count: report.count,
    brier: report.brier,
    log_score: report.logScore,
    mean_return: report.meanReturn,
    rows: report.rows.map(({ from, to, count, said, came }) => {
      return { from, to, count, stated: said, realised: came }
    }),
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
