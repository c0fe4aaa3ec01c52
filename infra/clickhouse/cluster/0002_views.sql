-- Generated from ../0002_views.sql by `npm run generate`. Do not edit.

CREATE OR REPLACE VIEW decision_quality ON CLUSTER '{cluster}' AS
SELECT
    d.swarm AS swarm,
    d.run AS run,
    d.agent AS agent,
    count() AS decisions,
    countIf(v.label IS NOT NULL) AS judged,
    countIf(v.label = 'CORRECT') / nullIf(judged, 0) AS hit_rate,
    avg(v.score) AS mean_score,
    avg(d.confidence) AS mean_confidence,
    avg(v.value) AS mean_outcome,
    sum(v.pnl) AS pnl
FROM decisions AS d FINAL
GLOBAL LEFT JOIN
(
    SELECT
        verdicts.decision AS decision,
        toNullable(toString(verdicts.label)) AS label,
        toNullable(verdicts.score) AS score,
        toNullable(outcomes.value) AS value,
        outcomes.pnl AS pnl
    FROM verdicts FINAL
    GLOBAL LEFT JOIN outcomes FINAL ON outcomes.id = verdicts.outcome
) AS v ON v.decision = d.id
GROUP BY swarm, run, agent;

CREATE OR REPLACE VIEW confidence_calibration ON CLUSTER '{cluster}' AS
SELECT
    d.swarm AS swarm,
    d.run AS run,
    d.agent AS agent,
    least(floor(d.confidence * 10), 9) / 10 AS bucket,
    count() AS decisions,
    avg(d.confidence) AS stated,
    avg(o.success) AS realised
FROM decisions AS d FINAL
GLOBAL INNER JOIN outcomes AS o FINAL ON o.decision = d.id
GROUP BY swarm, run, agent, bucket;

CREATE OR REPLACE VIEW signal_hit_rate ON CLUSTER '{cluster}' AS
SELECT
    s.swarm AS swarm,
    s.run AS run,
    s.agent AS agent,
    s.domain AS domain,
    s.severity AS severity,
    count() AS signals,
    countIf(sign(s.strength) = sign(b.next_return)) / count() AS hit_rate,
    avg(s.confidence) AS mean_confidence,
    avg(b.next_return * sign(s.strength)) AS mean_signed_return
FROM signals AS s FINAL
GLOBAL INNER JOIN
(
    SELECT
        swarm,
        run,
        instrument,
        occurred_at,
        toFloat64(leadInFrame(close) OVER w) / toFloat64(close) - 1 AS next_return,
        leadInFrame(occurred_at) OVER w AS next_at
    FROM bars FINAL
    WINDOW w AS (PARTITION BY swarm, run, instrument ORDER BY occurred_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) AS b ON b.swarm = s.swarm AND ifNull(b.run, '') = ifNull(s.run, '') AND b.instrument = ifNull(s.instrument, '') AND toDate(b.occurred_at) = toDate(s.occurred_at)
WHERE s.strength != 0 AND b.next_at > b.occurred_at
GROUP BY swarm, run, agent, domain, severity;

CREATE OR REPLACE VIEW trajectory_steps ON CLUSTER '{cluster}' AS
SELECT swarm, run, trajectory, agent, 'observation' AS kind, id, cause, _known_from AS known_from, 'waggle.observations.v1' AS topic, _partition AS partition, _offset AS offset, content AS summary FROM observations FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'signal', id, cause, _known_from, 'waggle.signals.v1', _partition, _offset, message FROM signals FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'proposal', id, cause, _known_from, 'waggle.proposals.v1', _partition, _offset, question FROM proposals FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'vote', id, cause, _known_from, 'waggle.proposals.v1', _partition, _offset, concat(choice, ': ', reasoning) FROM votes FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'proposal_result', id, cause, _known_from, 'waggle.proposal-results.v1', _partition, _offset, toString(status) FROM proposal_results FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'decision', id, cause, _known_from, 'waggle.decisions.v1', _partition, _offset, concat(action, ': ', reasoning) FROM decisions FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'fill', id, cause, _known_from, 'waggle.fills.v1', _partition, _offset, concat(toString(quantity), ' at ', toString(price)) FROM fills FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'outcome', id, cause, _known_from, 'waggle.outcomes.v1', _partition, _offset, toString(value) FROM outcomes FINAL
UNION ALL
SELECT swarm, run, trajectory, agent, 'verdict', id, cause, _known_from, 'waggle.verdicts.v1', _partition, _offset, concat(toString(label), ' ', toString(score)) FROM verdicts FINAL;

CREATE OR REPLACE VIEW consensus_history ON CLUSTER '{cluster}' AS
SELECT
    p.swarm AS swarm,
    p.run AS run,
    p.proposal AS proposal,
    p.question AS question,
    p._known_from AS proposed_at,
    r.status AS status,
    r.winner AS winner,
    r.turnout AS turnout,
    r.known_at AS decided_at,
    v.choices AS choices
FROM proposals AS p FINAL
GLOBAL LEFT JOIN proposal_results AS r FINAL ON r.swarm = p.swarm AND ifNull(r.run, '') = ifNull(p.run, '') AND r.proposal = p.proposal
GLOBAL LEFT JOIN
(
    SELECT swarm, run, proposal, groupArray((agent, choice)) AS choices
    FROM votes FINAL
    GROUP BY swarm, run, proposal
) AS v ON v.swarm = p.swarm AND ifNull(v.run, '') = ifNull(p.run, '') AND v.proposal = p.proposal;
