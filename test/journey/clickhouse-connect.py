"""What an analyst does in Python: query, parameters, commands and inserts, by clickhouse-connect's defaults."""

import datetime
import json
import sys

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError

PORT = int(sys.argv[1])


def client(user, password, **options):
    return clickhouse_connect.get_client(
        host="127.0.0.1", port=PORT, username=user, password=password, **options
    )


def refused(call):
    try:
        call()
    except DatabaseError as error:
        return str(error)
    return "not refused"


writer = client("writer", "writer-secret")
writer.command(
    "CREATE TABLE py (id Int64, at DateTime64(6, 'UTC'), text String, tags Array(String), note Nullable(String))"
    " ENGINE = MergeTree ORDER BY id"
)
at = datetime.datetime(2020, 1, 1, 0, 0, 0, 123456, tzinfo=datetime.timezone.utc)
rows = [[n, at, "é;'%d" % n, ["a", str(n)], None if n % 2 else "x" * 300] for n in range(20_000)]
for compress in ("default", "gzip", "zstd", False):
    options = {} if compress == "default" else {"compress": compress}
    writing = client("writer", "writer-secret", **options)
    writing.command("TRUNCATE TABLE py")
    writing.insert("py", rows, column_names=["id", "at", "text", "tags", "note"])
    read = writing.query("SELECT id, at, text, tags, note FROM py ORDER BY id").result_rows
    # UTC comes back without a zone unless asked for.
    expected = [[row[0], at.replace(tzinfo=None), *row[2:]] for row in rows]
    wrong = [pair for pair in zip(map(list, read), expected) if pair[0] != pair[1]][:2]
    assert len(read) == len(rows) and not wrong, (compress, len(read), wrong)

analyst = client("analyst", "analyst-secret")
bound = analyst.query(
    "SELECT count(), any({text:String}) FROM py WHERE id >= {least:Int64}",
    parameters={"least": 19_990, "text": "tab\t'\\;"},
)
print(
    json.dumps(
        {
            "version": analyst.server_version,
            "bound": bound.first_row,
            "command": analyst.command("SELECT count() FROM py"),
            "tables": analyst.command("EXISTS TABLE py"),
            "insert": refused(lambda: analyst.insert("py", rows[:1])),
            "file": refused(lambda: analyst.query("SELECT * FROM file('/etc/hostname', 'LineAsString')")),
            "password": refused(lambda: client("analyst", "wrong")),
        }
    )
)
