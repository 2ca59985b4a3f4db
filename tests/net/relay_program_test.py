#!/usr/bin/env python3
"""Drives the real mayfly-relay: its ready line, its exit codes, its ends. Argument: the program."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

RELAY = sys.argv[1]
READY = re.compile(r"listening (\S+):(\d+) address (\S+):(\d+)#([a-z2-7]{52})\n")
PATIENCE_S = 60


def run(*words):
    done = subprocess.run([RELAY, *words], capture_output=True, text=True, timeout=PATIENCE_S)
    return done.returncode, done.stdout, done.stderr


class Served:
    """A relay that serves, and where."""

    def __init__(self, data, *more, listen="127.0.0.1:0", tls=("--tls-self-signed",)):
        self.process = subprocess.Popen(
            [RELAY, "serve", "--data", data, "--listen", listen, *tls, *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        self.match = READY.fullmatch(self.ready)
        if self.ready:
            host, port = self.ready.split()[1].rsplit(":", 1)
            self.host, self.port = host.strip("[]"), int(port)
        if self.match:
            self.fingerprint = self.match[5]

    def get(self, path):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection((self.host, self.port), timeout=PATIENCE_S) as tcp:
            with context.wrap_socket(tcp, server_hostname="relay") as tls:
                self.tls_version = tls.version()
                tls.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\n"
                            "Connection: close\r\n\r\n".encode())
                answer = b""
                while more := tls.recv(4096):
                    answer += more
        return answer.decode()

    def plain(self, path, host=None):
        """Without TLS, from the address that leads to `host`."""
        with socket.create_connection((host or self.host, self.port), timeout=PATIENCE_S) as tcp:
            tcp.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\n"
                        "Connection: close\r\n\r\n".encode())
            answer = b""
            while more := tcp.recv(4096):
                answer += more
        return answer.decode()

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, errors


class RelayProgram(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "data")
        self.served = []

    def tearDown(self):
        for one in self.served:
            if one.process.poll() is None:
                one.end(signal.SIGKILL)
            one.process.stdout.close()
            one.process.stderr.close()
        self.folder.cleanup()

    def serve(self, *more, **how):
        one = Served(self.data, *more, **how)
        self.served.append(one)
        return one

    def test_it_serves_and_ends_in_order(self):
        relay = self.serve("--no-web")
        self.assertIsNotNone(relay.match, relay.ready)
        self.assertEqual(relay.match[2], relay.match[4])
        self.assertTrue(relay.get("/health").endswith("\r\n\r\nok\n"))
        self.assertEqual(relay.tls_version, "TLSv1.3")
        self.assertIn("Mayfly relay", relay.get("/"))
        self.assertEqual(relay.end(), (0, ""))
        again = self.serve()
        self.assertEqual(again.fingerprint, relay.fingerprint)
        self.assertEqual(again.end(signal.SIGINT), (0, ""))

    def test_it_survives_sigkill(self):
        relay = self.serve()
        relay.end(signal.SIGKILL)
        again = self.serve()
        self.assertEqual(again.fingerprint, relay.fingerprint)
        self.assertTrue(again.get("/health").endswith("ok\n"))

    def test_older_tls_is_refused(self):
        relay = self.serve()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection((relay.host, relay.port), timeout=PATIENCE_S) as tcp:
            with self.assertRaises(OSError):
                context.wrap_socket(tcp)

    def test_ipv6_stands_in_brackets(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        relay = self.serve(listen="[::1]:0")
        self.assertIsNotNone(relay.match, relay.ready)
        self.assertTrue(relay.ready.startswith("listening [::1]:"))
        self.assertTrue(relay.get("/health").endswith("ok\n"))

    def test_a_name_stands_in_the_address(self):
        relay = self.serve("--name", "Relay.Example:99")
        self.assertEqual((relay.match[3], relay.match[4]), ("relay.example", "99"))

    def test_one_process_a_directory(self):
        self.serve()
        code, _, errors = run("serve", "--data", self.data, "--listen", "127.0.0.1:0",
                              "--tls-self-signed")
        self.assertEqual(code, 1)
        self.assertIn("mayfly-relay: error: another mayfly-relay uses", errors)
        self.assertIn("mayfly-relay: hint: ", errors)

    def test_invites_are_made_while_it_serves_and_while_not(self):
        relay = self.serve("--registration", "invite")
        for _ in range(2):
            code, out, errors = run("invite", "--data", self.data)
            self.assertEqual((code, errors), (0, ""))
            self.assertRegex(out, r"\A[a-z2-7]{10,64}\n\Z")
            if relay.process.poll() is None:
                relay.end()

    def test_a_taken_port_is_a_network_error(self):
        relay = self.serve()
        code, out, errors = run("serve", "--data", self.data + "2", "--listen",
                                f"127.0.0.1:{relay.port}", "--tls-self-signed")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("error: cannot listen", errors)

    def test_a_damaged_key_is_never_replaced(self):
        self.serve().end()
        key = os.path.join(self.data, "tls-key.pem")
        with open(key, "w") as file:
            file.write("rubbish")
        code, _, errors = run("serve", "--data", self.data, "--listen", "127.0.0.1:0",
                              "--tls-self-signed")
        self.assertEqual(code, 1)
        self.assertIn("is damaged", errors)
        with open(key) as file:
            self.assertEqual(file.read(), "rubbish")

    def test_a_hosts_own_certificate(self):
        self.serve().end()
        paths = ("--tls-cert", os.path.join(self.data, "tls-certificate.pem"),
                 "--tls-key", os.path.join(self.data, "tls-key.pem"))
        self.assertIsNotNone(self.serve(tls=paths).match)
        code, _, errors = run("serve", "--data", self.data + "2", "--listen", "127.0.0.1:0",
                              "--tls-cert", "/nothing", "--tls-key", "/nothing")
        self.assertEqual(code, 1)
        self.assertIn("error: the certificate or its key cannot be used", errors)

    def test_plain_http_is_for_loopback_only(self):
        relay = self.serve(listen="0.0.0.0:0")
        self.assertTrue(relay.plain("/health", "127.0.0.1").endswith("\r\n\r\nok\n"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the kernel picks our address
            own = probe.getsockname()[0]
        if own.startswith("127."):
            self.skipTest("this machine has no other address")
        answer = relay.plain("/health", own)
        self.assertTrue(answer.startswith("HTTP/1.1 400 "), answer)
        self.assertTrue(answer.endswith("use https.\n"), answer)
        relay.host = own
        self.assertTrue(relay.get("/health").endswith("ok\n"))

    def test_relay_json_tells_address_bundle_and_registration(self):
        relay = self.serve("--registration", "invite")
        for text in (relay.plain("/mayfly/relay.json"), relay.get("/mayfly/relay.json")):
            head, body = text.split("\r\n\r\n")
            self.assertIn("\r\nAccess-Control-Allow-Origin: *\r\n", head)
            told = json.loads(body)
            self.assertEqual(told["address"], relay.ready.split()[3])
            self.assertEqual(told["registration"], "invite")
            self.assertIn("bundle", told)

    def own_identity(self, name):
        """Another relay's key and certificate, as files of a host."""
        paths = [os.path.join(self.folder.name, name + end) for end in (".pem", ".key")]
        data = os.path.join(self.folder.name, "made-" + name)
        Served(data).end()
        for path, made in zip(paths, ("tls-certificate.pem", "tls-key.pem")):
            os.rename(os.path.join(data, made), path)
        return paths

    def shown_key(self, relay):
        """The certificate that a new connection sees."""
        return ssl.get_server_certificate((relay.host, relay.port))

    def wait_for_another_key(self, relay, before):
        until = time.monotonic() + PATIENCE_S
        while self.shown_key(relay) == before and time.monotonic() < until:
            time.sleep(0.02)
        return self.shown_key(relay) != before

    def test_sighup_renews_the_certificate(self):
        certificate, key = self.own_identity("first")
        tls = ("--tls-cert", certificate, "--tls-key", key)
        relay = self.serve("--name", "relay.example:443", "--web-pki", tls=tls)
        self.assertEqual(relay.ready.split()[3], "relay.example")
        before = self.shown_key(relay)
        for new, old in zip(self.own_identity("second"), (certificate, key)):
            os.rename(new, old)
        relay.process.send_signal(signal.SIGHUP)
        self.assertTrue(self.wait_for_another_key(relay, before))
        self.assertEqual(relay.end(), (0, ""))

    def test_a_useless_renewal_changes_nothing(self):
        certificate, key = self.own_identity("first")
        relay = self.serve(tls=("--tls-cert", certificate, "--tls-key", key))
        before = self.shown_key(relay)
        for new, old in zip(self.own_identity("second"), (certificate, key)):
            os.rename(new, old)
        relay.process.send_signal(signal.SIGHUP)
        self.assertIn("another key", relay.process.stderr.readline())
        relay.process.stderr.readline()
        self.assertIn("stays", relay.process.stderr.readline())
        os.unlink(key)
        relay.process.send_signal(signal.SIGHUP)
        self.assertIn("cannot be used", relay.process.stderr.readline())
        self.assertEqual(self.shown_key(relay), before)
        self.assertEqual(relay.end()[0], 0)

    def test_wrong_usage_says_what_is_wrong(self):
        serve = ("serve", "--data", self.data, "--listen", "127.0.0.1:0", "--tls-self-signed")
        for words in ((), ("nonsense",), ("serve",), ("invite",), serve[:-1], serve[:3],
                      serve + ("--nonsense",), serve + ("--data", "twice"), serve + ("--name",),
                      serve + ("--tls-cert", "x"), serve + ("--max-ttl", "2y"),
                      serve + ("--max-ttl", "6"), serve + ("--registration", "maybe"),
                      serve + ("--name", "a:0"), serve + ("--tls-self-signed=yes",),
                      serve + ("--web-pki",), serve + ("--no-web=1",),
                      ("serve", "--data", "x", "--listen", "127.0.0.1", "--tls-self-signed"),
                      ("serve", "--data", "x", "--listen", ":1", "--tls-self-signed"),
                      ("serve", "--data", "x", "--listen", "a:99999", "--tls-self-signed")):
            code, out, errors = run(*words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertRegex(errors, r"\Amayfly-relay: error: .+\nmayfly-relay: hint: .+\n\Z")
        self.assertFalse(os.path.exists(self.data))

    def test_help_is_on_stdout(self):
        for words in (("help",), ("--help",), ("serve", "--help")):
            code, out, errors = run(*words)
            self.assertEqual((code, errors), (0, ""))
            self.assertIn("A session", out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
