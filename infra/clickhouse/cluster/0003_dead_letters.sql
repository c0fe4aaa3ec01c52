-- Generated from ../0003_dead_letters.sql by `npm run generate`. Do not edit.

CREATE TABLE IF NOT EXISTS dead_letters_local ON CLUSTER '{cluster}'
(
    _partition UInt32 CODEC(T64, ZSTD),
    _offset UInt64 CODEC(Delta, ZSTD),
    _appended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    topic LowCardinality(String),
    partition UInt32 CODEC(T64, ZSTD),
    offset UInt64 CODEC(ZSTD),
    stage LowCardinality(String),
    code LowCardinality(String),
    reason String CODEC(ZSTD),
    key String CODEC(ZSTD),
    bytes String CODEC(ZSTD)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/dead_letters_local', '{replica}', _offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (topic, partition, offset, stage)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS dead_letters ON CLUSTER '{cluster}' AS dead_letters_local
ENGINE = Distributed('{cluster}', currentDatabase(), dead_letters_local, _partition);
