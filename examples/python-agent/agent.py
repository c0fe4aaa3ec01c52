"""A Waggle agent in Python: it joins a swarm and decides, or listens to the signals of others.

    export WAGGLE_KAFKA_BROKERS=127.0.0.1:9092 WAGGLE_REGISTRY_URL=http://127.0.0.1:8081
    python agent.py decide --swarm demo --agent py-1 --session py-1/monday --count 3
    python agent.py listen --swarm demo --agent py-1 --count 3
"""

import argparse
import json
import os
import time
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from urllib.parse import quote

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

BROKERS = os.environ.get("WAGGLE_KAFKA_BROKERS", "127.0.0.1:9092")
TOPIC_PREFIX = os.environ.get("WAGGLE_KAFKA_TOPIC_PREFIX", "")
REGISTRY = SchemaRegistryClient({"url": os.environ.get("WAGGLE_REGISTRY_URL", "http://127.0.0.1:8081")})
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# Topic and Avro record of the kinds this agent emits; schemas/README.md lists all of them.
KINDS = {
    "agent": ("waggle.agents.v1", "waggle.Agent"),
    "decision": ("waggle.decisions.v1", "waggle.Decision"),
}


def as_uuid(data: bytes, version: int) -> str:
    raw = bytearray(data[:16])
    raw[6] = version << 4 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def event_id(session: str, seq: int, known_at: int) -> str:
    """UUID v7 made of known_at, session and seq: the same event gets the same id from any client."""
    millis, low = (known_at // 1000).to_bytes(6, "big"), (seq % 2**32).to_bytes(4, "big")
    return as_uuid(millis + sha256(session.encode()).digest()[:6] + low, 7)


def cloud_event_headers(kind: str, event: dict) -> dict[str, str]:
    """CloudEvents 1.0 in Kafka's binary mode, and a W3C traceparent: a trajectory is a trace."""
    trajectory = event.get("trajectory")
    trace = as_uuid(sha256(trajectory.encode()).digest(), 8) if trajectory else event["id"]
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event["id"],
        "ce_source": f"/{escaped(event['swarm'])}/{escaped(event['agent'])}",
        "ce_type": f"waggle.{kind}.v1",
        "ce_time": iso(EPOCH + timedelta(microseconds=event["occurred_at"])),
        "content-type": "application/avro",
        "traceparent": "00-{}-{}-01".format(trace.replace("-", ""), event["id"].replace("-", "")[-16:]),
    }
    return headers | ({"ce_trajectory": escaped(trajectory)} if trajectory else {})


def escaped(text: str) -> str:
    return quote(text, safe="!'()*")


def iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


class Emitter:
    """One agent in one session: completes the envelope, encodes, and produces.

    (session, seq) names an event. Repeating a session repeats its numbers, and Waggle lets each take
    effect once; so a crashed run may simply be run again. New work needs a new session.
    """

    def __init__(self, swarm: str, agent: str, session: str):
        self.swarm, self.agent, self.session, self.seq = swarm, agent, session, 0
        self._serializers: dict[str, AvroSerializer] = {}
        self._producer = Producer(
            {
                "bootstrap.servers": BROKERS,
                "enable.idempotence": True,
                "acks": "all",
                # As Java's and Waggle's own clients choose; librdkafka's default is another.
                "partitioner": "murmur2_random",
            }
        )

    def emit(self, kind: str, **fields) -> dict:
        """Hands one event to the producer; `flush` waits until it is durable."""
        self.seq += 1
        known_at = fields.get("known_at", time.time_ns() // 1000)
        event = {
            "id": event_id(self.session, self.seq, known_at),
            "swarm": self.swarm,
            "agent": self.agent,
            "session": self.session,
            "seq": self.seq,
            "occurred_at": known_at,  # timestamps are microseconds, or an aware datetime
            "known_at": known_at,
            **fields,  # whatever is missing takes its default from the schema
        }
        topic, record = KINDS[kind]
        self._producer.produce(
            TOPIC_PREFIX + topic,
            key=f"{self.swarm}/{self.agent}",
            value=self._serializer(topic, record)(event, SerializationContext(topic, MessageField.VALUE)),
            headers=cloud_event_headers(kind, event),
            on_delivery=report,
        )
        return event

    def flush(self) -> None:
        if self._producer.flush(30) > 0:
            raise TimeoutError("Kafka did not acknowledge everything within 30 s")

    def _serializer(self, topic: str, record: str) -> AvroSerializer:
        """The registry's newest schema is the contract; this agent registers none of its own."""
        if topic not in self._serializers:
            schema = REGISTRY.get_latest_version(f"{topic}-{record}").schema
            conf = {
                "auto.register.schemas": False,
                "use.latest.version": True,
                "subject.name.strategy": topic_record_subject_name_strategy,
            }
            self._serializers[topic] = AvroSerializer(REGISTRY, schema, conf=conf)
        return self._serializers[topic]


def report(error, message) -> None:
    """Prints where an event stands: the token for reading it back from a view with `after`."""
    if error is not None:
        raise RuntimeError(f"Not acknowledged: {error}")
    topic = message.topic().removeprefix(TOPIC_PREFIX)
    position = {"topic": topic, "partition": message.partition(), "offset": str(message.offset())}
    print(json.dumps(position), flush=True)


def decide(swarm: str, agent: str, session: str, count: int) -> None:
    emitter = Emitter(swarm, agent, session)
    emitter.emit("agent", op="JOINED", role="market-hunter", capabilities=["python"])
    emitter.flush()
    for n in range(count):
        emitter.emit(
            "decision",
            trajectory=f"{session}/breakout",
            action="LONG",
            instrument="ESZ5",
            context=json.dumps({"close": 5432.25 + n, "note": "über dem Band"}),
            reasoning="The close is above the band.",
            alternatives=["FLAT"],
            confidence=0.625,
            predicted_value=0.0125,
            horizon_at=datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc),
            quantity=Decimal(n) - 1,  # decimal(38, 9), signed: never a float
            price=Decimal("5432.25") + n * Decimal("0.000000001"),
        )
    emitter.flush()


def listen(swarm: str, agent: str, count: int) -> None:
    """Prints signals for this agent as JSON lines, from the oldest on."""
    consumer = Consumer(
        {"bootstrap.servers": BROKERS, "group.id": f"{swarm}.{agent}", "enable.auto.commit": False}
    )
    topic = "waggle.signals.v1"
    read = AvroDeserializer(REGISTRY)
    # Every partition from its first record on: no consumer group to be formed, joined and rebalanced first.
    found = consumer.list_topics(TOPIC_PREFIX + topic, timeout=30).topics[TOPIC_PREFIX + topic]
    consumer.assign([TopicPartition(found.topic, number, OFFSET_BEGINNING) for number in found.partitions])
    try:
        while count > 0:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise RuntimeError(message.error())
            # A run's clock sends ticks to every topic; the header tells them apart without decoding.
            if dict(message.headers() or []).get("ce_type") != b"waggle.signal.v1":
                continue
            signal = read(message.value(), SerializationContext(topic, MessageField.VALUE))
            if signal["swarm"] != swarm or (signal["targets"] and agent not in signal["targets"]):
                continue
            print(json.dumps(signal, default=as_json, ensure_ascii=False), flush=True)
            count -= 1
    finally:
        consumer.close()


def as_json(value) -> str:
    """Aware datetimes, Decimals and UUIDs, as Avro's logical types come out of fastavro."""
    return iso(value) if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("task", choices=["decide", "listen"])
    parser.add_argument("--swarm", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--session", default=f"python-{uuid.uuid4()}")
    parser.add_argument("--count", type=int, default=3)
    args = parser.parse_args()
    if args.task == "decide":
        decide(args.swarm, args.agent, args.session, args.count)
    else:
        listen(args.swarm, args.agent, args.count)
