#!/usr/bin/env python3
"""Takes what `mayfly daemon --webhook` posts, if its signature is right, and prints it.

    webhook_receiver.py SECRET-FILE [PORT]"""
import hashlib
import hmac
import http.server
import json
import sys
import time

CLOCKS_APART_SECONDS_MAX = 300  # an older post may be somebody's copy

with open(sys.argv[1], "rb") as file:
    secret = file.read().removesuffix(b"\n")


def is_signed(header, body):
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    signed_at = fields.get("t", "")
    if not signed_at.isdigit() or abs(int(signed_at) - time.time()) > CLOCKS_APART_SECONDS_MAX:
        return False
    wanted = hmac.new(secret, signed_at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, fields.get("v1", ""))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not is_signed(self.headers.get("Mayfly-Signature", ""), body):
            self.send_error(403)
            return
        event = json.loads(body)
        if event["method"] == "message":
            print(event["params"]["message"]["text"], flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[2]) if sys.argv[2:] else 0), Receiver)
print(f"listening http://127.0.0.1:{server.server_address[1]}/", flush=True)
server.serve_forever()
