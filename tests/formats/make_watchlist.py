#!/usr/bin/env python3
"""Writes watchlist_draft_v2.list and watchlist_sealed_v2.list as docs/formats/watchlist.md says.

Shares no code with the program: the tests hold the program to these files, byte for byte.
"""
import hashlib
import json
import pathlib
import struct

FOLDER = pathlib.Path(__file__).parent
ENTRIES = [  # id, label, category, photographs, row, thumbnail
    ("anna", "Anna M\u00fcller", "missing-at-risk", [b"first", b"second"], [0.6, 0.8, 0.0, 0.0], b"\xff\xd8\xff"),
    ("bo.2", "", "", [b"third"], [0.0, 0.0, -1.0, 0.0], b""),
]


def short(data: bytes) -> bytes:
    return struct.pack("<B", len(data)) + data


def content(name: str, label: str, category: str, photographs: list[bytes], row: list[float], thumbnail: bytes) -> bytes:
    salt = hashlib.sha256(b"salt " + name.encode()).digest()[:16]
    digests = b"".join(hashlib.sha256(photograph).digest() for photograph in photographs)
    return (salt + short(label.encode()) + short(category.encode()) + struct.pack("<B", len(photographs)) + digests +
            struct.pack("<4f", *row) + thumbnail)


def watchlist(state: str, made_at: str) -> tuple[bytes, bytes]:
    contents = [content(*entry) for entry in ENTRIES]
    table = b"".join(short(name.encode()) + struct.pack("<I", len(made)) + hashlib.sha256(made).digest()
                     for (name, *_), made in zip(ENTRIES, contents))
    header = {
        "contents_bytes": sum(map(len, contents)),
        "dimension": 4,
        "entries": len(ENTRIES),
        "made_at": made_at,
        "model_pack_sha256": hashlib.sha256(b"pack").hexdigest(),
        "state": state,
        "table_bytes": len(table),
    }
    line = json.dumps(header, separators=(",", ":"), sort_keys=True)
    return b"proviso/watchlist/v2\n" + line.encode() + b"\n" + table, b"".join(contents)


for state, made_at in [("draft", "2026-11-24T08:30:00Z"), ("sealed", "2026-11-24T09:00:00.250000Z")]:
    head, contents = watchlist(state, made_at)
    (FOLDER / f"watchlist_{state}_v2.list").write_bytes(head + contents)
    print(state, len(head + contents), "digest", hashlib.sha256(head).hexdigest())
