"""An analyst with polars: three ways from ClickHouse to a data frame, as JSON."""

import io
import json
import sys
from decimal import Decimal
from urllib.parse import urlsplit

import clickhouse_connect
import httpx
import polars as pl

URL, DATABASE, USER, PASSWORD, SWARM = sys.argv[1:]
SELECT = (
    "SELECT toString(id) AS id, agent, seq, action, confidence, quantity, price, horizon_at, alternatives"
    " FROM decisions FINAL WHERE swarm = {swarm:String} ORDER BY agent, seq, _partition, _offset"
)


def by_http(output_format):
    """Plain HTTP: any client that speaks it will do."""
    answer = httpx.get(
        URL,
        params={"query": f"{SELECT} FORMAT {output_format}", "database": DATABASE, "param_swarm": SWARM},
        auth=(USER, PASSWORD),
        timeout=60,
    )
    answer.raise_for_status()
    return io.BytesIO(answer.content)


client = clickhouse_connect.get_client(
    host=urlsplit(URL).hostname, port=urlsplit(URL).port, username=USER, password=PASSWORD, database=DATABASE
)
frames = {
    "clickhouse-connect": pl.from_arrow(client.query_arrow(SELECT, {"swarm": SWARM}, use_strings=True)),
    "Parquet": pl.read_parquet(by_http("Parquet")),
    "Arrow": pl.read_ipc(by_http("Arrow")),
}
for way, frame in frames.items():
    totals = (
        frame.group_by("agent")
        .agg(
            pl.len().alias("decisions"),
            pl.col("quantity").sum(),
            pl.col("price").max(),
            pl.col("confidence").mean(),
            pl.col("horizon_at").max().dt.epoch("us"),
            pl.col("alternatives").list.first().first(),
        )
        .sort("agent")
    )
    assert all(isinstance(value, Decimal) for value in totals["price"]), totals.schema
    print(json.dumps({"way": way, "ids": frame["id"].to_list(), "totals": totals.to_dicts()}, default=str))
