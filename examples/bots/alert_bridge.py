#!/usr/bin/env python3
"""Turns an HTTP POST into a message.   alert_bridge.py SOCKET WHO [PORT]

Listens on this machine only. The body is text, or JSON with a field `text`:
    curl --data 'disk is full' http://127.0.0.1:8080/
Answers 204 when the relay holds the message, 502 when it could not be sent."""
import http.server
import json
import sys

from mayfly_rpc import Failed, Mayfly

BODY_SIZE_BYTES_MAX = 65_536

mayfly = Mayfly(sys.argv[1])
who = sys.argv[2]


def text_of(content_type, body):
    if content_type.startswith("application/json"):
        return json.loads(body)["text"]
    return body.decode("utf-8")


class Bridge(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        size = int(self.headers.get("Content-Length", "0"))
        if size > BODY_SIZE_BYTES_MAX:
            self.send_error(413)
            return
        try:
            text = text_of(self.headers.get("Content-Type", ""), self.rfile.read(size))
            mayfly.call("send", who=who, text=text, timeout_ms=20_000)
        except (ValueError, KeyError, TypeError):
            self.send_error(400)
        except Failed as failed:
            self.send_error(502, failed.code)
        else:
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_):
        pass  # a log would hold what the messages forget


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[3]) if sys.argv[3:] else 0), Bridge)
print(f"listening http://127.0.0.1:{server.server_address[1]}/", flush=True)
server.serve_forever()
