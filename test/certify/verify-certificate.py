"""Verifies a certificate from its description alone: RFC 6962, C2SP signed-note, and the framing of leaves.

usage: verify-certificate.py CERTIFICATE KEY RECORDS [OLDER]

RECORDS has a JSON object a line, in the order of the log; OLDER is a certificate that CERTIFICATE follows.
"""

import base64
import hashlib
import json
import struct
import sys
from collections import defaultdict
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(data):
    return hashlib.sha256(data).digest()


def split(count):
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return sha(b"\1" + root(leaves[:middle]) + root(leaves[middle:]))


def consistency(older, leaves, whole=True):
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if older == len(leaves):
        return [] if whole else [root(leaves)]
    middle = split(len(leaves))
    if older <= middle:
        return consistency(older, leaves[:middle], whole) + [root(leaves[middle:])]
    return consistency(older - middle, leaves[middle:], False) + [root(leaves[:middle])]


def sized(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data


def leaves_of(record):
    value = base64.b64decode(record["value"])
    frame = sized(record["topic"]) + struct.pack(">I", record["partition"]) + sized(record["key"])
    frame += struct.pack(">I", len(record["headers"]))
    frame += b"".join(sized(name) + sized(text) for name, text in record["headers"])
    content = sha(b"\0" + frame + struct.pack(">I", len(value)) + value)
    place = struct.pack(">Qd", int(record["offset"]), record["appendedAt"])
    return content, sha(b"\0" + content + place)


def open_note(note, key):
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    name, key_id, encoded = key.strip().split("+", 2)
    public = base64.b64decode(encoded)
    assert public[0] == 1 and sha(name.encode() + b"\n" + public)[:4].hex() == key_id, "key"
    dash, signer, signature = signatures.strip().split(" ")
    signature = base64.b64decode(signature)
    assert dash == "—" and signer == name and signature[:4].hex() == key_id, "signer"
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
    origin, records, storage, body, rest = text.split("\n")
    assert rest == ""
    return origin, int(records), storage, json.loads(body)


def text_of(hash_):
    return base64.b64encode(hash_).decode()


def summary(partitions, tree):
    lines = [f"{at['topic']}/{at['partition']} {at['records']} {at[tree]}\n" for at in partitions]
    return text_of(root([sha(b"\0" + line.encode()) for line in lines]))


def main(path, key, records_path, older_path=None):
    note = Path(path).read_text()
    origin, count, storage, body = open_note(note, key)
    content_leaves, storage_leaves = defaultdict(list), defaultdict(list)
    for line in Path(records_path).read_text().splitlines():
        record = json.loads(line)
        at = (record["topic"], record["partition"])
        content, place = leaves_of(record)
        content_leaves[at].append(content)
        storage_leaves[at].append(place)
    for at in body["partitions"]:
        name = (at["topic"], at["partition"])
        assert at["content"] == text_of(root(content_leaves[name][: at["records"]])), name
        assert at["storage"] == text_of(root(storage_leaves[name][: at["records"]])), name
    assert count == sum(at["records"] for at in body["partitions"])
    assert storage == summary(body["partitions"], "storage")
    assert body["content"] == summary(body["partitions"], "content")
    if older_path is not None:
        older = Path(older_path).read_text()
        assert body["previous"]["sha256"] == sha(older.encode()).hex()
        sizes = {(at["topic"], at["partition"]): at["records"] for at in body["partitions"]}
        for at in open_note(older, key)[3]["partitions"]:
            name = (at["topic"], at["partition"])
            leaves = storage_leaves[name][: sizes[name]]
            assert at["storage"] == text_of(root(leaves[: at["records"]])), name
            proof = [text_of(step) for step in consistency(at["records"], leaves)]
            given = body["previous"]["proofs"].get(f"{at['topic']}/{at['partition']}", [])
            assert given == proof, name
    print(f"{origin} {count}")


main(*sys.argv[1:])
