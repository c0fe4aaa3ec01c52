"""What foreign producers send beyond the example agent: keys, codecs, transactions, other schemas, garbage."""

import json
import random
import sys
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.schema_registry import Schema
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "python-agent"))
import agent  # noqa: E402

DECISIONS = "waggle.decisions.v1"


def producer(**conf):
    defaults = {"bootstrap.servers": agent.BROKERS, "partitioner": "murmur2_random", "acks": "all"}
    return Producer(defaults | {name.replace("_", "."): value for name, value in conf.items()})


def emitter(name, **conf):
    made = agent.Emitter("fremd/ß", name, f"{name}/1")
    made._producer = producer(**conf)
    return made


def decide(by, action, context=""):
    by.emit("decision", action=action, context=context, reasoning="", confidence=0.5)


def one(name):
    by = emitter(name)
    decide(by, "ONE")
    by.flush()


def keys(count):
    """Random keys of every length and script to a topic named `keys`."""
    chance = random.Random(20021231)
    scripts = [(0x20, 0x7E), (0xA1, 0x17F), (0x4E00, 0x4FFF), (0x1F400, 0x1F4FF)]
    sender = producer()
    for _ in range(int(count)):
        length = chance.randint(1, 24)
        key = "".join(chr(chance.randint(*chance.choice(scripts))) for _ in range(length))
        sender.produce(agent.TOPIC_PREFIX + "keys", key=key, value=key)
    sender.flush(30)


def compressed(count):
    """As many decisions in large batches with each codec; even ones compress well, odd ones do not."""
    chance = random.Random(1)
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        by = emitter(codec, compression_type=codec, linger_ms=500, batch_size=1_000_000)
        for n in range(int(count)):
            decide(by, codec, f"{n} " + ("x" * 2000 if n % 2 else "%x" % chance.getrandbits(8000)))
        by.flush()


def transactions():
    """Two producers whose transactions interleave, aborted ones longer than a fetch among them."""
    one, two = emitter("one", transactional_id="one"), emitter("two", transactional_id="two")
    for by in (one, two):
        by._producer.init_transactions()

    def transaction(by, action, commit, count=2, size=10):
        by._producer.begin_transaction()
        for n in range(count):
            decide(by, action, "y" * size)
        by.flush()
        by._producer.commit_transaction() if commit else by._producer.abort_transaction()

    transaction(one, "first", True)
    transaction(one, "aborted", False)
    transaction(one, "aborted again", False)
    two._producer.begin_transaction()
    decide(two, "around")
    two.flush()
    transaction(one, "aborted, long", False, count=60, size=100_000)
    transaction(one, "within", True)
    decide(two, "around")
    two.flush()
    two._producer.commit_transaction()
    transaction(one, "last", True)
    transaction(two, "aborted at the end", False)


def evolved():
    """A decision by a schema with one more field, registered as its next version."""
    subject = f"{DECISIONS}-waggle.Decision"
    schema = json.loads(agent.REGISTRY.get_latest_version(subject).schema.schema_str)
    if schema["fields"][-1]["name"] != "urgency":
        schema["fields"].append({"name": "mood", "type": ["null", "string"], "default": None})
        schema["fields"].append({"name": "urgency", "type": "int", "default": 3})
        agent.REGISTRY.register_schema(subject, Schema(json.dumps(schema), "AVRO"))
        agent.REGISTRY.clear_caches()
    by = emitter("evolved")
    by.emit("decision", action="NEW", context="", reasoning="", confidence=0.5, mood="calm", urgency=9)
    decide(by, "NEW")
    by.flush()


def garbage():
    """Bytes that are no events, and an event that claims to be of other schemas."""
    by = emitter("garbage")
    topic, record = agent.KINDS["decision"]
    event = {"id": agent.event_id("g", 1, 0), "swarm": "s", "agent": "a", "session": "g", "seq": 1}
    event |= {"occurred_at": 0, "known_at": 0, "action": "A", "context": "", "reasoning": "", "confidence": 0.5}
    whole = by._serializer(topic, record)(event, SerializationContext(topic, MessageField.VALUE))
    joined = agent.REGISTRY.get_latest_version("waggle.agents.v1-waggle.Agent").schema_id
    foreign = AvroSerializer(agent.REGISTRY, '{"type": "record", "name": "Foreign", "fields": []}')
    wrong = {
        "empty": b"",
        "text": b"{}",
        "binary": bytes(range(256)),
        "unknown id": b"\x00\x7f\xff\xff\xff" + whole[5:],
        "other kind": b"\x00" + joined.to_bytes(4, "big") + whole[5:],
        "foreign schema": foreign({}, SerializationContext("elsewhere", MessageField.VALUE)) + b"z",
        "cut": whole[:-3],
        "too long": whole + b"\x00",
    }
    for name, value in wrong.items():
        by._producer.produce(agent.TOPIC_PREFIX + topic, key=name, value=value, headers={"what": name})
    by._producer.produce(agent.TOPIC_PREFIX + topic, key="no value", value=None)
    by.emit("decision", action="AFTER", context="", reasoning="", confidence=0.5)
    by.flush()
    print(json.dumps({name: value.hex() for name, value in wrong.items()} | {"no value": ""}))


globals()[sys.argv[1]](*sys.argv[2:])
