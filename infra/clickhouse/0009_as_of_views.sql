-- What the swarm knew at a time, in one run: `SELECT … FROM decisions_as_of(as_of = '2020-01-01 00:00:00', run = '')`,
-- where '' is the live run. A cut by _known_from, which never falls within a run and partition; never by the time an event
-- claims. Final once every partition of the run has passed the time, as reads of the views say (`sealed`).

CREATE OR REPLACE VIEW acknowledgments_as_of AS
SELECT * FROM acknowledgments FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW agent_states_as_of AS
SELECT * FROM agent_states FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW agents_as_of AS
SELECT * FROM agents FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW bars_as_of AS
SELECT * FROM bars FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW concepts_as_of AS
SELECT * FROM concepts FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW decisions_as_of AS
SELECT * FROM decisions FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW documents_as_of AS
SELECT * FROM documents FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW erasures_as_of AS
SELECT * FROM erasures FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW escalations_as_of AS
SELECT * FROM escalations FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW executions_as_of AS
SELECT * FROM executions FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW experiences_as_of AS
SELECT * FROM experiences FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW facts_as_of AS
SELECT * FROM facts FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW fills_as_of AS
SELECT * FROM fills FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW forks_as_of AS
SELECT * FROM forks FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW grants_as_of AS
SELECT * FROM grants FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW lock_commands_as_of AS
SELECT * FROM lock_commands FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW lock_results_as_of AS
SELECT * FROM lock_results FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW memory_results_as_of AS
SELECT * FROM memory_results FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW memory_writes_as_of AS
SELECT * FROM memory_writes FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW messages_as_of AS
SELECT * FROM messages FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW model_calls_as_of AS
SELECT * FROM model_calls FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW observations_as_of AS
SELECT * FROM observations FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW order_books_as_of AS
SELECT * FROM order_books FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW outcomes_as_of AS
SELECT * FROM outcomes FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW patterns_as_of AS
SELECT * FROM patterns FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW procedures_as_of AS
SELECT * FROM procedures FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW proposal_results_as_of AS
SELECT * FROM proposal_results FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW proposals_as_of AS
SELECT * FROM proposals FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW quarantines_as_of AS
SELECT * FROM quarantines FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW recalls_as_of AS
SELECT * FROM recalls FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW relations_as_of AS
SELECT * FROM relations FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW removals_as_of AS
SELECT * FROM removals FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW signals_as_of AS
SELECT * FROM signals FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW subscriptions_as_of AS
SELECT * FROM subscriptions FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW trades_as_of AS
SELECT * FROM trades FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW turns_as_of AS
SELECT * FROM turns FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW verdicts_as_of AS
SELECT * FROM verdicts FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

CREATE OR REPLACE VIEW votes_as_of AS
SELECT * FROM votes FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String};

-- The newest row of each kind, as the views without a time give it now.

CREATE OR REPLACE VIEW latest_signals_as_of AS
SELECT * FROM signals FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, agent, instrument;

CREATE OR REPLACE VIEW latest_decisions_as_of AS
SELECT * FROM decisions FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, agent, instrument;

CREATE OR REPLACE VIEW latest_observations_as_of AS
SELECT * FROM observations FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, agent, domain, instrument;

CREATE OR REPLACE VIEW latest_agents_as_of AS
SELECT * FROM agents FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, agent;

CREATE OR REPLACE VIEW latest_agent_states_as_of AS
SELECT * FROM agent_states FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, agent, type;

CREATE OR REPLACE VIEW latest_patterns_as_of AS
SELECT * FROM patterns FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, pattern;

CREATE OR REPLACE VIEW latest_bars_as_of AS
SELECT * FROM bars FINAL
WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}
ORDER BY occurred_at DESC, _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, instrument, interval;

-- How good decisions were, by the outcomes and verdicts that were known.
CREATE OR REPLACE VIEW decision_quality_as_of AS
SELECT
    d.swarm AS swarm,
    d.agent AS agent,
    count() AS decisions,
    countIf(v.label IS NOT NULL) AS judged,
    countIf(v.label = 'CORRECT') / nullIf(judged, 0) AS hit_rate,
    avg(v.score) AS mean_score,
    avg(d.confidence) AS mean_confidence,
    avg(v.value) AS mean_outcome,
    sum(v.pnl) AS pnl
FROM (SELECT * FROM decisions FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}) AS d
LEFT JOIN
(
    SELECT
        w.decision AS decision,
        toNullable(toString(w.label)) AS label,
        toNullable(w.score) AS score,
        toNullable(o.value) AS value,
        o.pnl AS pnl
    FROM (SELECT * FROM verdicts FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}) AS w
    LEFT JOIN (SELECT * FROM outcomes FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}) AS o ON o.id = w.outcome
) AS v ON v.decision = d.id
GROUP BY swarm, agent;

-- Proposals with how they had ended, and who had voted what.
CREATE OR REPLACE VIEW consensus_history_as_of AS
SELECT
    p.swarm AS swarm,
    p.proposal AS proposal,
    p.question AS question,
    p._known_from AS proposed_at,
    r.status AS status,
    r.winner AS winner,
    r.turnout AS turnout,
    r.known_at AS decided_at,
    v.choices AS choices
FROM (SELECT * FROM proposals FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}) AS p
LEFT JOIN (SELECT * FROM proposal_results FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String}) AS r ON r.swarm = p.swarm AND r.proposal = p.proposal
LEFT JOIN
(
    SELECT swarm, proposal, groupArray((agent, choice)) AS choices
    FROM (SELECT * FROM votes FINAL WHERE _known_from <= {as_of:DateTime64(6, 'UTC')} AND ifNull(run, '') = {run:String})
    GROUP BY swarm, proposal
) AS v ON v.swarm = p.swarm AND v.proposal = p.proposal;
