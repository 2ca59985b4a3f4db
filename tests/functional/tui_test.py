"""The terminal UI in tmux: two people talk, and what the screen shows is looked at."""
import json
import os
import re
import shutil
import subprocess
import time
import unittest

from harness import DONE, MayflyTest, Person, eventually

SHOWN_SECONDS_MAX = 20
SELECT_STEPS_MAX = 80


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

    def select(self, wanted):
        """Goes up or down to the line, and back where lines moved while a key was on its way."""
        def pointed():
            return [row for row, line in enumerate(self.text().splitlines()) if line[:1] == ">"]

        def places():
            found = [row for row, line in enumerate(self.text().splitlines()) if wanted in line]
            here = pointed()
            return (here[0], found) if here and found else None

        for _ in range(SELECT_STEPS_MAX):
            found = eventually(places)
            if not found:
                break
            here, wanted_rows = found
            if here in wanted_rows:
                return
            self.keys("Down" if here < wanted_rows[-1] else "Up")
            eventually(lambda: pointed()[:1] != [here], 1)
        raise AssertionError(f"no line with {wanted}\n{self.text()}")


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Tui(MayflyTest):
    def open_ui(self, person, *words, **size):
        arguments = person.arguments(*words, json_mode=False)
        screen = Screen(self, person.name, arguments, **size)
        screen.wait("online")
        return screen

    def test_it_speaks_german(self):
        relay, alice, bob = self.make_friends()
        bob.send(alice, "Servus")
        words = ["env", "LC_ALL=de_DE.UTF-8", *alice.arguments(json_mode=False)]
        screen = Screen(self, "german", words, columns=100)
        screen.wait("verbunden")
        screen.wait("Servus")
        screen.keys("F1")
        screen.wait("die Unterhaltung öffnen und schreiben")
        screen.keys("Escape")
        screen.keys("s")
        screen.wait(f"Adresse: alice@{relay.address.split('#')[0]}")
        screen.wait("Deine Geräte")

    def choose(self, screen, wanted):
        """Goes to the line of a page that has the text, and presses Enter."""
        screen.select(wanted)
        screen.keys("Enter")

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
        right.wait("You and alice can write to each other now")
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
        left.keys("u")
        left.wait("Taken back from everybody")
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
        right.keys("Home")
        right.keys("x")
        right.wait("Decline carol?")
        right.keys("n")
        right.wait("Decline carol?", gone=True)
        right.keys("x")
        right.wait("Decline carol?")
        right.keys("y")
        right.wait("? carol", gone=True)
        right.keys("x")
        right.wait("Remove alice with all messages?")
        right.keys("y")
        right.wait("nobody yet")
        self.assertEqual(bob.run("contact", "list").objects, [])

    def test_screen_follows_the_size_of_the_terminal(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "a long text " * 20)
        right = self.open_ui(bob, columns=100, rows=30)
        # Every page is drawn at every size, and is still there afterwards.
        pages = {"s": "Your devices", "i": "Agreed on by all", "n": "New group",
                 "a": "Their address", "/": "Words:", "F1": "open the conversation"}
        for key, shown in pages.items():
            right.keys(key)
            right.wait(shown)
            for columns, rows in ((40, 10), (20, 5), (10, 3), (2, 1), (120, 40)):
                right.tmux("resize-window", "-x", columns, "-y", rows)
                time.sleep(0.1)
            right.wait(shown)
            right.keys("Escape")
            right.wait(shown, gone=True)
        right.keys("Enter")
        right.wait("a long text")
        right.tmux("resize-window", "-x", 40, "-y", 10)
        shown = right.wait("F1: help")
        self.assertIn("mayfly  alice", shown)
        self.assertIn("a long text", shown)
        right.keys("C-q")
        right.wait("ended with 0")

    def test_help_account_and_drafts(self):
        relay, alice, bob = self.make_friends()
        right = self.open_ui(bob)
        right.keys("F1")
        right.wait("open the conversation and write")
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

    def test_group_is_made_joined_talked_in_and_left(self):
        relay, alice, bob = self.make_friends()
        left, right = self.open_ui(alice), self.open_ui(bob)
        left.keys("n")
        self.choose(left, "New group")
        left.wait("Topic")
        left.type("Climbing")
        left.keys("Enter")
        left.type("Saturdays")
        left.keys("Enter")
        left.wait("Members: 1 person")
        self.choose(left, "Invite a contact")
        self.choose(left, "bob")
        right.wait("? Climbing")
        right.keys("Home")
        right.wait("alice invites you to the group Climbing")
        right.keys("y")
        right.wait("& Climbing")
        left.wait("Members: 2 people")
        self.choose(left, "Members: 2 people")
        left.wait("alice (you) · moderator")
        self.choose(left, "bob · 1 device")
        self.choose(left, "Make a moderator")
        left.wait("bob · moderator")
        left.keys("Escape", "Escape")
        self.choose(left, "Make a link")
        left.wait("How many people")
        left.keys("Enter", "Enter")
        left.wait("It lets in 1 person")
        left.wait("▄")
        link = re.search(r"mayfly-group:[\w\s-]*(?=To scan)", left.text())[0]
        carol = self.make_person("carol", relay)
        third = self.open_ui(carol)
        third.keys("n")
        self.choose(third, "Join")
        third.wait("mayfly-group:...")
        third.type("".join(link.split()))
        third.keys("Enter")
        third.wait("& Climbing")
        left.keys("Escape", "Escape")
        left.wait("& Climbing")
        bob.run("send", "Climbing", "hello climbers")
        for screen in (left, third):
            screen.wait("Climbing (1)")
            screen.keys("Home")
            screen.select("& Climbing")
            screen.keys("Enter")
            screen.wait("hello climbers")
        third.keys("Escape")
        third.keys("x")
        third.wait("Leave Climbing")
        third.keys("y")
        third.wait("& Climbing", gone=True)
        left.wait("2 people")

    def test_what_is_said_about_messages(self):
        _, alice, bob = self.make_friends()
        bob.send(alice, "tea at five?")
        bob.run("poll", "alice", "Where?", "--option", "pier", "--option", "mill")
        left = self.open_ui(alice)
        left.keys("Enter")
        left.wait("[poll] Where?")
        left.keys("Up", "Enter")
        self.choose(left, "mill")
        left.wait("2. mill: 1 (yours)")
        left.keys("Up", "t")
        left.wait("Choose one")
        left.keys("Enter")
        left.wait("👍 1")
        left.keys("r")
        left.wait("reply to bob")
        left.type("yes")
        left.keys("Enter")
        left.wait("> bob: tea at five?")
        left.keys("Up", "e")
        left.wait("you edit a message")
        left.type(", gladly")
        left.keys("Enter")
        left.wait("yes, gladly (edited)")
        left.keys("Up", "i")
        left.wait("From you")
        left.keys("Escape")
        left.wait("From you", gone=True)
        left.keys("/")
        left.wait("Words:")
        left.type("gladly")
        left.keys("Enter")
        left.wait("you: yes, gladly")
        left.keys("Enter")
        left.wait("reply", times=1)
        said = eventually(lambda: [m for m in bob.alive(alice) if m.get("edited")])
        self.assertEqual(said[0]["text"], "yes, gladly")
        seen = {m["content"]: m for m in bob.alive(alice) if not m.get("edited")}
        self.assertEqual(seen["poll"]["poll"]["counts"], [0, 1])
        self.assertEqual(seen["text"]["reactions"][0]["emoji"], "👍")

    def test_file_is_completed_sent_and_saved(self):
        _, alice, bob = self.make_friends()
        outbox, inbox = self.folder / "to send", self.folder / "got"
        outbox.mkdir()
        inbox.mkdir()
        content = os.urandom(700_000)
        (outbox / "holiday.bin").write_bytes(content)
        (outbox / "notes.txt").write_text("no")
        left, right = self.open_ui(alice), self.open_ui(bob)
        left.keys("Enter", "C-f")
        self.choose(left, "A file")
        left.type(f"{self.folder}/to")
        left.keys("Tab")
        left.wait("to send/")
        left.type("h")
        left.keys("Tab")
        left.wait("holiday.bin")
        left.keys("Enter")
        left.wait("[file] holiday.bin (700.0 kB)")
        right.keys("Enter")
        right.wait("[file] holiday.bin")
        right.keys("Up", "Enter")
        right.wait("Save the file")
        right.keys("C-u")
        right.type(str(inbox))
        right.keys("Enter")
        right.wait("Saved:")
        self.assertEqual((inbox / "holiday.bin").read_bytes(), content)
        self.assertEqual(sorted(p.name for p in inbox.iterdir()), ["holiday.bin"])

    def test_settings_are_agreed_on_and_a_contact_is_verified_and_blocked(self):
        _, alice, bob = self.make_friends()
        left = self.open_ui(alice)
        left.keys("i")
        self.choose(left, "Messages live 6d")
        self.choose(left, "1h")
        left.wait("Messages live 1h")
        self.choose(left, "receipts): off")
        left.wait("receipts): on")
        self.assertTrue(eventually(
            lambda: bob.alive(alice) is not None and
            bob.run("settings", "alice").objects[0]["expire_seconds"] == 3600))
        self.choose(left, "Not verified yet")
        digits = bob.run("verify", "alice").objects[0]["digits"]
        left.wait(digits[:23])
        self.choose(left, "They are the same")
        left.wait("You have verified bob.")
        left.keys("Escape", "Escape")
        left.wait("bob ✓")
        left.keys("Enter")
        left.wait("expires 1h (^E)")
        # What the person picks nothing for lives as agreed.
        left.type("as agreed")
        left.keys("Enter")
        got = eventually(lambda: [m for m in bob.alive(alice) if m["text"] == "as agreed"])[0]
        self.assertEqual(got["expires_at"] - got["sent_at"], 3_600_000)
        left.wait("+ ")
        left.keys("Escape", "i")
        self.choose(left, "Block")
        left.wait("Block bob?")
        left.keys("y")
        left.wait("Blocked; nothing comes from them any more")
        self.assertEqual(len(alice.run("blocked").objects), 1)
        left.keys("Escape", "s")
        self.choose(left, "People you blocked")
        self.choose(left, "bob, since")
        left.wait("Unblock bob?")
        left.keys("y")
        left.wait("nobody")

    def test_device_is_added_after_the_codes_were_compared(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        left = self.open_ui(alice)
        phone = Person("phone", self.folder / "phone")
        new = self.background(phone.start("device", "link", "--relay", relay.address,
                                          stdin=subprocess.PIPE))
        link = json.loads(new.stdout.readline())["link"]
        left.keys("s")
        self.choose(left, "Your devices")
        self.choose(left, "Add a device")
        left.wait("mayfly device link")
        left.type(link)
        left.keys("Enter")
        code = json.loads(new.stdout.readline())["code"]
        left.wait(f"{code[:3]} {code[3:]}")
        self.choose(left, "It shows the same code")
        new.stdin.write(b"yes\n")
        new.stdin.flush()
        self.assertEqual(json.loads(new.communicate(timeout=60)[0])["account"], alice.account)
        left.wait("(no name): since")
        self.choose(left, "(no name): since")
        self.choose(left, "Give it a name")
        left.wait("All your devices show")
        left.type("phone")
        left.keys("Enter")
        left.wait("phone: since")
        self.choose(left, "Shut it out")
        left.wait("Shut out phone for good?")
        left.keys("y")
        left.wait("phone: shut out")


if __name__ == "__main__":
    unittest.main(verbosity=2)
