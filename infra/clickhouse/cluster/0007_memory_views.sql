-- Generated from ../0007_memory_views.sql by `npm run generate`. Do not edit.

CREATE OR REPLACE VIEW memories ON CLUSTER '{cluster}' AS
SELECT
    m.swarm AS swarm,
    m.run AS run,
    m.namespace AS namespace,
    m.kind AS kind,
    m.memory AS memory,
    m.agent AS agent,
    m.known_from AS known_from,
    m.occurred_at AS occurred_at,
    m.importance AS importance,
    m.bytes AS bytes,
    m.summary AS summary,
    r.removed_at AS removed_at,
    ifNull(toUnixTimestamp64Micro(m.known_from) >= q.since_us, false) AS quarantined
FROM
(
    SELECT swarm, run, namespace, 'experience' AS kind, toString(id) AS memory, agent, _known_from AS known_from, occurred_at, importance, length(content) AS bytes, content AS summary FROM experiences FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'concept', concat('concept:', name), agent, _known_from, occurred_at, 0.5, length(description), description FROM concepts FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'relation', concat('relation:', source, '|', type, '|', target), agent, _known_from, occurred_at, 0.5, length(source) + length(type) + length(target), concat(source, ' ', type, ' ', target) FROM relations FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'fact', toString(id), agent, _known_from, occurred_at, confidence, length(value), concat(entity, ' ', attribute, ' ', value) FROM facts FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'procedure', concat('procedure:', name), agent, _known_from, occurred_at, 0.5, length(description) + arraySum(arrayMap(step -> length(step.1) + length(step.3), steps)), description FROM procedures FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'turn', toString(id), agent, _known_from, occurred_at, 0.5, length(content), content FROM turns FINAL
    UNION ALL
    SELECT swarm, run, namespace, 'document', concat('document:', type, '/', key), agent, _known_from, occurred_at, 0.5, length(ifNull(value, '')), ifNull(value, '') FROM documents FINAL
) AS m
GLOBAL LEFT JOIN
(
    SELECT swarm, run, namespace, memory, toNullable(min(_known_from)) AS removed_at
    FROM removals FINAL
    GROUP BY swarm, run, namespace, memory
) AS r ON r.swarm = m.swarm AND ifNull(r.run, '') = ifNull(m.run, '') AND r.namespace = m.namespace AND r.memory = m.memory
GLOBAL LEFT JOIN
(
    SELECT
        swarm,
        run,
        quarantined,
        arraySort(groupArray((_known_from, _offset, lifted, since))) AS said,
        arraySlice(said, arrayLastIndex(item -> item.3, said) + 1) AS standing,
        if(empty(standing), NULL, arrayMin(item -> toUnixTimestamp64Micro(item.4), standing)) AS since_us
    FROM quarantines FINAL
    GROUP BY swarm, run, quarantined
) AS q ON q.swarm = m.swarm AND ifNull(q.run, '') = ifNull(m.run, '') AND q.quarantined = m.agent;

CREATE OR REPLACE VIEW used_recalls ON CLUSTER '{cluster}' AS
SELECT DISTINCT swarm, run, agent, id
FROM recalls FINAL
ARRAY JOIN found AS item
WHERE (swarm, ifNull(run, ''), agent, item.1) IN
(
    SELECT swarm, ifNull(run, ''), agent, toString(input)
    FROM decisions FINAL
    ARRAY JOIN inputs AS input
);

CREATE OR REPLACE VIEW recall_hit_rate ON CLUSTER '{cluster}' AS
SELECT
    r.swarm AS swarm,
    r.run AS run,
    r.agent AS agent,
    toDate(r._known_from) AS day,
    count() AS recalls,
    countIf(notEmpty(r.found)) / recalls AS hit_rate,
    countIf(r.id IN (SELECT id FROM used_recalls)) / recalls AS used_rate,
    avg(length(r.found)) AS mean_found,
    avgIf(r.found[1].2, notEmpty(r.found)) AS mean_best_score,
    quantile(0.5)(r.latency_us) AS median_latency_us,
    quantile(0.95)(r.latency_us) AS p95_latency_us
FROM recalls AS r FINAL
GROUP BY swarm, run, agent, day;

CREATE OR REPLACE VIEW memory_efficiency ON CLUSTER '{cluster}' AS
SELECT
    m.swarm AS swarm,
    m.run AS run,
    m.agent AS agent,
    count() AS written,
    sum(m.bytes) AS bytes,
    countIf(m.removed_at IS NOT NULL) AS removed,
    countIf(m.quarantined) AS quarantined,
    countIf(f.times > 0) AS found,
    countIf(c.times > 0) AS cited,
    countIf(f.times > 0 OR c.times > 0) / written AS used_share,
    sum(f.times) AS times_found,
    sum(c.times) AS times_cited,
    bytes / nullIf(countIf(f.times > 0 OR c.times > 0), 0) AS bytes_per_used
FROM memories AS m
GLOBAL LEFT JOIN
(
    SELECT swarm, run, item.1 AS memory, count() AS times
    FROM recalls FINAL
    ARRAY JOIN found AS item
    GROUP BY swarm, run, memory
) AS f ON f.swarm = m.swarm AND ifNull(f.run, '') = ifNull(m.run, '') AND f.memory = m.memory
GLOBAL LEFT JOIN
(
    SELECT swarm, run, toString(input) AS memory, count() AS times
    FROM decisions FINAL
    ARRAY JOIN inputs AS input
    GROUP BY swarm, run, memory
) AS c ON c.swarm = m.swarm AND ifNull(c.run, '') = ifNull(m.run, '') AND c.memory = m.memory
GROUP BY swarm, run, agent;

CREATE OR REPLACE VIEW learning_progress ON CLUSTER '{cluster}' AS
SELECT
    swarm,
    run,
    agent,
    month,
    judged,
    hit_rate,
    mean_brier,
    mean_value,
    hit_rate - lagInFrame(toNullable(hit_rate)) OVER w AS hit_rate_change,
    mean_brier - lagInFrame(toNullable(mean_brier)) OVER w AS brier_change,
    sum(judged * hit_rate) OVER w / sum(judged) OVER w AS hit_rate_so_far
FROM
(
    SELECT
        d.swarm AS swarm,
        d.run AS run,
        d.agent AS agent,
        toStartOfMonth(o._known_from) AS month,
        count() AS judged,
        avg(o.success) AS hit_rate,
        avg(pow(d.confidence - o.success, 2)) AS mean_brier,
        avg(o.value) AS mean_value
    FROM decisions AS d FINAL
    GLOBAL INNER JOIN outcomes AS o FINAL ON o.decision = d.id
    GROUP BY swarm, run, agent, month
)
WINDOW w AS (PARTITION BY swarm, run, agent ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);

CREATE OR REPLACE VIEW decisions_on_memory ON CLUSTER '{cluster}' AS
SELECT DISTINCT swarm, run, agent, id
FROM decisions FINAL
ARRAY JOIN inputs AS input
WHERE (swarm, toString(input)) IN (SELECT swarm, memory FROM memories)
    OR (swarm, input) IN (SELECT swarm, id FROM recalls FINAL);

CREATE OR REPLACE VIEW decision_quality_by_memory ON CLUSTER '{cluster}' AS
SELECT
    d.swarm AS swarm,
    d.run AS run,
    d.agent AS agent,
    toBool(d.id IN (SELECT id FROM decisions_on_memory)) AS with_memory,
    count() AS decisions,
    avg(o.success) AS hit_rate,
    avg(pow(d.confidence - o.success, 2)) AS mean_brier,
    avg(o.value) AS mean_value
FROM decisions AS d FINAL
GLOBAL INNER JOIN outcomes AS o FINAL ON o.decision = d.id
GROUP BY swarm, run, agent, with_memory;

CREATE OR REPLACE VIEW latest_patterns ON CLUSTER '{cluster}' AS
SELECT * FROM patterns FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, pattern;

CREATE OR REPLACE VIEW episode_facts ON CLUSTER '{cluster}' AS
SELECT
    e.swarm AS swarm,
    e.run AS run,
    e.agent AS agent,
    e.kind AS kind,
    e.id AS id,
    e.known_us AS known_us,
    e.importance AS importance,
    e.ttl_us AS ttl_us,
    e.bytes AS bytes,
    if(c.memory = '', inf, greatest(e.known_us, c.cited_us)) AS cited_us,
    if(r.memory = '' OR r.third_us = 0, inf, greatest(e.known_us, r.third_us)) AS often_us,
    if(r.memory = '', -inf, r.last_us) AS last_us,
    r.times AS recalls
FROM
(
    SELECT swarm, run, agent, 'experience' AS kind, toString(id) AS id, toFloat64(toUnixTimestamp64Micro(_known_from)) AS known_us, toNullable(importance) AS importance, ttl_ms * 1000. AS ttl_us, length(content) AS bytes FROM experiences FINAL
    UNION ALL
    SELECT swarm, run, agent, 'observation', toString(id), toFloat64(toUnixTimestamp64Micro(_known_from)), NULL, NULL, length(content) FROM observations FINAL
    UNION ALL
    SELECT swarm, run, agent, 'decision', toString(id), toFloat64(toUnixTimestamp64Micro(_known_from)), NULL, NULL, length(context) + length(reasoning) FROM decisions FINAL
    UNION ALL
    SELECT swarm, run, agent, 'outcome', toString(id), toFloat64(toUnixTimestamp64Micro(_known_from)), NULL, NULL, length(details) FROM outcomes FINAL
    UNION ALL
    SELECT swarm, run, agent, 'signal', toString(id), toFloat64(toUnixTimestamp64Micro(_known_from)), NULL, NULL, length(message) FROM signals FINAL
) AS e
GLOBAL LEFT JOIN
(
    SELECT swarm, run, toString(item) AS memory, min(toFloat64(toUnixTimestamp64Micro(at))) AS cited_us
    FROM
    (
        SELECT swarm, run, inputs AS items, _known_from AS at FROM decisions FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM experiences FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM concepts FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM relations FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM facts FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM procedures FINAL
        UNION ALL
        SELECT swarm, run, evidence, _known_from FROM documents FINAL
    )
    ARRAY JOIN items AS item
    GROUP BY swarm, run, memory
) AS c ON c.swarm = e.swarm AND ifNull(c.run, '') = ifNull(e.run, '') AND c.memory = e.id
GLOBAL LEFT JOIN
(
    SELECT swarm, run, item.1 AS memory, arraySort(groupArray(toFloat64(toUnixTimestamp64Micro(_known_from)))) AS times_us, times_us[3] AS third_us, times_us[-1] AS last_us, length(times_us) AS times
    FROM recalls FINAL
    ARRAY JOIN found AS item
    GROUP BY swarm, run, memory
) AS r ON r.swarm = e.swarm AND ifNull(r.run, '') = ifNull(e.run, '') AND r.memory = e.id;

CREATE OR REPLACE VIEW tier_use ON CLUSTER '{cluster}' AS
WITH
    86400e6 AS day,
    transform(kind, ['experience', 'observation', 'decision', 'outcome', 'signal'], [day, 7 * day, 90 * day, 90 * day, day], day) AS short_us,
    transform(kind, ['observation', 'signal'], [365 * day, 90 * day], inf) AS long_us,
    if(ifNull(importance, 0) >= 0.7, known_us, least(cited_us, often_us)) AS promoted_us,
    multiIf(ttl_us IS NOT NULL, known_us + ttl_us, promoted_us >= known_us + short_us, known_us + short_us, greatest(known_us + short_us, known_us + long_us)) AS forgotten_us,
    now_us - greatest(known_us, last_us) AS rest_us
SELECT
    swarm,
    run,
    kind,
    if(now_us - known_us >= day AND promoted_us <= now_us, 'long', 'short') AS term,
    multiIf(rest_us < day / 24, 'hot', rest_us < 7 * day, 'warm', rest_us < 90 * day, 'cold', 'archive') AS tier,
    count() AS memories,
    sum(bytes) AS content_bytes,
    sum(recalls) AS times_recalled
FROM
(
    SELECT *, greatest(max(known_us) OVER w, max(if(last_us > 0, last_us, 0)) OVER w) AS now_us
    FROM episode_facts
    WINDOW w AS (PARTITION BY ifNull(run, ''))
)
WHERE forgotten_us > now_us
GROUP BY swarm, run, kind, term, tier;
