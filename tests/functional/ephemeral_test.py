"""Messages that end: expiry, burning, recall; and what is left on the disks."""
import time
import unittest

from harness import DONE, FAILED, USAGE, MayflyTest, eventually, files_with

SECRET = "the heron stands in the reeds at dawn"


class Ends(MayflyTest):
    def assert_nowhere(self, text, *folders):
        """Neither the text nor any longer piece of it is in a file."""
        raw = text.encode()
        for folder in folders:
            for start in range(0, len(raw) - 11, 4):
                self.assertEqual(files_with(folder, raw[start:start + 12]), [], folder)

    def gone(self, person, other):
        return lambda: person.alive(other, "--offline") == []

    def test_expired_message_is_gone_everywhere(self):
        relay, alice, bob = self.make_friends()
        alice.run("send", "bob", SECRET, "--expire", "3s")
        self.assertEqual(bob.texts(), [SECRET])
        self.assertEqual([m["text"] for m in bob.alive(alice)], [SECRET])
        self.assertTrue(eventually(self.gone(alice, bob)))
        self.assertTrue(eventually(self.gone(bob, alice)))
        self.assert_nowhere(SECRET, alice.home, bob.home, relay.data)

    def test_message_that_expired_on_the_way_is_never_shown(self):
        relay, alice, bob = self.make_friends()
        sent = alice.run("send", "bob", SECRET, "--expire", "3s").objects[0]
        time.sleep(3.2)
        self.assertEqual(bob.receive(), [])
        self.assertEqual(bob.alive(alice), [])
        self.assertEqual(alice.alive(bob), [])
        self.assert_fails(bob.try_run("open", sent["id"]), FAILED, "unknown_message")
        self.assert_nowhere(SECRET, alice.home, bob.home, relay.data)

    def test_expiry_counts_while_no_process_runs(self):
        _, alice, bob = self.make_friends()
        alice.run("send", "bob", SECRET, "--expire", "4s")
        sent = bob.receive()[0]
        time.sleep(4)
        self.assert_fails(bob.try_run("open", sent["id"]), FAILED, "unknown_message")
        self.assertEqual(bob.alive(alice, "--offline"), [])

    def test_burn_timer_starts_at_opening(self):
        relay, alice, bob = self.make_friends()
        alice.run("send", "bob", SECRET, "--expire", "10m", "--burn", "2s")
        message = bob.receive()[0]
        self.assertEqual(message["burn_seconds"], 2)
        time.sleep(2.2)
        self.assertEqual(len(bob.alive(alice)), 1)
        before = time.time() * 1000
        opened = bob.run("open", message["id"]).objects[0]
        self.assertEqual(opened["text"], SECRET)
        self.assertLess(opened["expires_at"] - before, 4_000)
        again = bob.run("open", message["id"]).objects[0]
        self.assertEqual(again["expires_at"], opened["expires_at"])
        self.assertTrue(eventually(self.gone(bob, alice)))
        self.assert_nowhere(SECRET, bob.home, relay.data)

    def test_burn_never_extends_the_expiration(self):
        _, alice, bob = self.make_friends()
        alice.run("send", "bob", "short", "--expire", "5s", "--burn", "1h")
        message = bob.receive()[0]
        opened = bob.run("open", message["id"]).objects[0]
        self.assertEqual(opened["expires_at"], message["expires_at"])

    def test_burn_destroys_here_and_leaves_the_other_side(self):
        relay, alice, bob = self.make_friends("a passphrase")
        alice.send(bob, SECRET)
        message = bob.receive()[0]
        burnt = bob.run("burn", message["id"][:10]).objects[0]
        self.assertEqual(burnt, {"type": "burnt", "id": message["id"]})
        self.assertEqual(bob.alive(alice), [])
        self.assert_fails(bob.try_run("burn", message["id"]), FAILED, "unknown_message")
        self.assertEqual(len(alice.alive(bob)), 1)
        self.assert_nowhere(SECRET, bob.home, relay.data)

    def test_recall_takes_it_back_before_and_after_it_was_received(self):
        relay, alice, bob = self.make_friends()
        first = alice.send(bob, SECRET)
        self.assertEqual(len(bob.receive()), 1)
        self.assertEqual(alice.run("recall", first).objects[0],
                         {"type": "recalled", "id": first})
        self.assertEqual(bob.alive(alice), [])
        self.assertEqual(alice.alive(bob), [])
        second = alice.send(bob, SECRET)
        alice.run("recall", second)
        self.assertEqual(bob.receive(), [])
        self.assertEqual(bob.alive(alice), [])
        self.assert_nowhere(SECRET, alice.home, bob.home, relay.data)

    def test_only_the_sender_recalls(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "mine")
        message = bob.receive()[0]
        self.assert_fails(bob.try_run("recall", message["id"]), FAILED, "not_ours")
        self.assertEqual(len(bob.alive(alice)), 1)

    def test_durations_outside_the_range_are_refused(self):
        _, alice, bob = self.make_friends()
        for words in (("--expire", "2s"), ("--expire", "2y"), ("--expire", "now"),
                      ("--burn", "0s"), ("--burn", "2y")):
            refused = alice.try_run("send", "bob", "x", *words)
            self.assert_fails(refused, USAGE, "usage")
        self.assertEqual(alice.alive(bob), [])
        self.assertEqual(bob.receive(), [])

    def test_plaintext_is_on_no_disk_while_it_lives_either(self):
        relay, alice, bob = self.make_friends()
        alice.send(bob, SECRET)
        self.assert_nowhere(SECRET, alice.home, relay.data)
        self.assertEqual(bob.texts(), [SECRET])
        self.assert_nowhere(SECRET, alice.home, bob.home, relay.data)
        self.assert_nowhere(alice.address, bob.home)

    def test_relay_erases_what_was_taken(self):
        relay, alice, bob = self.make_friends()
        alice.run("send", "bob", "z" * 60_000)
        size = sum(path.stat().st_size for path in relay.data.rglob("*") if path.is_file())
        self.assertGreater(size, 60_000)
        self.assertEqual(bob.try_run("receive").code, DONE)
        self.assertEqual(bob.receive(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
