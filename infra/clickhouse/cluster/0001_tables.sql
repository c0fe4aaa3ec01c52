-- Generated from ../0001_tables.sql by `npm run generate`. Do not edit.

CREATE TABLE IF NOT EXISTS agents_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    op LowCardinality(String),
    role LowCardinality(String) CODEC(ZSTD),
    capabilities Array(String),
    weight Float64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/agents_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS agents ON CLUSTER '{cluster}' AS agents_local
ENGINE = Distributed('{cluster}', currentDatabase(), agents_local, _partition);

CREATE TABLE IF NOT EXISTS agent_states_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    type LowCardinality(String),
    version Int64,
    state String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/agent_states_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS agent_states ON CLUSTER '{cluster}' AS agent_states_local
ENGINE = Distributed('{cluster}', currentDatabase(), agent_states_local, _partition);

CREATE TABLE IF NOT EXISTS bars_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    instrument LowCardinality(String) CODEC(ZSTD),
    interval LowCardinality(String) CODEC(ZSTD),
    open Decimal(38, 9),
    high Decimal(38, 9),
    low Decimal(38, 9),
    close Decimal(38, 9),
    volume Decimal(38, 9)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/bars_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), instrument, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS bars ON CLUSTER '{cluster}' AS bars_local
ENGINE = Distributed('{cluster}', currentDatabase(), bars_local, _partition);

CREATE TABLE IF NOT EXISTS decisions_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    action LowCardinality(String) CODEC(ZSTD),
    instrument LowCardinality(Nullable(String)),
    context String CODEC(ZSTD),
    inputs Array(UUID),
    reasoning String CODEC(ZSTD),
    alternatives Array(String),
    confidence Float64,
    predicted_outcome Nullable(String),
    predicted_value Nullable(Float64),
    horizon_at Nullable(DateTime64(6, 'UTC')),
    quantity Nullable(Decimal(38, 9)),
    price Nullable(Decimal(38, 9)),
    parent Nullable(UUID),
    proposal Nullable(String),
    lock_resource LowCardinality(Nullable(String)),
    fencing_token Nullable(Int64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/decisions_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS decisions ON CLUSTER '{cluster}' AS decisions_local
ENGINE = Distributed('{cluster}', currentDatabase(), decisions_local, _partition);

CREATE TABLE IF NOT EXISTS fills_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    decision UUID,
    instrument LowCardinality(String) CODEC(ZSTD),
    quantity Decimal(38, 9),
    price Decimal(38, 9),
    fee Decimal(38, 9),
    lock_resource LowCardinality(Nullable(String)),
    fencing_token Nullable(Int64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/fills_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS fills ON CLUSTER '{cluster}' AS fills_local
ENGINE = Distributed('{cluster}', currentDatabase(), fills_local, _partition);

CREATE TABLE IF NOT EXISTS lock_commands_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    resource LowCardinality(String) CODEC(ZSTD),
    op LowCardinality(String),
    request String CODEC(ZSTD),
    lease_ms Int64,
    token Nullable(Int64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/lock_commands_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), resource, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS lock_commands ON CLUSTER '{cluster}' AS lock_commands_local
ENGINE = Distributed('{cluster}', currentDatabase(), lock_commands_local, _partition);

CREATE TABLE IF NOT EXISTS lock_results_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    resource LowCardinality(String) CODEC(ZSTD),
    status LowCardinality(String),
    request String CODEC(ZSTD),
    holder LowCardinality(String) CODEC(ZSTD),
    token Nullable(Int64),
    lease_until Nullable(DateTime64(6, 'UTC')),
    reason String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/lock_results_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), resource, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS lock_results ON CLUSTER '{cluster}' AS lock_results_local
ENGINE = Distributed('{cluster}', currentDatabase(), lock_results_local, _partition);

CREATE TABLE IF NOT EXISTS observations_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    domain LowCardinality(String) CODEC(ZSTD),
    instrument LowCardinality(Nullable(String)),
    source LowCardinality(String) CODEC(ZSTD),
    content String CODEC(ZSTD),
    features Map(LowCardinality(String), Float64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/observations_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS observations ON CLUSTER '{cluster}' AS observations_local
ENGINE = Distributed('{cluster}', currentDatabase(), observations_local, _partition);

CREATE TABLE IF NOT EXISTS outcomes_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    decision UUID,
    value Float64,
    success Bool,
    pnl Nullable(Decimal(38, 9)),
    details String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/outcomes_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS outcomes ON CLUSTER '{cluster}' AS outcomes_local
ENGINE = Distributed('{cluster}', currentDatabase(), outcomes_local, _partition);

CREATE TABLE IF NOT EXISTS proposals_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    proposal String CODEC(ZSTD),
    question String CODEC(ZSTD),
    options Array(String),
    electorate Array(Tuple(agent String, weight Float64)),
    quorum Float64,
    threshold Float64,
    deadline_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/proposals_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), proposal, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS proposals ON CLUSTER '{cluster}' AS proposals_local
ENGINE = Distributed('{cluster}', currentDatabase(), proposals_local, _partition);

CREATE TABLE IF NOT EXISTS proposal_results_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    proposal String CODEC(ZSTD),
    status LowCardinality(String),
    winner LowCardinality(Nullable(String)),
    tallies Array(Tuple(choice String, weight Float64, votes Int32)),
    turnout Float64,
    decided_offset Int64,
    evidence Array(Int64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/proposal_results_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), proposal, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS proposal_results ON CLUSTER '{cluster}' AS proposal_results_local
ENGINE = Distributed('{cluster}', currentDatabase(), proposal_results_local, _partition);

CREATE TABLE IF NOT EXISTS signals_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    domain LowCardinality(String) CODEC(ZSTD),
    targets Array(String),
    severity LowCardinality(String),
    confidence Float64,
    instrument LowCardinality(Nullable(String)),
    strength Float64,
    recommended_action String CODEC(ZSTD),
    message String CODEC(ZSTD),
    ttl_ms Int64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/signals_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS signals ON CLUSTER '{cluster}' AS signals_local
ENGINE = Distributed('{cluster}', currentDatabase(), signals_local, _partition);

CREATE TABLE IF NOT EXISTS verdicts_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    decision UUID,
    outcome UUID,
    judged LowCardinality(String) CODEC(ZSTD),
    label LowCardinality(String),
    score Float64,
    rule LowCardinality(String) CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/verdicts_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), judged, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS verdicts ON CLUSTER '{cluster}' AS verdicts_local
ENGINE = Distributed('{cluster}', currentDatabase(), verdicts_local, _partition);

CREATE TABLE IF NOT EXISTS votes_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _known_from DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    _late Bool,
    id UUID,
    swarm LowCardinality(String) CODEC(ZSTD),
    agent LowCardinality(String) CODEC(ZSTD),
    session LowCardinality(String) CODEC(ZSTD),
    seq Int64,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    known_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    trajectory Nullable(String),
    cause Nullable(UUID),
    run LowCardinality(Nullable(String)),
    subject LowCardinality(Nullable(String)),
    model_id LowCardinality(Nullable(String)),
    model_version LowCardinality(Nullable(String)),
    model_cutoff Nullable(DateTime64(6, 'UTC')),
    proposal String CODEC(ZSTD),
    choice LowCardinality(String) CODEC(ZSTD),
    confidence Float64,
    reasoning String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/votes_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), proposal, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS votes ON CLUSTER '{cluster}' AS votes_local
ENGINE = Distributed('{cluster}', currentDatabase(), votes_local, _partition);
