"""mayfly daemon: JSON-RPC over a socket and over standard streams, beside other verbs."""
import hashlib
import hmac
import http.server
import json
import os
import signal
import socket
import stat
import threading
import time
import unittest

from harness import DONE, FAILED, USAGE, MayflyTest, eventually

ANSWER_SECONDS_MAX = 20


class RpcClient:
    """Lines of JSON over a socket; notifications are put aside."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_SECONDS_MAX)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        self.notifications = []
        self.last_id = 0

    def begin(self, method, **params):
        self.last_id += 1
        request = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        return self.last_id

    def read(self):
        line = self.lines.readline()
        if not line:
            raise AssertionError("the daemon closed the connection")
        return json.loads(line)

    def answer(self, request_id):
        while True:
            line = self.read()
            if line.get("id") == request_id:
                return line
            self.notifications.append(line)

    def call(self, method, **params):
        answer = self.answer(self.begin(method, **params))
        if "result" not in answer:
            raise AssertionError(f"{method}: {answer}")
        return answer["result"]

    def error(self, method, **params):
        return self.answer(self.begin(method, **params))["error"]

    def notification(self, method):
        while True:
            for i, line in enumerate(self.notifications):
                if line["method"] == method:
                    return self.notifications.pop(i)["params"]
            self.notifications.append(self.read())

    def close(self):
        self.lines.close()
        self.socket.close()


class DaemonTest(MayflyTest):
    def start_daemon(self, person, *words, **options):
        daemon = self.background(person.start("daemon", *words, **options))
        line = daemon.stdout.readline()
        if not line:
            raise AssertionError(f"no daemon: {daemon.stderr.read()}")
        daemon.socket = json.loads(line)["socket"]
        return daemon

    def connect(self, daemon):
        client = RpcClient(daemon.socket)
        self.addCleanup(client.close)
        return client


class Daemon(DaemonTest):
    def test_programs_send_receive_and_acknowledge_over_the_socket(self):
        _, alice, bob = self.make_friends("a passphrase")
        daemon = self.start_daemon(bob)
        mode = os.stat(daemon.socket)
        self.assertEqual(stat.S_IMODE(mode.st_mode), 0o600)
        bot = self.connect(daemon)
        self.assertEqual(bot.call("whoami")["account"], bob.account)
        bot.call("subscribe", events=["message"])
        alice.send(bob, "are you a bot?")
        message = bot.notification("message")["message"]
        self.assertEqual(message["text"], "are you a bot?")
        sent = bot.call("send", who=alice.account, text="yes", burn_seconds=60)
        bot.close()
        again = self.connect(daemon)
        again.call("subscribe", events=["message"])
        self.assertEqual(again.notification("message")["message"], message)
        again.call("ack", ids=[message["id"]])
        self.assertEqual(again.call("receive")["messages"], [])
        self.assertEqual([m["id"] for m in alice.receive()], [sent["id"]])
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(timeout=10), DONE)
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertEqual(bob.receive(), [])

    def test_two_bots_talk_and_contacts_are_made_through_it(self):
        relay = self.make_relay()
        alice, bob = self.make_person("alice", relay), self.make_person("bob", relay)
        daemon = self.start_daemon(alice, "--home", bob.home)
        client = self.connect(daemon)
        served = client.call("accounts")["accounts"]
        self.assertEqual([one["account"] for one in served], [alice.account, bob.account])
        self.assertEqual(client.error("whoami")["code"], -32602)
        client.call("subscribe")
        client.call("contact.add", account=alice.account, address=bob.address)
        request = client.notification("request")
        self.assertEqual(request["account"], bob.account)
        client.call("contact.accept", account=bob.account, id=request["request"]["id"])
        client.call("send", account=bob.account, who="alice", text="hello")
        told = client.notification("message")
        self.assertEqual(told["account"], alice.account)
        self.assertEqual(told["message"]["text"], "hello")

    def test_other_verbs_get_their_turn_beside_a_daemon(self):
        _, alice, bob = self.make_friends()
        daemon = self.start_daemon(bob)
        bot = self.connect(daemon)
        bot.call("subscribe", events=["message"])
        for i in range(3):
            began = time.monotonic()
            bob.send(alice, f"from a verb {i}")
            self.assertLess(time.monotonic() - began, 8)
            self.assertEqual(bot.call("status")["outbox_empty"], True)
            alice.send(bob, f"to the bot {i}")
            message = bot.notification("message")["message"]
            self.assertEqual(message["text"], f"to the bot {i}")
            bot.call("ack", ids=[message["id"]])
        self.assertEqual(len(alice.receive()), 3)
        self.assertEqual(len(bot.call("messages", who="alice")["messages"]), 6)

    def test_two_daemons_or_followers_on_one_home_are_refused(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        bob = self.make_person("bob", relay)
        daemon = self.start_daemon(alice)
        self.assert_fails(alice.try_run("daemon"), FAILED, "store_locked", "daemon")
        self.assert_fails(alice.try_run("receive", "--follow"), FAILED, "store_locked", "")
        # Another home, but the socket of a daemon that lives.
        self.assert_fails(bob.try_run("daemon", "--socket", daemon.socket), FAILED,
                          "already_exists", "another daemon")
        self.connect(daemon).call("whoami")

    def test_stale_socket_is_replaced_and_other_files_are_not(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        daemon = self.start_daemon(alice)
        daemon.kill()
        daemon.wait()
        self.assertTrue(os.path.exists(daemon.socket))
        daemon = self.start_daemon(alice)
        self.connect(daemon).call("whoami")
        daemon.send_signal(signal.SIGINT)
        self.assertEqual(daemon.wait(timeout=10), DONE)
        precious = self.folder / "precious"
        precious.write_text("mine")
        self.assert_fails(alice.try_run("daemon", "--socket", precious), FAILED, "already_exists",
                          "not a socket")
        self.assertEqual(precious.read_text(), "mine")

    def test_relay_crash_under_a_daemon_loses_nothing(self):
        relay, alice, bob = self.make_friends()
        daemon = self.start_daemon(bob)
        bot = self.connect(daemon)
        bot.call("subscribe", events=["message", "link"])
        relay.kill()
        while bot.notification("link")["up"]:
            pass
        request = bot.begin("send", who="alice", text="while you were away")
        failed = bot.error("send", who="alice", text="not so patient", timeout_ms=300)
        self.assertEqual(failed["data"]["code"], "timed_out")
        bot.call("withdraw", id=failed["data"]["known"]["id"])
        relay.start()
        self.assertIn("result", bot.answer(request))
        alice.send(bob, "back again")
        self.assertEqual(bot.notification("message")["message"]["text"], "back again")
        self.assertEqual(alice.texts(), ["while you were away"])

    def test_standard_streams_serve_one_client_until_the_input_ends(self):
        _, alice, bob = self.make_friends()
        requests = [{"jsonrpc": "2.0", "id": 1, "method": "send", "params": ["alice", "piped"]},
                    {"jsonrpc": "2.0", "id": 2, "method": "whoami"}]
        lines = "\n".join(json.dumps(request) for request in requests)
        done = bob.run("daemon", "--stdio", stdin=lines.encode())
        answers = {line["id"]: line for line in done.objects}
        self.assertEqual(answers[2]["result"]["account"], bob.account)
        self.assertEqual([m["id"] for m in alice.receive()], [answers[1]["result"]["id"]])

    def test_overlong_and_broken_lines_end_no_other_connection(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        daemon = self.start_daemon(alice)
        good, bad = self.connect(daemon), self.connect(daemon)
        bad.socket.sendall(b"\xff\x00 nonsense\n")
        self.assertEqual(bad.read()["error"]["code"], -32700)
        try:
            bad.socket.sendall(b"x" * (2 << 20))
        except OSError:
            pass
        self.assertEqual(good.call("whoami")["account"], alice.account)

    def test_wrong_use_is_refused(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, "a passphrase")
        home = ("--home", alice.home)
        self.assertEqual(alice.try_run("daemon", *home).code, USAGE)
        self.assertEqual(alice.try_run("daemon", "--webhook", "http://example.org/").code, USAGE)
        self.assertEqual(alice.try_run("daemon", "--webhook", "https://localhost/").code, USAGE)
        failed = alice.try_run("daemon", "--socket", self.folder / ("x" * 120))
        self.assertEqual(failed.code, USAGE)
        self.assertIn("shorter", failed.error["hint"])


class Webhook(DaemonTest):
    secret = "0123456789abcdef0123456789abcdef"

    def receiver(self, answers):
        """An HTTP server that answers with the codes given, then with 200."""
        test = self
        self.posts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                test.posts.append((self.path, dict(self.headers), body))
                self.send_response(answers.pop(0) if answers else 200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def test_webhook_posts_signed_messages_again_until_they_are_taken(self):
        _, alice, bob = self.make_friends()
        secret_file = self.folder / "secret"
        secret_file.write_text(self.secret + "\n")
        port = self.receiver([503, 500])
        daemon = self.start_daemon(bob, "--webhook", f"http://127.0.0.1:{port}/hook?a=b",
                                   "--webhook-secret-file", secret_file)
        alice.send(bob, "ring ring")
        alice.send(bob, "second")
        self.assertTrue(eventually(lambda: len(self.posts) >= 4, 20), self.posts)
        texts = [json.loads(body)["params"]["message"]["text"] for _, _, body in self.posts]
        self.assertEqual(texts, ["ring ring"] * 3 + ["second"])
        for path, headers, body in self.posts:
            self.assertEqual(path, "/hook?a=b")
            fields = dict(part.split("=", 1) for part in headers["Mayfly-Signature"].split(","))
            signed = hmac.new(self.secret.encode(), fields["t"].encode() + b"." + body,
                              hashlib.sha256).hexdigest()
            self.assertEqual(fields["v1"], signed)
            self.assertLess(abs(int(fields["t"]) - time.time()), 60)
        time.sleep(0.3)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(timeout=10), DONE)
        self.assertEqual(bob.receive(), [])

    def test_what_a_webhook_refused_is_not_acknowledged(self):
        _, alice, bob = self.make_friends()
        secret_file = self.folder / "secret"
        secret_file.write_text(self.secret)
        port = self.receiver([400])
        daemon = self.start_daemon(bob, "--webhook", f"http://localhost:{port}",
                                   "--webhook-secret-file", secret_file)
        alice.send(bob, "unwanted")
        alice.send(bob, "wanted")
        self.assertTrue(eventually(lambda: len(self.posts) >= 2, 20), self.posts)
        time.sleep(0.3)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(timeout=10), DONE)
        self.assertEqual(bob.texts(), ["unwanted"])

    def test_daemon_stops_at_once_while_a_webhook_hangs(self):
        _, alice, bob = self.make_friends()
        secret_file = self.folder / "secret"
        secret_file.write_text(self.secret)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            port = silent.getsockname()[1]
            daemon = self.start_daemon(bob, "--webhook", f"http://127.0.0.1:{port}/",
                                       "--webhook-secret-file", secret_file)
            alice.send(bob, "hello?")
            silent.settimeout(ANSWER_SECONDS_MAX)
            connection, _ = silent.accept()
            self.addCleanup(connection.close)
            daemon.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(timeout=5), DONE)
        self.assertEqual(bob.texts(), ["hello?"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
