export interface SqlExample {
  readonly name: string
  readonly query: string
}

/** Each runs as it stands, on any bus; a test runs them all. */
export const SQL_EXAMPLES: readonly SqlExample[] = [
  {
    name: 'Decision quality by agent',
    query: `SELECT swarm, run, agent, decisions, judged,
  round(hit_rate, 3) AS hit_rate, round(mean_score, 3) AS brier, pnl
FROM decision_quality
ORDER BY decisions DESC`,
  },
  {
    name: 'Stated confidence against what came true',
    query: `SELECT bucket, sum(decisions) AS judged,
  round(sum(stated * decisions) / judged, 3) AS said,
  round(sum(realised * decisions) / judged, 3) AS came_true
FROM confidence_calibration
GROUP BY bucket
ORDER BY bucket`,
  },
  {
    name: 'Newest decisions with their reasons',
    query: `SELECT known_at, agent, action, instrument, quantity, confidence, reasoning
FROM decisions FINAL
ORDER BY known_at DESC
LIMIT 200`,
  },
  {
    name: 'How proposals ended',
    query: `SELECT proposal, question, status, winner, turnout, decided_at, choices
FROM consensus_history
ORDER BY proposed_at DESC
LIMIT 200`,
  },
  {
    name: 'Signals that pointed the right way',
    query: `SELECT agent, domain, severity, signals,
  round(hit_rate, 3) AS hit_rate, round(mean_signed_return, 5) AS mean_return
FROM signal_hit_rate
ORDER BY signals DESC`,
  },
  {
    name: 'What the swarm knew at a time',
    query: `SELECT agent, instrument, strength, confidence, _late
FROM latest_signals_as_of(as_of = '2000-09-12 21:00:00', run = 'backtest-SPX')
ORDER BY agent`,
  },
  {
    name: 'Learning by month',
    query: `SELECT *
FROM learning_progress
LIMIT 500`,
  },
  {
    name: 'Refused records by reason',
    query: `SELECT code, stage, count() AS records, max(_appended_at) AS newest
FROM dead_letters FINAL
GROUP BY code, stage
ORDER BY records DESC`,
  },
]
