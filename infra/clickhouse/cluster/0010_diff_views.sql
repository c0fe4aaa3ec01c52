-- Generated from ../0010_diff_views.sql by `npm run generate`. Do not edit.

CREATE OR REPLACE VIEW diff_decisions ON CLUSTER '{cluster}' AS
SELECT
    swarm, agent, trajectory_name, matter, nth,
    a.known_from AS known_from_a,
    b.known_from AS known_from_b,
    a.action AS action_a,
    b.action AS action_b,
    a.confidence AS confidence_a,
    b.confidence AS confidence_b,
    a.reasoning AS reasoning_a,
    b.reasoning AS reasoning_b,
    isNull(a.known_from) = isNull(b.known_from) AND toString(tuple(a.action, a.confidence, a.reasoning)) = toString(tuple(b.action, b.confidence, b.reasoning)) AS same
FROM
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        ifNull(instrument, '') AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(action) AS action, toNullable(confidence) AS confidence, toNullable(reasoning) AS reasoning
    FROM decisions FINAL
    WHERE ifNull(run, '') = {run_a:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.decisions.v1' AND ifNull(run, '') = {run_b:String} AND ifNull(parent_run, '') = {run_a:String}
        )[concat(swarm, '/', toString(_partition))]
) AS a
FULL OUTER JOIN
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        ifNull(instrument, '') AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(action) AS action, toNullable(confidence) AS confidence, toNullable(reasoning) AS reasoning
    FROM decisions FINAL
    WHERE ifNull(run, '') = {run_b:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.decisions.v1' AND ifNull(run, '') = {run_a:String} AND ifNull(parent_run, '') = {run_b:String}
        )[concat(swarm, '/', toString(_partition))]
) AS b
USING (swarm, agent, trajectory_name, matter, nth)
ORDER BY least(ifNull(known_from_a, known_from_b), ifNull(known_from_b, known_from_a)), swarm, agent, trajectory_name, matter, nth;

CREATE OR REPLACE VIEW diff_votes ON CLUSTER '{cluster}' AS
SELECT
    swarm, agent, trajectory_name, matter, nth,
    a.known_from AS known_from_a,
    b.known_from AS known_from_b,
    a.choice AS choice_a,
    b.choice AS choice_b,
    a.confidence AS confidence_a,
    b.confidence AS confidence_b,
    a.reasoning AS reasoning_a,
    b.reasoning AS reasoning_b,
    isNull(a.known_from) = isNull(b.known_from) AND toString(tuple(a.choice, a.confidence, a.reasoning)) = toString(tuple(b.choice, b.confidence, b.reasoning)) AS same
FROM
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        proposal AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(choice) AS choice, toNullable(confidence) AS confidence, toNullable(reasoning) AS reasoning
    FROM votes FINAL
    WHERE ifNull(run, '') = {run_a:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.proposals.v1' AND ifNull(run, '') = {run_b:String} AND ifNull(parent_run, '') = {run_a:String}
        )[concat(swarm, '/', toString(_partition))]
) AS a
FULL OUTER JOIN
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        proposal AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(choice) AS choice, toNullable(confidence) AS confidence, toNullable(reasoning) AS reasoning
    FROM votes FINAL
    WHERE ifNull(run, '') = {run_b:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.proposals.v1' AND ifNull(run, '') = {run_a:String} AND ifNull(parent_run, '') = {run_b:String}
        )[concat(swarm, '/', toString(_partition))]
) AS b
USING (swarm, agent, trajectory_name, matter, nth)
ORDER BY least(ifNull(known_from_a, known_from_b), ifNull(known_from_b, known_from_a)), swarm, agent, trajectory_name, matter, nth;

CREATE OR REPLACE VIEW diff_fills ON CLUSTER '{cluster}' AS
SELECT
    swarm, agent, trajectory_name, matter, nth,
    a.known_from AS known_from_a,
    b.known_from AS known_from_b,
    a.quantity AS quantity_a,
    b.quantity AS quantity_b,
    a.price AS price_a,
    b.price AS price_b,
    a.fee AS fee_a,
    b.fee AS fee_b,
    isNull(a.known_from) = isNull(b.known_from) AND toString(tuple(a.quantity, a.price, a.fee)) = toString(tuple(b.quantity, b.price, b.fee)) AS same
FROM
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        instrument AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(quantity) AS quantity, toNullable(price) AS price, toNullable(fee) AS fee
    FROM fills FINAL
    WHERE ifNull(run, '') = {run_a:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.fills.v1' AND ifNull(run, '') = {run_b:String} AND ifNull(parent_run, '') = {run_a:String}
        )[concat(swarm, '/', toString(_partition))]
) AS a
FULL OUTER JOIN
(
    SELECT
        swarm,
        agent,
        ifNull(trajectory, '') AS trajectory_name,
        instrument AS matter,
        row_number() OVER (PARTITION BY swarm, agent, trajectory_name, matter ORDER BY _known_from, _partition, _offset) AS nth,
        toNullable(_known_from) AS known_from,
        toNullable(quantity) AS quantity, toNullable(price) AS price, toNullable(fee) AS fee
    FROM fills FINAL
    WHERE ifNull(run, '') = {run_b:String}
        AND _offset >= (
            SELECT mapFromArrays(groupArray(concat(swarm, '/', toString(at.partition))), groupArray(toUInt64(at.offset)))
            FROM forks FINAL
            ARRAY JOIN positions AS at
            WHERE at.topic = 'waggle.fills.v1' AND ifNull(run, '') = {run_a:String} AND ifNull(parent_run, '') = {run_b:String}
        )[concat(swarm, '/', toString(_partition))]
) AS b
USING (swarm, agent, trajectory_name, matter, nth)
ORDER BY least(ifNull(known_from_a, known_from_b), ifNull(known_from_b, known_from_a)), swarm, agent, trajectory_name, matter, nth;
