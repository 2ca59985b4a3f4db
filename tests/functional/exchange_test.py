"""Messages between two people: both directions, restarts, several processes on one home."""
import base64
import json
import selectors
import signal
import subprocess
import time
import unittest
from pathlib import Path

from harness import DONE, NETWORK, MayflyTest, Person, befriend, eventually, messages_in


def is_locked(path):
    """Whether a process holds the file's lock; looking takes none."""
    if not path.exists():
        return False
    inode = f":{path.stat().st_ino} "
    return any(inode in line for line in Path("/proc/locks").read_text().splitlines())


class Exchange(MayflyTest):
    def test_messages_go_both_ways_in_order_and_are_shown_once(self):
        _, alice, bob = self.make_friends("a passphrase")
        sent = [alice.send(bob, f"number {i}") for i in range(5)]
        got = bob.receive()
        self.assertEqual([m["text"] for m in got], [f"number {i}" for i in range(5)])
        self.assertEqual([m["id"] for m in got], sent)
        self.assertEqual(bob.receive(), [])
        bob.send(alice, "Grüße 👋\nzweite Zeile\t\"quoted\" \\ \x1b[31m")
        answer = alice.receive()[0]
        self.assertEqual(answer["text"], "Grüße 👋\nzweite Zeile\t\"quoted\" \\ \x1b[31m")
        self.assertEqual(answer["sender"], bob.account)
        self.assertEqual(answer["handle"], bob.address)
        self.assertEqual(answer["state"], "received")
        self.assertEqual(answer["burn_seconds"], 0)
        self.assertEqual(set(answer), {"type", "id", "conversation", "group", "sender", "handle",
                                       "content", "text", "sent_at", "expires_at", "burn_seconds",
                                       "state", "verified"})
        six_days_ms = 6 * 86_400_000
        self.assertEqual(answer["expires_at"] - answer["sent_at"], six_days_ms)
        self.assertLess(abs(answer["sent_at"] - time.time() * 1000), 60_000)
        self.assertEqual(answer["conversation"], got[0]["conversation"])

    def test_text_comes_from_stdin_and_people_see_no_escapes(self):
        _, alice, bob = self.make_friends()
        alice.run("send", "bob", "-", stdin=b"line one\nline \x1b[2Jtwo\n")
        alice.run("send", "bob", "-", stdin=b"x" * 65_536)
        shown = bob.run("receive", json_mode=False).out
        self.assertNotIn(b"\x1b", shown)
        self.assertIn(b"alice: line one\n    line ", shown)
        self.assertIn(b"x" * 65_536, shown)
        texts = [m["text"] for m in bob.alive(alice)]
        self.assertEqual(texts[0], "line one\nline \x1b[2Jtwo")

    def test_messages_lists_both_sides_and_their_states(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "one")
        bob.receive()
        bob.send(alice, "two")
        self.assertEqual([(m["text"], m["state"]) for m in alice.alive(bob)],
                         [("one", "sent"), ("two", "received")])
        self.assertEqual([m["sender"] for m in bob.alive(alice)], [alice.account, bob.account])
        opened = bob.run("open", bob.alive(alice)[0]["id"][:8]).objects[0]
        self.assertEqual(opened["state"], "opened")

    def test_messages_wait_for_who_is_away_and_over_a_relay_crash(self):
        relay, alice, bob = self.make_friends()
        for i in range(3):
            alice.send(bob, f"before {i}")
        relay.kill()
        relay.start()
        alice.send(bob, "after")
        self.assertEqual(bob.texts(), ["before 0", "before 1", "before 2", "after"])

    def test_send_to_a_dead_relay_is_taken_back(self):
        relay, alice, bob = self.make_friends()
        relay.kill()
        began = time.monotonic()
        failed = alice.try_run("send", "bob", "lost", "--timeout", "2s")
        self.assertLess(time.monotonic() - began, 8)
        self.assert_fails(failed, NETWORK, "relay_unreachable", "taken back")
        self.assertEqual(alice.alive(bob, "--offline"), [])
        relay.start()
        alice.send(bob, "found")
        self.assertEqual(bob.texts(), ["found"])

    def test_send_waits_while_the_relay_restarts(self):
        relay, alice, bob = self.make_friends()
        relay.kill()
        sending = self.background(alice.start("send", "bob", "patient"))
        time.sleep(1)
        relay.start()
        self.assertEqual(sending.wait(timeout=20), DONE)
        self.assertEqual(bob.texts(), ["patient"])

    def test_receive_waits_for_the_first_message_only_as_long_as_told(self):
        _, alice, bob = self.make_friends()
        began = time.monotonic()
        nothing = bob.run("receive", "--timeout", "1s")
        self.assertEqual(nothing.out, b"")
        self.assertLess(time.monotonic() - began, 5)
        waiting = self.background(bob.start("receive", "--timeout", "20s"))
        time.sleep(0.5)
        alice.send(bob, "here I am")
        out, _ = waiting.communicate(timeout=15)
        self.assertEqual(waiting.returncode, DONE)
        self.assertEqual(json.loads(out)["text"], "here I am")

    def test_message_whose_printing_was_cut_short_is_printed_once_more(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "one")
        alice.send(bob, "two")
        first, second = bob.receive()
        note = bob.home / "printing"
        self.assertEqual(note.read_bytes(), b"")
        # What a receive leaves behind that is killed after marking and before printing.
        note.write_bytes(b"".join(base64.b32decode(message["id"].upper() + "======")
                                  for message in (first, second)))
        bob.run("burn", first["id"])
        alice.send(bob, "three")
        self.assertEqual(bob.texts(), ["two", "three"])
        self.assertEqual(bob.receive(), [])
        note.write_bytes(b"damaged, and of no known id")
        self.assertEqual(bob.receive(), [])

    def test_output_that_nobody_took_is_printed_again(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "hello?")
        with open("/dev/full", "wb") as full:
            done = subprocess.run(bob.arguments("receive"), stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(bob.texts(), ["hello?"])

    def test_receive_without_relay_says_network(self):
        relay, _, bob = self.make_friends()
        relay.kill()
        for words in (("receive", "--timeout", "1s"), ("recall", "aaaaaaaa", "--timeout", "1s")):
            failed = bob.try_run(*words)
            self.assertIn(failed.code, (NETWORK, 1))
        self.assert_fails(bob.try_run("receive", "--timeout", "1s"), NETWORK, "relay_unreachable")


    def test_account_on_two_relays_receives_when_one_is_dead(self):
        first, second = self.make_relay("first"), self.make_relay("second")
        alice = self.make_person("alice", first)
        bob = Person("bob", self.folder / "bob")
        bob.init(first, "--relay", second.address)
        befriend(alice, bob)
        second.kill()
        alice.send(bob, "to the one that lives")
        self.assertEqual(bob.texts("--timeout", "10s"), ["to the one that lives"])
        self.assertEqual(bob.texts(), [])


class OneHome(MayflyTest):
    """Several processes on one home."""

    def follow(self, person):
        child = self.background(person.start("receive", "--follow", bufsize=0))
        child.lines = []
        return child

    def read_messages(self, child, count, seconds=15):
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + seconds
            while len(messages_in(child.lines)) < count and time.monotonic() < deadline:
                if selector.select(0.2):
                    line = child.stdout.readline()
                    if not line:
                        break
                    child.lines.append(json.loads(line))
        return [m["text"] for m in messages_in(child.lines)]

    def test_follower_prints_as_they_come_and_other_verbs_get_their_turn(self):
        _, alice, bob = self.make_friends("a passphrase")
        follower = self.follow(bob)
        time.sleep(0.5)
        for i in range(5):
            alice.send(bob, f"question {i}")
            began = time.monotonic()
            bob.send(alice, f"answer {i}")
            self.assertLess(time.monotonic() - began, 8)
        self.assertEqual(self.read_messages(follower, 5), [f"question {i}" for i in range(5)])
        self.assertEqual(alice.texts(), [f"answer {i}" for i in range(5)])
        self.assertEqual(len(bob.alive(alice)), 10)
        alice.send(bob, "still there?")
        self.assertEqual(self.read_messages(follower, 6)[-1], "still there?")
        follower.send_signal(signal.SIGTERM)
        self.assertEqual(follower.wait(timeout=10), DONE)
        self.assertEqual(bob.receive(), [])

    def test_follower_survives_a_relay_crash(self):
        relay, alice, bob = self.make_friends()
        follower = self.follow(bob)
        alice.send(bob, "one")
        self.assertEqual(self.read_messages(follower, 1), ["one"])
        relay.kill()
        time.sleep(0.3)
        relay.start()
        alice.send(bob, "two")
        self.assertEqual(self.read_messages(follower, 2), ["one", "two"])
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(timeout=10), DONE)

    def test_second_follower_is_refused(self):
        _, _, bob = self.make_friends()
        self.follow(bob)
        self.assertTrue(eventually(lambda: is_locked(bob.home / "follow")))
        locked = bob.try_run("receive", "--follow", "--timeout", "1s")
        self.assert_fails(locked, 1, "store_locked", "another receive --follow")

    def test_many_verbs_at_once_all_get_through(self):
        _, alice, bob = self.make_friends()
        children = [self.background(alice.start("send", "bob", f"at once {i}")) for i in range(8)]
        for child in children:
            _, err = child.communicate(timeout=60)
            self.assertEqual(child.returncode, DONE, err)
        self.assertEqual(sorted(bob.texts()), sorted(f"at once {i}" for i in range(8)))

    def test_signal_while_sending_takes_the_message_back(self):
        relay, alice, bob = self.make_friends()
        relay.kill()
        sending = self.background(alice.start("send", "bob", "never mind"))
        time.sleep(1)
        sending.send_signal(signal.SIGINT)
        sending.communicate(timeout=10)
        self.assertEqual(sending.returncode, NETWORK)
        self.assertEqual(alice.alive(bob, "--offline"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
