-- Generated from ../0006_columns.sql by `npm run generate`. Do not edit.

ALTER TABLE agent_states_local ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS schema_version Int32 AFTER state;

ALTER TABLE agent_states ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS schema_version Int32 AFTER state;

CREATE TABLE IF NOT EXISTS concepts_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    name String CODEC(ZSTD),
    categories Array(String),
    description String CODEC(ZSTD),
    attributes Map(LowCardinality(String), String),
    evidence Array(UUID)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/concepts_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, name, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS concepts ON CLUSTER '{cluster}' AS concepts_local
ENGINE = Distributed('{cluster}', currentDatabase(), concepts_local, _partition);

CREATE TABLE IF NOT EXISTS documents_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    type LowCardinality(String) CODEC(ZSTD),
    key String CODEC(ZSTD),
    value Nullable(String),
    schema_version Int32,
    metrics Map(LowCardinality(String), Float64),
    expected_version Nullable(Int64),
    ttl_ms Nullable(Int64),
    evidence Array(UUID)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/documents_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, type, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS documents ON CLUSTER '{cluster}' AS documents_local
ENGINE = Distributed('{cluster}', currentDatabase(), documents_local, _partition);

CREATE TABLE IF NOT EXISTS erasures_local ON CLUSTER '{cluster}'
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
    erased String CODEC(ZSTD),
    step LowCardinality(String),
    reason String CODEC(ZSTD),
    key_fingerprint String CODEC(ZSTD),
    details String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/erasures_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), erased, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS erasures ON CLUSTER '{cluster}' AS erasures_local
ENGINE = Distributed('{cluster}', currentDatabase(), erasures_local, _partition);

CREATE TABLE IF NOT EXISTS executions_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    procedure LowCardinality(String) CODEC(ZSTD),
    version Int64,
    arguments String CODEC(ZSTD),
    success Bool,
    duration_ms Float64,
    error Nullable(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/executions_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, procedure, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS executions ON CLUSTER '{cluster}' AS executions_local
ENGINE = Distributed('{cluster}', currentDatabase(), executions_local, _partition);

CREATE TABLE IF NOT EXISTS experiences_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    type LowCardinality(String) CODEC(ZSTD),
    content String CODEC(ZSTD),
    importance Float64,
    tags Array(String),
    features Map(LowCardinality(String), Float64),
    evidence Array(UUID),
    ttl_ms Nullable(Int64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/experiences_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, type, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS experiences ON CLUSTER '{cluster}' AS experiences_local
ENGINE = Distributed('{cluster}', currentDatabase(), experiences_local, _partition);

CREATE TABLE IF NOT EXISTS facts_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    entity LowCardinality(String) CODEC(ZSTD),
    attribute LowCardinality(String) CODEC(ZSTD),
    value String CODEC(ZSTD),
    confidence Float64,
    valid_from Nullable(DateTime64(6, 'UTC')),
    valid_to Nullable(DateTime64(6, 'UTC')),
    multiple Bool,
    evidence Array(UUID)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/facts_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, entity, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS facts ON CLUSTER '{cluster}' AS facts_local
ENGINE = Distributed('{cluster}', currentDatabase(), facts_local, _partition);

CREATE TABLE IF NOT EXISTS grants_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    grantee LowCardinality(String) CODEC(ZSTD),
    access LowCardinality(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/grants_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS grants ON CLUSTER '{cluster}' AS grants_local
ENGINE = Distributed('{cluster}', currentDatabase(), grants_local, _partition);

CREATE TABLE IF NOT EXISTS patterns_local ON CLUSTER '{cluster}'
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
    pattern String CODEC(ZSTD),
    domain LowCardinality(String) CODEC(ZSTD),
    situation String CODEC(ZSTD),
    action LowCardinality(String) CODEC(ZSTD),
    status LowCardinality(String),
    version Int32,
    samples Int32,
    successes Int32,
    success_low Float64,
    success_high Float64,
    mean_return Float64,
    return_low Float64,
    return_high Float64,
    brier Nullable(Float64),
    log_score Nullable(Float64),
    e_value Float64,
    level Float64,
    shared_with Array(String),
    evidence Array(UUID),
    rule LowCardinality(String) CODEC(ZSTD),
    reason String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/patterns_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), domain, pattern, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS patterns ON CLUSTER '{cluster}' AS patterns_local
ENGINE = Distributed('{cluster}', currentDatabase(), patterns_local, _partition);

CREATE TABLE IF NOT EXISTS procedures_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    name String CODEC(ZSTD),
    category LowCardinality(String) CODEC(ZSTD),
    description String CODEC(ZSTD),
    op LowCardinality(String),
    steps Array(Tuple(action String, tool Nullable(String), arguments String)),
    parameters Array(Tuple(name String, type LowCardinality(String), required Bool, default_value Nullable(String), description String)),
    to_version Nullable(Int64),
    expected_version Nullable(Int64),
    evidence Array(UUID)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/procedures_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, name, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS procedures ON CLUSTER '{cluster}' AS procedures_local
ENGINE = Distributed('{cluster}', currentDatabase(), procedures_local, _partition);

CREATE TABLE IF NOT EXISTS quarantines_local ON CLUSTER '{cluster}'
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
    quarantined String CODEC(ZSTD),
    since DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    lifted Bool,
    reason String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/quarantines_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), quarantined, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS quarantines ON CLUSTER '{cluster}' AS quarantines_local
ENGINE = Distributed('{cluster}', currentDatabase(), quarantines_local, _partition);

CREATE TABLE IF NOT EXISTS recalls_local ON CLUSTER '{cluster}'
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
    query String CODEC(ZSTD),
    namespaces Array(String),
    found Array(Tuple(memory String, score Float64)),
    asked_for Int32,
    as_of Nullable(DateTime64(6, 'UTC')),
    latency_us Int64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/recalls_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS recalls ON CLUSTER '{cluster}' AS recalls_local
ENGINE = Distributed('{cluster}', currentDatabase(), recalls_local, _partition);

CREATE TABLE IF NOT EXISTS relations_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    source LowCardinality(String) CODEC(ZSTD),
    type LowCardinality(String) CODEC(ZSTD),
    target String CODEC(ZSTD),
    weight Float64,
    valid_from Nullable(DateTime64(6, 'UTC')),
    valid_to Nullable(DateTime64(6, 'UTC')),
    evidence Array(UUID)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/relations_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, source, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS relations ON CLUSTER '{cluster}' AS relations_local
ENGINE = Distributed('{cluster}', currentDatabase(), relations_local, _partition);

CREATE TABLE IF NOT EXISTS removals_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    memory String CODEC(ZSTD),
    reason String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/removals_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS removals ON CLUSTER '{cluster}' AS removals_local
ENGINE = Distributed('{cluster}', currentDatabase(), removals_local, _partition);

CREATE TABLE IF NOT EXISTS turns_local ON CLUSTER '{cluster}'
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
    namespace LowCardinality(String) CODEC(ZSTD),
    conversation LowCardinality(String) CODEC(ZSTD),
    role LowCardinality(String),
    content String CODEC(ZSTD),
    content_type LowCardinality(String) CODEC(ZSTD),
    tokens Int32,
    pinned Bool
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/turns_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, conversation, _known_from, _partition, _offset)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS turns ON CLUSTER '{cluster}' AS turns_local
ENGINE = Distributed('{cluster}', currentDatabase(), turns_local, _partition);
