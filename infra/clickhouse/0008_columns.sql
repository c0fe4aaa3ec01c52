-- What the schemas ask for beyond the migrations before this one.

CREATE TABLE IF NOT EXISTS forks
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
    parent_run Nullable(String),
    at Nullable(DateTime64(6, 'UTC')),
    positions Array(Tuple(topic String, partition Int32, offset Int64)),
    change String CODEC(ZSTD),
    seed Int64
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), agent, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS model_calls
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
    key String CODEC(ZSTD),
    request String CODEC(ZSTD),
    response Nullable(String),
    error Nullable(String),
    latency_us Int64,
    tokens_in Int32,
    tokens_out Int32
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), key, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS order_books
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
    bids Array(Tuple(price Decimal(38, 9), quantity Decimal(38, 9))),
    asks Array(Tuple(price Decimal(38, 9), quantity Decimal(38, 9))),
    snapshot Bool,
    sequence Nullable(Int64)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), instrument, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS trades
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
    price Decimal(38, 9),
    quantity Decimal(38, 9),
    side LowCardinality(String),
    trade_id Nullable(String),
    venue String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (swarm, ifNull(run, ''), instrument, _known_from, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
