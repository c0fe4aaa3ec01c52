"""Prints the rows of exported files, read by pyarrow: python read-export.py FILE.parquet FILE.arrow."""

import hashlib
import sys

import pyarrow as arrow
import pyarrow.parquet as parquet

tables = [parquet.read_table(sys.argv[1]), arrow.ipc.open_file(sys.argv[2]).read_all()]
for table in tables:
    assert arrow.types.is_decimal(table.schema.field("close").type), table.schema
    assert str(table.schema.field("known_from").type) == "timestamp[us, tz=UTC]", table.schema
    rows = [[str(value) for value in row.values()] for row in table.to_pylist()]
    print(hashlib.sha256(repr(rows).encode()).hexdigest(), table.num_rows)
for row in tables[0].to_pylist():
    print(row["instrument"], row["close"], row["offset"], row["ts_init"])
