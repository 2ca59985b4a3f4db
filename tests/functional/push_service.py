"""A stand-in for a push service and the browser behind it: HTTPS that keeps what it is sent, and
what decrypts it (RFC 8291), checks the token (RFC 8292) and shares no code with the relay.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import ssl
import subprocess
import threading

# P-256 (FIPS 186-5), affine; None is the point at infinity.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar, point):
    out = None
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point, scalar = add(point, point), scalar >> 1
    return out


def packed(point):
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def unpacked(text):
    assert len(text) == 65 and text[0] == 4
    return int.from_bytes(text[1:33], "big"), int.from_bytes(text[33:], "big")


def verify(key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    hashed = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, N)
    point = add(multiply(hashed * inverse % N, G), multiply(r * inverse % N, unpacked(key)))
    return point is not None and point[0] % N == r


def hkdf(salt, key, info, size):
    base = hmac.digest(salt, key, "sha256")
    return hmac.digest(base, info + b"\x01", "sha256")[:size]


def aes_128_gcm_open(key, nonce, sealed):
    """With AES of the openssl program; GHASH of NIST SP 800-38D here."""
    def aes_blocks(blocks):
        return subprocess.run(["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", key.hex()],
                              input=blocks, capture_output=True, check=True).stdout

    def times(x, y):
        out = 0
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                out ^= y
            y = y >> 1 ^ (0xe1 << 120 if y & 1 else 0)
        return out

    text, tag = sealed[:-16], sealed[-16:]
    count = (len(text) + 15) // 16
    counters = b"".join(nonce + (i + 1).to_bytes(4, "big") for i in range(count + 1))
    stream = aes_blocks(bytes(16) + counters)
    hash_key = int.from_bytes(stream[:16], "big")
    total = 0
    for at in range(0, len(text), 16):
        total = times(total ^ int.from_bytes(text[at:at + 16].ljust(16, b"\0"), "big"), hash_key)
    total = times(total ^ len(text) * 8, hash_key)
    assert tag == (total ^ int.from_bytes(stream[16:32], "big")).to_bytes(16, "big"), "forged"
    return bytes(a ^ b for a, b in zip(text, stream[32:]))


def base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Subscription:
    """What a browser makes, and can decrypt."""

    def __init__(self):
        self.scalar = int.from_bytes(os.urandom(32), "big") % (N - 1) + 1
        self.p256dh = packed(multiply(self.scalar, G))
        self.auth = os.urandom(16)

    def decrypt(self, body):
        salt, sender = body[:16], body[21:86]
        assert body[16:21] == b"\0\0\x10\0\x41", body[16:21]
        shared = multiply(self.scalar, unpacked(sender))[0].to_bytes(32, "big")
        key = hkdf(self.auth, shared, b"WebPush: info\0" + self.p256dh + sender, 32)
        text = aes_128_gcm_open(hkdf(salt, key, b"Content-Encoding: aes128gcm\0", 16),
                                hkdf(salt, key, b"Content-Encoding: nonce\0", 12), body[86:])
        text = text.rstrip(b"\0")
        assert text.endswith(b"\x02"), "not the last record"
        return text[:-1]


def check_token(header, origin, now_s):
    """The key that a push was signed with, if the token is right."""
    scheme, rest = header.split(" ", 1)
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid", header
    signed, signature = fields["t"].rsplit(".", 1)
    head, claims = (json.loads(base64url(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}, head
    assert claims["aud"] == origin, claims
    assert now_s < claims["exp"] <= now_s + 24 * 3600, claims
    assert claims["sub"].startswith(("https://", "mailto:")), claims
    key = base64url(fields["k"])
    assert verify(key, signed.encode(), base64url(signature)), "the signature is wrong"
    return key


class PushService:
    """Serves https://localhost:PORT; `certificate` is what to trust. `status` is its answer."""

    def __init__(self, folder):
        self.certificate = os.path.join(folder, "push.pem")
        key = os.path.join(folder, "push.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=push service of a test", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True)
        self.pushes = queue.Queue()
        self.status = 201
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.status  # before the test knows of the push, and may change it
                service.pushes.put((self.path, self.headers, body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.origin = f"https://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
