"""The examples in examples/bots, as they are, against the real programs."""
import json
import os
import signal
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from daemon_test import DaemonTest
from harness import BIN, DONE, VERB_SECONDS_MAX, befriend, eventually

BOTS = Path(__file__).resolve().parent.parent.parent / "examples" / "bots"


class Bots(DaemonTest):
    def start_bot(self, name, *words):
        bot = self.background(subprocess.Popen(
            [sys.executable, BOTS / name, *map(str, words)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))
        bot.first_line = bot.stdout.readline().decode().strip()
        return bot

    def post(self, url, body, content_type):
        request = urllib.request.Request(url, body, {"Content-Type": content_type})
        try:
            with urllib.request.urlopen(request, timeout=VERB_SECONDS_MAX) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_echo_bot_accepts_and_answers(self):
        relay = self.make_relay()
        alice, bob = self.make_person("alice", relay), self.make_person("bob", relay)
        bot = self.start_bot("echo.py", self.start_daemon(bob).socket)
        self.assertEqual(bot.first_line, "ready")
        alice.run("contact", "add", bob.address)
        self.assertTrue(eventually(
            lambda: [c for c in alice.run("contact", "list").objects if c["established"]]))
        for text in ("one", "zwei\nÄöü 👋"):
            alice.send(bob, text)
            self.assertEqual(alice.texts("--timeout", "20s"), [text])

    def test_echo_bot_that_was_killed_answers_what_it_missed(self):
        _, alice, bob = self.make_friends()
        daemon = self.start_daemon(bob)
        self.start_bot("echo.py", daemon.socket).kill()
        alice.send(bob, "anyone?")
        self.start_bot("echo.py", daemon.socket)
        self.assertEqual(alice.texts("--timeout", "20s"), ["anyone?"])

    def test_broadcast_bot_writes_to_everybody(self):
        relay, alice, bob = self.make_friends()
        carol = self.make_person("carol", relay)
        befriend(carol, bob)
        stranger = self.make_person("stranger", relay)
        bob.run("contact", "add", stranger.address)
        daemon = self.start_daemon(bob)
        bot = subprocess.run([sys.executable, BOTS / "broadcast.py", daemon.socket, "to all"],
                             capture_output=True, timeout=VERB_SECONDS_MAX, check=False)
        self.assertEqual(bot.returncode, DONE, bot.stderr)
        self.assertEqual(bot.stdout.decode(), "sent to 2 of 2\n")
        self.assertEqual([alice.texts(), carol.texts()], [["to all"], ["to all"]])

    def test_alert_bridge_turns_a_post_into_a_message(self):
        _, alice, bob = self.make_friends()
        bridge = self.start_bot("alert_bridge.py", self.start_daemon(bob).socket, "alice")
        url = bridge.first_line.split()[1]
        self.assertEqual(self.post(url, b"disk is full", "text/plain"), 204)
        body = json.dumps({"text": "and now it burns"}).encode()
        self.assertEqual(self.post(url, body, "application/json"), 204)
        self.assertEqual(self.post(url, b"{}", "application/json"), 400)
        self.assertEqual(self.post(url, b"", "text/plain"), 502)
        self.assertEqual(alice.texts(), ["disk is full", "and now it burns"])

    def test_webhook_receiver_prints_what_is_signed(self):
        _, alice, bob = self.make_friends()
        secret = self.folder / "secret"
        secret.write_text("0123456789abcdef0123456789abcdef\n")
        receiver = self.start_bot("webhook_receiver.py", secret)
        url = receiver.first_line.split()[1]
        daemon = self.start_daemon(bob, "--webhook", url, "--webhook-secret-file", secret)
        alice.send(bob, "by webhook")
        self.assertEqual(receiver.stdout.readline(), b"by webhook\n")
        forged = b'{"method":"message","params":{"message":{"text":"forged"}}}'
        self.assertEqual(self.post(url, forged, "application/json"), 403)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(timeout=10), DONE)

    def test_shell_example_tells_how_a_command_ended(self):
        _, alice, bob = self.make_friends()
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}",
                       "MAYFLY_HOME": str(bob.home)}
        ran = subprocess.run([BOTS / "run_and_tell.sh", "alice", "sh", "-c", "exit 7"],
                             env=environment, capture_output=True, timeout=VERB_SECONDS_MAX,
                             check=False)
        self.assertEqual(ran.returncode, 7, ran.stderr)
        message = alice.receive()[0]
        self.assertEqual(ran.stdout.decode(), f"told: {message['id']}\n")
        self.assertTrue(message["text"].endswith(": sh ended with 7"), message["text"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
