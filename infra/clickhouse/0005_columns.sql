-- What the schemas ask for beyond the migrations before this one.

CREATE TABLE IF NOT EXISTS acknowledgments
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
    signal UUID,
    signal_agent LowCardinality(String) CODEC(ZSTD),
    status LowCardinality(String),
    note String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), signal_agent, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE agents ADD COLUMN IF NOT EXISTS ttl_ms Int64 AFTER weight;

ALTER TABLE agents ADD COLUMN IF NOT EXISTS subject_agent Nullable(String) AFTER ttl_ms;

ALTER TABLE agents ADD COLUMN IF NOT EXISTS rule LowCardinality(String) CODEC(ZSTD) AFTER subject_agent;

ALTER TABLE agents ADD COLUMN IF NOT EXISTS evidence Int32 AFTER rule;

CREATE TABLE IF NOT EXISTS escalations
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
    signal UUID,
    signal_agent LowCardinality(String) CODEC(ZSTD),
    severity LowCardinality(String),
    targets Array(String),
    silent Array(String),
    signal_offset Int64
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), signal_agent, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE lock_commands ADD COLUMN IF NOT EXISTS mode LowCardinality(String) AFTER token;

ALTER TABLE lock_commands ADD COLUMN IF NOT EXISTS permits Int32 AFTER mode;

ALTER TABLE lock_commands ADD COLUMN IF NOT EXISTS wait_ms Nullable(Int64) AFTER permits;

ALTER TABLE lock_results ADD COLUMN IF NOT EXISTS mode LowCardinality(String) AFTER reason;

CREATE TABLE IF NOT EXISTS memory_results
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
    key String CODEC(ZSTD),
    status LowCardinality(String),
    writer LowCardinality(String) CODEC(ZSTD),
    version Int64,
    value Nullable(String),
    refused_value Nullable(String),
    expected_version Nullable(Int64),
    reason String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, key, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS memory_writes
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
    key String CODEC(ZSTD),
    value Nullable(String),
    expected_version Nullable(Int64),
    merge LowCardinality(String),
    irreversible Bool
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), namespace, key, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS messages
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
    channel LowCardinality(String) CODEC(ZSTD),
    recipient LowCardinality(Nullable(String)),
    body String CODEC(ZSTD),
    content_type LowCardinality(String) CODEC(ZSTD),
    exchange LowCardinality(String),
    in_reply_to Nullable(UUID),
    expires_at Nullable(DateTime64(6, 'UTC')),
    source_framework LowCardinality(String) CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), channel, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE proposals ADD COLUMN IF NOT EXISTS rule LowCardinality(String) AFTER deadline_at;

ALTER TABLE proposals ADD COLUMN IF NOT EXISTS vetoers Array(String) AFTER rule;

ALTER TABLE proposals ADD COLUMN IF NOT EXISTS revote LowCardinality(String) AFTER vetoers;

ALTER TABLE proposal_results ADD COLUMN IF NOT EXISTS value Nullable(Float64) AFTER evidence;

ALTER TABLE proposal_results ADD COLUMN IF NOT EXISTS vetoed_by Nullable(String) AFTER value;

ALTER TABLE proposal_results ADD COLUMN IF NOT EXISTS uncounted Array(Tuple(offset Int64, agent String, reason String)) AFTER vetoed_by;

ALTER TABLE signals ADD COLUMN IF NOT EXISTS dedupe_key Nullable(String) AFTER ttl_ms;

ALTER TABLE signals ADD COLUMN IF NOT EXISTS escalate_after_ms Nullable(Int64) AFTER dedupe_key;

ALTER TABLE signals ADD COLUMN IF NOT EXISTS escalate_to Array(String) AFTER escalate_after_ms;

CREATE TABLE IF NOT EXISTS subscriptions
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
    subscription String CODEC(ZSTD),
    op LowCardinality(String),
    pattern String CODEC(ZSTD),
    positions Map(LowCardinality(String), Int64)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE votes ADD COLUMN IF NOT EXISTS value Nullable(Float64) AFTER reasoning;
