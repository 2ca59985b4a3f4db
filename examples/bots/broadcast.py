#!/usr/bin/env python3
"""Sends one text to every contact who accepted.   broadcast.py SOCKET TEXT

Exit code 1 if it did not reach everybody's relay."""
import sys

from mayfly_rpc import Mayfly

BATCH_MAX = 100  # requests in one line

mayfly = Mayfly(sys.argv[1])
contacts = [one for one in mayfly.call("contact.list")["contacts"] if one["established"]]
failed = 0
for first in range(0, len(contacts), BATCH_MAX):
    part = contacts[first:first + BATCH_MAX]
    answers = mayfly.batch([("send", {"who": one["account"], "text": sys.argv[2],
                                      "expire_seconds": 86_400, "timeout_ms": 30_000})
                            for one in part])
    for contact, answer in zip(part, answers):
        if "error" in answer:
            failed += 1
            print(f"{contact['account']}: {answer['error']['message']}", file=sys.stderr)
print(f"sent to {len(contacts) - failed} of {len(contacts)}")
sys.exit(1 if failed else 0)
