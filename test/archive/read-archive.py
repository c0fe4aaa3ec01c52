"""Hashes an archive's rows with polars and with duckdb: python read-archive.py FOLDER -> two lines, engine and hash."""

import glob
import hashlib
import sys

import duckdb
import polars

COLUMNS = ["topic", "partition", "offset", "appended_at", "key", "known_from", "late", "seq", "value"]
MICROS = ["appended_at", "known_from"]


def digest(rows):
    total = hashlib.sha256()
    for *fields, value in rows:
        texts = ["" if field is None else str(field) for field in fields]
        total.update(("|".join(texts) + "|").encode())
        total.update(value)
        total.update(b"\n")
    return total.hexdigest()


def with_polars(files):
    frame = polars.concat([polars.read_parquet(file, columns=COLUMNS) for file in files])
    frame = frame.with_columns([polars.col(name).dt.epoch("us") for name in MICROS])
    return frame.select(COLUMNS).sort("topic", "partition", "offset").rows()


def with_duckdb(folder):
    fields = [f"epoch_us({name})" if name in MICROS else f'"{name}"' for name in COLUMNS]
    files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"
    query = f'SELECT {", ".join(fields)} FROM {files} ORDER BY topic, partition, "offset"'
    return duckdb.sql(query).fetchall()


def votes(folder):
    """What the folders are for: one kind, one day."""
    files = f"read_parquet('{folder}/kind=*/**/*.parquet', hive_partitioning = true)"
    query = f"SELECT count(*) FROM {files} WHERE kind = 'vote' AND date = '2026-01-02'"
    return duckdb.sql(query).fetchall()[0][0]


folder = sys.argv[1]
files = sorted(glob.glob(f"{folder}/**/*.parquet", recursive=True))
for rows in (with_polars(files), with_duckdb(folder)):
    print(digest(rows))
print(votes(folder))
