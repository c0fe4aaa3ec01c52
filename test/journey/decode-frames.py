"""Frames as kcat's `-f '%R%s'` writes them -> JSON lines, by the schema in a file and fastavro alone."""

import io
import json
import sys

import fastavro

schema = fastavro.schema.load_schema(sys.argv[1])
frames = open(sys.argv[2], "rb")
while size := frames.read(4):
    frame = io.BytesIO(frames.read(int.from_bytes(size, "big")))
    magic, schema_id = frame.read(1), int.from_bytes(frame.read(4), "big")
    event = fastavro.schemaless_reader(frame, schema)
    print(json.dumps({"magic": magic.hex(), "schema_id": schema_id, "event": event}, default=str))
