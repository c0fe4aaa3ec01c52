-- What was refused, from waggle.dead-letters.v1: where it came from, why, and its raw bytes.
-- Texts of JSON cannot hold any bytes: read them as hex(bytes).
CREATE TABLE IF NOT EXISTS dead_letters
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
ENGINE = ReplacingMergeTree(_offset)
PARTITION BY toYYYYMM(_appended_at)
ORDER BY (topic, partition, offset, stage)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
