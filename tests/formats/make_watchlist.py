#!/usr/bin/env python3
"""Writes watchlist_draft_v1.list and watchlist_sealed_v1.list as docs/formats/watchlist.md says.

Shares no code with the program: the tests hold the program to these files, byte for byte.
"""
import hashlib
import json
import pathlib
import struct

FOLDER = pathlib.Path(__file__).parent
ENTRIES = [  # id, label, photographs, row, thumbnail
    ("anna", "Anna M\u00fcller", [b"first", b"second"], [0.6, 0.8, 0.0, 0.0], b"\xff\xd8\xff"),
    ("bo.2", "", [b"third"], [0.0, 0.0, -1.0, 0.0], b""),
]


def short(data: bytes) -> bytes:
    return struct.pack("<B", len(data)) + data


def record(name: str, label: str, photographs: list[bytes], thumbnail: bytes) -> bytes:
    digests = b"".join(hashlib.sha256(photograph).digest() for photograph in photographs)
    return (short(name.encode()) + short(label.encode()) + struct.pack("<B", len(photographs)) + digests +
            struct.pack("<I", len(thumbnail)))


def watchlist(state: str, made_at: str) -> bytes:
    table = b"".join(record(name, label, photographs, thumbnail)
                     for name, label, photographs, _, thumbnail in ENTRIES)
    thumbnails = b"".join(thumbnail for *_, thumbnail in ENTRIES)
    header = {
        "dimension": 4,
        "entries": len(ENTRIES),
        "made_at": made_at,
        "model_pack_sha256": hashlib.sha256(b"pack").hexdigest(),
        "state": state,
        "table_bytes": len(table),
        "thumbnail_bytes": len(thumbnails),
    }
    line = json.dumps(header, separators=(",", ":"), sort_keys=True)
    rows = b"".join(struct.pack("<4f", *row) for *_, row, _ in ENTRIES)
    return b"proviso/watchlist/v1\n" + line.encode() + b"\n" + table + rows + thumbnails


for state, made_at in [("draft", "2026-11-24T08:30:00Z"), ("sealed", "2026-11-24T09:00:00.250000Z")]:
    made = watchlist(state, made_at)
    (FOLDER / f"watchlist_{state}_v1.list").write_bytes(made)
    print(state, len(made), hashlib.sha256(made).hexdigest())
