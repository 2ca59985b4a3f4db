"""The terminal UI in tmux: two people talk, and what the screen shows is looked at."""
import shutil
import subprocess
import time
import unittest

from harness import DONE, MayflyTest, Person, eventually

SHOWN_SECONDS_MAX = 20


class Screen:
    """A terminal of its own, in a tmux server of its own."""

    def __init__(self, test, name, words, columns=80, rows=24):
        self.socket = str(test.folder / f"{name}.tmux")
        command = " ".join(f"'{word}'" for word in words)
        # Afterwards a shell line tells that the UI has ended, and shows what it left behind.
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows,
                  f"printf 'before the UI\\n'; {command}; echo ended with $?; sleep 1000")
        test.addCleanup(self.tmux, "kill-server", check=False)

    def tmux(self, *words, check=True):
        done = subprocess.run(["tmux", "-S", self.socket, *map(str, words)], check=check,
                              capture_output=True, timeout=30)
        return done.stdout.decode()

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def text(self, history=False):
        return self.tmux("capture-pane", "-p", *(["-S", "-1000"] if history else []))

    def wait(self, wanted, gone=False, times=1):
        shown = ""

        def is_there():
            nonlocal shown
            shown = self.text()
            return (shown.count(wanted) >= times) != gone

        if not eventually(is_there, SHOWN_SECONDS_MAX):
            raise AssertionError(f"{'still' if gone else 'not'} shown: {wanted}\n{shown}")
        return shown


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Tui(MayflyTest):
    def open_ui(self, person, *words, **size):
        arguments = person.arguments(*words, json_mode=False)
        screen = Screen(self, person.name, arguments, **size)
        screen.wait("online")
        return screen

    def test_two_people_meet_and_talk(self):
        relay = self.make_relay()
        alice, bob = self.make_person("alice", relay), self.make_person("bob", relay)
        left, right = self.open_ui(alice), self.open_ui(bob)
        left.keys("a")
        left.wait("Add a contact")
        left.type(bob.address)
        left.keys("Enter")
        right.wait("? alice")
        left.wait("bob ...")
        right.keys("Enter")
        right.wait("accepting alice: done")
        left.wait("...", gone=True)
        left.keys("Enter")
        left.type("hello bob, grüße 👋")
        left.keys("Enter")
        shown = right.wait("alice (1)")
        right.keys("Enter")
        shown = right.wait("hello bob, grüße 👋")
        self.assertNotIn("(1)", right.wait("alice (1)", gone=True))
        right.type("and to you")
        right.keys("Enter")
        shown = left.wait("and to you")
        self.assertIn("you", shown)
        self.assertEqual([m["text"] for m in alice.alive(bob)],
                         ["hello bob, grüße 👋", "and to you"])
        for screen in (left, right):
            screen.keys("C-q")
            left_behind = screen.wait("ended with 0")
            self.assertIn("before the UI", left_behind)
            for secret in ("hello", "and to you"):
                self.assertNotIn(secret, screen.text(history=True))

    def test_message_that_burns_is_hidden_opened_counted_down_and_gone(self):
        _, alice, bob = self.make_friends()
        right = self.open_ui(bob)
        alice.send(bob, "for your eyes", "--burn", "6s")
        right.wait("alice (1)")
        right.keys("Enter")
        shown = right.wait("burns 6s after it is opened")
        self.assertNotIn("for your eyes", shown)
        right.keys("Up")
        right.keys("Enter")
        shown = right.wait("for your eyes")
        right.wait("^4s")
        right.wait("^2s")
        right.wait("for your eyes", gone=True)
        self.assertEqual(bob.alive(alice), [])

    def test_expiry_burn_recall_and_burning_by_keys(self):
        _, alice, bob = self.make_friends()
        left = self.open_ui(alice)
        left.keys("Enter")
        left.keys("C-e")
        left.keys("C-b")
        left.wait("expires 1d (^E)  burns 10s (^B)")
        left.type("short-lived")
        left.keys("Enter")
        left.wait("23h")
        message = eventually(lambda: bob.alive(alice))[0]
        self.assertEqual(message["burn_seconds"], 10)
        self.assertEqual(message["expires_at"] - message["sent_at"], 86_400_000)
        left.keys("Up")
        left.keys("r")
        left.wait("recall: done")
        self.assertTrue(eventually(lambda: not bob.alive(alice)))
        bob.send(alice, "burn me")
        left.wait("burn me")
        left.keys("b")
        left.wait("burn me", gone=True)
        self.assertEqual(alice.alive(bob, "--offline"), [])

    def test_strangers_can_be_dropped_and_contacts_removed(self):
        relay, _, bob = self.make_friends()
        carol = self.make_person("carol", relay)
        right = self.open_ui(bob)
        carol.run("contact", "add", bob.address)
        right.wait("? carol")
        right.keys("x")
        right.wait("Remove it")
        right.keys("n")
        right.wait("? carol")
        right.keys("Up")
        right.keys("x")
        right.keys("y")
        right.wait("? carol", gone=True)
        right.keys("x")
        right.keys("y")
        right.wait("nobody yet")
        self.assertEqual(bob.run("contact", "list").objects, [])

    def test_screen_follows_the_size_of_the_terminal(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "a long text " * 20)
        right = self.open_ui(bob, columns=100, rows=30)
        right.keys("Enter")
        right.wait("a long text")
        for columns, rows in ((40, 10), (20, 5), (10, 3), (2, 1), (120, 40)):
            right.tmux("resize-window", "-x", columns, "-y", rows)
            time.sleep(0.3)
        shown = right.wait("a long text")
        self.assertIn("alice", shown)
        right.keys("C-q")
        right.wait("ended with 0")

    def test_help_account_and_drafts(self):
        relay, alice, bob = self.make_friends()
        right = self.open_ui(bob)
        right.keys("F1")
        right.wait("how long the next message lives")
        right.keys("Escape")
        right.keys("s")
        right.wait("mayfly:")
        right.keys("Escape")
        right.keys("Enter")
        right.type("draft for alice")
        right.wait("draft for alice")
        carol = self.make_person("carol", relay)
        carol.run("contact", "add", bob.address)
        right.wait("? carol")
        right.keys("Escape")
        right.keys("Up")
        right.wait("draft for alice", gone=True)
        right.keys("Down")
        right.wait("draft for alice")

    def test_locking_asks_for_the_passphrase_again(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, "open sesame")
        bob = self.make_person("bob", relay)
        bob.run("contact", "add", alice.address)
        alice.run("contact", "accept", alice.run("contact", "requests").objects[0]["id"])
        bob.send(alice, "confidential")
        asked = Person("alice", alice.home)
        asked.passphrase_file = None
        left = Screen(self, "alice", asked.arguments("tui", "--timeout", "4s", json_mode=False))
        left.wait("Passphrase:")
        left.type("open sesame")
        left.keys("Enter")
        left.wait("bob (1)")
        left.keys("Enter")
        left.wait("confidential")
        # After 4 s without a key. The terminal shows what was before the UI, and asks again.
        left.wait("Passphrase:", times=2)
        self.assertNotIn("confidential", left.text(history=True))
        left.type("open sesame")
        left.keys("Enter")
        left.wait("bob")
        left.keys("C-l")
        left.wait("Passphrase:", times=3)
        left.type("wrong")
        left.keys("Enter")
        shown = left.wait("ended with 1")
        self.assertNotIn("sesame", shown)

    def test_other_verbs_get_their_turn_and_a_second_ui_does_not(self):
        _, alice, bob = self.make_friends()
        right = self.open_ui(bob)
        for i in range(3):
            began = time.monotonic()
            bob.send(alice, f"verb {i}")
            self.assertLess(time.monotonic() - began, 8)
        right.keys("Enter")
        right.wait("verb 2")
        second = Screen(self, "second", bob.arguments("tui", json_mode=False))
        second.wait("ended with 1")
        # Not at a terminal there is no UI, and without a verb a usage error.
        self.assertEqual(alice.try_run("tui").code, 2)
        self.assertEqual(alice.try_run().code, 2)
        self.assertEqual(bob.try_run("whoami").code, DONE)

    def test_text_cannot_steer_the_terminal(self):
        _, alice, bob = self.make_friends()
        right = self.open_ui(bob)
        alice.run("send", "bob", "-", stdin=b"one\x1b[2J\x1b[1;1HFAKE\x07two")
        right.keys("Enter")
        shown = right.wait("FAKE")
        self.assertIn("mayfly  bob", shown.splitlines()[0])
        line = [text for text in shown.splitlines() if "FAKE" in text][0]
        self.assertIn("one\ufffd[2J\ufffd[1;1HFAKE\ufffdtwo", line)


if __name__ == "__main__":
    unittest.main(verbosity=2)
