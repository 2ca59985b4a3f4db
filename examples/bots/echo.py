#!/usr/bin/env python3
"""Says back whatever it is told, and accepts everybody.   echo.py SOCKET"""
import sys

from mayfly_rpc import Failed, Mayfly

mayfly = Mayfly(sys.argv[1])
mayfly.call("subscribe", events=["message", "request"])
for request in mayfly.call("contact.requests")["requests"]:
    mayfly.call("contact.accept", id=request["id"])
print("ready", flush=True)
for event, params in mayfly.notifications():
    try:
        if event == "request":
            mayfly.call("contact.accept", id=params["request"]["id"])
        elif event == "message":
            message = params["message"]
            if message["text"]:
                mayfly.call("send", who=message["sender"], text=message["text"])
            # Only now: if this bot dies before, it gets the message again.
            mayfly.call("ack", ids=[message["id"]])
    except Failed as failed:
        print(f"{event}: {failed.code}", file=sys.stderr, flush=True)
