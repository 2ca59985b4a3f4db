"""A client of the relay protocol in a few lines, for tests that need to be nobody in particular:
WebSocket over plain loopback, frames of docs/spec/relay.md, Ed25519 (RFC 8032). Slow; no secrets.
"""
import hashlib
import os
import re
import socket
import struct
from pathlib import Path

from byte_stream import ByteStream

PROTOCOL_H = Path(__file__).parents[2] / "src/wire/protocol.h"

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def tags(name):
    """The alternatives of a variant of protocol.h: name -> tag."""
    text = re.search(rf"using {name} =\s*std::variant<([^>]*)>", PROTOCOL_H.read_text())[1]
    return {word: tag for tag, word in enumerate(re.findall(r"\w+", text))}


REQUESTS, REPLIES = tags("RequestBody"), tags("ReplyBody")


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point, scalar = add(point, point), scalar >> 1
    return out


BASE_Y = 4 * pow(5, P - 2, P) % P
_X2 = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, P - 2, P) % P
BASE_X = pow(_X2, (P + 3) // 8, P)
if (BASE_X * BASE_X - _X2) % P:
    BASE_X = BASE_X * pow(2, (P - 1) // 4, P) % P
if BASE_X & 1:
    BASE_X = P - BASE_X
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def packed(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


class Key:
    """An Ed25519 key of its own."""

    def __init__(self):
        digest = hashlib.sha512(os.urandom(32)).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
        self.prefix = digest[32:]
        self.public = packed(multiply(self.scalar, BASE))

    def sign(self, message):
        nonce = number(self.prefix, message)
        point = packed(multiply(nonce, BASE))
        challenge = number(point, self.public, message)
        return point + ((nonce + challenge * self.scalar) % L).to_bytes(32, "little")


def opaque(content):
    size = len(content)
    if size < 64:
        return bytes([size]) + content
    return struct.pack(">H", size | 0x4000) + content  # enough for tests: below 16,384 bytes


class Failed(Exception):
    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


class Client(ByteStream):
    """One connection, greeted."""

    def __init__(self, port):
        super().__init__(socket.create_connection(("127.0.0.1", port), timeout=30))
        self.socket.sendall(
            b"GET /mayfly/v1 HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mayfly.1\r\n\r\n")
        while b"\r\n\r\n" not in self.input:
            self.receive()
        head, self.input = self.input.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.requests = 0
        self.nonce = self.ask("Hello", b"\x02\x00\x01")[2:34]

    def message(self):
        size = self.take(2)[1]
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        return self.take(size)

    def ask(self, name, body):
        """The body of the answer; what is pushed meanwhile is dropped."""
        self.requests += 1
        frame = struct.pack(">IH", self.requests, REQUESTS[name]) + body
        size = bytes([0x80 | len(frame)]) if len(frame) < 126 else \
            b"\xfe" + struct.pack(">H", len(frame))
        self.socket.sendall(b"\x82" + size + bytes(4) + frame)  # a mask of zeros changes nothing
        while True:
            answer = self.message()
            request, tag = struct.unpack(">IH", answer[:6])
            if request != self.requests:
                continue
            if tag == REPLIES["Failed"]:
                raise Failed(struct.unpack(">H", answer[6:8])[0])
            return answer[6:]

    def open_queue(self, key):
        """Opens (or makes) the key's queue; gives its id."""
        signed = opaque(b"Mayfly 1 queue proof") + opaque(self.nonce) + key.public
        self.ask("QueueOpen", key.public + key.sign(signed) + opaque(b""))
        return hashlib.sha256(key.public).digest()

    def add_address(self, queue):
        token = os.urandom(32)
        self.ask("AddressAdd", queue + hashlib.sha256(token).digest())
        return token

    def put(self, token, expires_at_ms, payload=b"ciphertext"):
        self.ask("Put", os.urandom(16) + token + struct.pack(">Q", expires_at_ms) + opaque(payload))

    def close(self):
        self.socket.close()
