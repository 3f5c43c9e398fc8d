#!/usr/bin/env python3
"""Verifies an export of Usher's audit log: verify_audit.py EXPORT [SEQUENCE:HASH]...

EXPORT is the output of `usher audit export`; `-` reads it from standard input. Each SEQUENCE:HASH is a head kept
elsewhere, as printed by `usher audit head`."""

import hashlib
import json
import sys

FIELDS = (
    "sequence", "at", "actor_id", "actor_name", "channel", "client_ip", "action", "subject_kind", "subject_id",
    "subject_name", "place_kind", "place_id", "place_name", "details",
)


def entry_hash(previous, entry):
    """Hash of an entry whose predecessor has the hash `previous`."""
    digest = hashlib.sha256(bytes.fromhex(previous))
    for field in FIELDS:
        value = b"" if entry[field] is None else str(entry[field]).encode()
        length = b"\xff" * 8 if entry[field] is None else len(value).to_bytes(8, "big")
        digest.update(length + value)
    return digest.hexdigest()


def verify(lines, kept):
    """The last sequence and hash. Exits with a message at the first entry that does not fit."""
    sequence, previous = 0, "00" * 32
    for sequence, line in enumerate(lines, 1):
        entry = json.loads(line)
        expected = (sequence, previous, entry_hash(previous, entry))
        if (entry["sequence"], entry["previous_hash"], entry["hash"]) != expected:
            sys.exit(f"entry {sequence} was changed or is missing")
        previous = entry["hash"]
        if any(kept_hash != previous for number, kept_hash in kept if number == sequence):
            sys.exit(f"entry {sequence} is not the kept one")
    if any(number > sequence for number, _ in kept):
        sys.exit(f"entry {sequence + 1} is missing")
    return sequence, previous


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    heads = [(int(number), digits) for number, _, digits in (head.partition(":") for head in sys.argv[2:])]
    with open(0 if sys.argv[1] == "-" else sys.argv[1], "rb") as export:
        print("unbroken; entries: %d; head: %d:%s" % ((end := verify(export, heads))[0], *end))
