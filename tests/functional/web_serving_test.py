"""A relay that serves a web client: what browsers get, byte for byte, over raw sockets.

Arguments: a relay with the fixture in it, the relay as built, the fixture's folder.
"""
import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from byte_stream import ByteStream

FIXTURE_RELAY, BUILT_RELAY, FIXTURE = sys.argv[1:4]
PATIENCE_S = 30
BUNDLE = json.loads((Path(FIXTURE) / "bundle.json").read_text())


def content_of(name):
    return (Path(FIXTURE) / name).read_bytes()


def unpacked(body):
    return subprocess.run(["brotli", "-d", "-c", "-"], input=body, stdout=subprocess.PIPE,
                          check=True).stdout


class Connection(ByteStream):
    """One connection that stays, with or without TLS."""

    def __init__(self, port, tls=False, receive_buffer=None):
        tcp = socket.socket()
        if receive_buffer:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        tcp.settimeout(PATIENCE_S)
        tcp.connect(("127.0.0.1", port))
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            tcp = context.wrap_socket(tcp)
        super().__init__(tcp)

    def ask(self, path, method="GET", **headers):
        lines = [f"{method} {path} HTTP/1.1", "Host: relay"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())

    def answer(self, method="GET"):
        while b"\r\n\r\n" not in self.input:
            self.receive()
        head = self.take(self.input.index(b"\r\n\r\n") + 4).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:-2])
        status = int(head[0].split()[1])
        has_body = method != "HEAD" and status != 304
        return status, headers, self.take(int(headers["content-length"])) if has_body else b""

    def get(self, path, method="GET", **headers):
        self.ask(path, method, **headers)
        return self.answer(method)

    def is_over(self):
        return not self.input and not self.socket.recv(1)


class WebServing(unittest.TestCase):
    def serve(self, *more, program=FIXTURE_RELAY):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        relay = subprocess.Popen(
            [program, "serve", "--data", os.path.join(folder.name, "data"),
             "--listen", "127.0.0.1:0", "--tls-self-signed", *more],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(relay.stdout.close)
        self.addCleanup(relay.wait, PATIENCE_S)
        self.addCleanup(relay.send_signal, signal.SIGTERM)
        self.relay = relay
        return int(relay.stdout.readline().split()[1].rsplit(":", 1)[1])

    def connect(self, port, tls=False, receive_buffer=None):
        connection = Connection(port, tls, receive_buffer)
        self.addCleanup(connection.socket.close)
        return connection

    def test_every_file_is_served_as_it_was_built(self):
        port = self.serve()
        for tls in (False, True):
            connection = self.connect(port, tls)
            for name in BUNDLE["files"]:
                for encoding in ("gzip", "gzip, br"):
                    status, headers, body = connection.get("/" + name, Accept_Encoding=encoding)
                    self.assertEqual(status, 200, name)
                    if "content-encoding" in headers:
                        self.assertEqual(headers["content-encoding"], "br")
                        self.assertIn("br", encoding)
                        self.assertEqual(headers["vary"], "accept-encoding")
                        body = unpacked(body)
                    self.assertEqual(body, content_of(name), name)
        self.assertIn("content-encoding", connection.get("/", Accept_Encoding="br")[1])

    def test_what_may_be_kept_says_so(self):
        connection = self.connect(self.serve())
        script = next(name for name in BUNDLE["files"] if name.startswith("assets/"))
        headers = connection.get("/" + script)[1]
        self.assertIn("immutable", headers["cache-control"])
        for name in ("", "index.html", "service_worker.js", "mayfly.wasm", "bundle.json"):
            status, headers, _ = connection.get("/" + name)
            self.assertEqual((status, headers["cache-control"]), (200, "no-cache"), name)
            again, same, body = connection.get("/" + name, If_None_Match=headers["etag"])
            self.assertEqual((again, same["etag"], body), (304, headers["etag"], b""))
        self.assertEqual(connection.get("/mayfly.wasm", "HEAD")[1]["content-type"],
                         "application/wasm")

    def test_pages_have_strict_headers(self):
        headers = self.connect(self.serve()).get("/")[1]
        policy = headers["content-security-policy"].split("; ")
        for rule in ("default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'",
                     "frame-ancestors 'none'", "require-trusted-types-for 'script'",
                     "trusted-types default mayfly-engine"):
            self.assertIn(rule, policy)
        # Browsers know no IPv6 addresses here, and say so on every page.
        self.assertNotIn("[", headers["content-security-policy"])
        self.assertEqual(headers["cross-origin-opener-policy"], "same-origin")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["referrer-policy"], "no-referrer")
        self.assertNotIn("access-control-allow-origin", headers)

    def test_head_and_other_methods(self):
        connection = self.connect(self.serve())
        status, headers, _ = connection.get("/mayfly.wasm", "HEAD")
        self.assertEqual((status, int(headers["content-length"])),
                         (200, len(content_of("mayfly.wasm"))))
        self.assertEqual(connection.get("/health")[2], b"ok\n")
        self.assertEqual(connection.get("/../../etc/passwd")[0], 404)
        self.assertEqual(connection.get("/", "POST")[0], 405)
        self.assertTrue(connection.is_over())

    def test_the_relay_publishes_the_hash_of_the_bundle(self):
        told = json.loads(self.connect(self.serve()).get("/mayfly/relay.json")[2])
        self.assertEqual(told["bundle"], BUNDLE["total"])
        version = subprocess.run([FIXTURE_RELAY, "--version"], capture_output=True, text=True)
        self.assertIn(f"\nweb client {BUNDLE['total']}\n", version.stdout)

    def test_no_web_serves_a_sentence(self):
        connection = self.connect(self.serve("--no-web"))
        status, headers, body = connection.get("/")
        self.assertEqual((status, headers["content-type"]), (200, "text/plain; charset=utf-8"))
        self.assertIn(b"Mayfly relay", body)
        self.assertEqual(connection.get("/mayfly.wasm")[0], 404)
        self.assertIsNone(json.loads(connection.get("/mayfly/relay.json")[2])["bundle"])

    def test_slow_readers_hold_up_nobody_and_no_memory(self):
        port = self.serve()
        before = self.memory_bytes()
        slow = [self.connect(port, tls=bool(i % 2), receive_buffer=4096) for i in range(60)]
        for one in slow:
            one.ask("/mayfly.wasm")
        begin = time.monotonic()
        self.assertEqual(len(self.connect(port).get("/mayfly.wasm")[2]), 1_500_008)
        self.assertLess(time.monotonic() - begin, 5)
        # A copy for each would be 90 MB.
        self.assertLess(self.memory_bytes() - before, 30_000_000)
        self.assertEqual(slow[0].answer()[2], content_of("mayfly.wasm"))
        self.assertEqual(slow[1].answer()[2], content_of("mayfly.wasm"))
        for one in slow:
            one.socket.close()

    def memory_bytes(self):
        pages = Path(f"/proc/{self.relay.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def test_a_cold_load_is_quick(self):
        port = self.serve()
        begin = time.monotonic()
        for _ in range(3):
            connection = self.connect(port, tls=True)
            for name in BUNDLE["files"]:
                connection.get("/" + name, Accept_Encoding="br")
        seconds = time.monotonic() - begin
        print(f"three connections with {len(BUNDLE['files'])} files each: {seconds * 1000:.0f} ms")
        self.assertLess(seconds, 3)

    def test_a_damaged_bundle_is_not_built_in(self):
        embed = Path(__file__).parents[2] / "tools" / "embed_web.py"
        with tempfile.TemporaryDirectory() as folder:
            dist, out = Path(folder) / "dist", Path(folder) / "out.cpp"
            subprocess.run(["cp", "-r", FIXTURE, dist], check=True)
            for path, content, why in (
                    ("index.html", b"changed", "not what bundle.json says"),
                    ("extra.js", b"", "not what bundle.json says"),
                    ("what.xyz", b"", "no content type"),
                    ("bundle.json", json.dumps(BUNDLE | {"total": "0"}).encode(), "the total"),
                    ("bundle.json", b"{", "bundle.json"),
                    ("mayfly/v1.js", b"", "the relay's own path")):
                target = dist / path
                kept = target.read_bytes() if target.exists() else None
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
                done = subprocess.run([sys.executable, embed, dist, out], capture_output=True,
                                      text=True)
                self.assertEqual(done.returncode, 1, path)
                self.assertIn(why, done.stderr)
                self.assertFalse(out.exists())
                target.unlink() if kept is None else target.write_bytes(kept)

    def test_what_the_built_relay_has_can_be_told(self):
        version = subprocess.run([BUILT_RELAY, "version"], capture_output=True, text=True).stdout
        bundle = json.loads(self.connect(self.serve(program=BUILT_RELAY))
                            .get("/mayfly/relay.json")[2])["bundle"]
        if bundle is None:
            self.assertIn("\nno web client in it\n", version)
        else:
            self.assertRegex(bundle, r"\A[0-9a-f]{64}\Z")
            self.assertIn(f"\nweb client {bundle}\n", version)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
