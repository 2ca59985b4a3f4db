"""The secrets of a home: changing the passphrase, the one that gives it up, wiping."""
import random
import signal
import time
import unittest

from harness import DONE, FAILED, USAGE, MayflyTest, Person, befriend, files_with

KILL_ROUNDS = 6
KILL_AFTER_SECONDS_MAX = 0.6


class Secrets(MayflyTest):
    def word_file(self, word):
        path = self.folder / f"word-{word.replace(' ', '-')}"
        path.write_text(word + "\n")
        return path

    def use(self, person, passphrase):
        person.passphrase_file.write_text(passphrase + "\n")

    def opens(self, person, passphrase):
        self.use(person, passphrase)
        outcome = person.try_run("whoami")
        if outcome.code == DONE:
            return outcome.objects[0]["account"]
        self.assert_fails(outcome, FAILED, "wrong_passphrase")
        return None

    def change(self, person, passphrase):
        return ("passphrase", "change", "--new-passphrase-file", self.word_file(passphrase))

    def arm(self, person, passphrase):
        return person.run("passphrase", "duress", "--new-passphrase-file",
                          self.word_file(passphrase))

    def test_passphrase_is_changed_and_the_old_one_no_longer_opens(self):
        _, alice, bob = self.make_friends("first words")
        alice.send(bob, "kept")
        done = alice.run(*self.change(alice, "second words"))
        self.assertEqual(done.objects[0]["type"], "passphrase_changed")
        self.assertIsNone(self.opens(alice, "first words"))
        self.assertEqual(self.opens(alice, "second words"), alice.account)
        self.assertEqual([m["text"] for m in alice.alive(bob)], ["kept"])
        self.assertEqual(alice.try_run("passphrase", "change").error["code"],
                         "passphrase_required")

    def test_home_without_passphrase_gets_one(self):
        alice = self.make_person("alice", self.make_relay())
        key = (alice.home / "store.key").read_bytes()[8:40]
        refused = alice.try_run("passphrase", "duress", "--new-passphrase-file",
                                self.word_file("x"))
        self.assert_fails(refused, FAILED, "passphrase_required", "passphrase change")
        alice.run(*self.change(alice, "words"))
        self.assert_fails(alice.try_run("whoami"), FAILED, "passphrase_required")
        self.assertFalse((alice.home / "store.key").exists())
        self.assertEqual(files_with(alice.home, key), [])
        alice.passphrase_file = self.word_file("words")
        self.assertEqual(alice.run("whoami").objects[0]["account"], alice.account)

    def kill_soon(self, child):
        time.sleep(random.uniform(0, KILL_AFTER_SECONDS_MAX))
        child.send_signal(signal.SIGKILL)
        child.communicate()

    def test_killed_change_leaves_exactly_one_passphrase(self):
        alice = self.make_person("alice", self.make_relay(), "one")
        now, other = "one", "two"
        for _ in range(KILL_ROUNDS):
            self.use(alice, now)
            self.kill_soon(alice.start(*self.change(alice, other)))
            opened = {word: self.opens(alice, word) for word in (now, other)}
            self.assertEqual(sorted(map(str, opened.values())), sorted(["None", alice.account]))
            if opened[other]:
                now, other = other, now

    def test_duress_passphrase_destroys_the_account_and_shows_an_empty_one(self):
        relay, alice, bob = self.make_friends("real words")
        alice.send(bob, "seen by nobody")
        header = (alice.home / "store.header").read_bytes()
        database = (alice.home / "store.db").read_bytes()
        self.arm(alice, "give up")
        self.assertEqual(len((alice.home / "store.header").read_bytes()), len(header))
        self.assertEqual(self.opens(alice, "real words"), alice.account)
        header = (alice.home / "store.header").read_bytes()
        self.use(alice, "give up")
        shown = alice.run("contact", "list", "--offline")
        self.assertEqual((shown.objects, shown.err), ([], b""))
        self.assert_fails(alice.try_run("messages", "bob"), FAILED,
                          "unknown_conversation")
        self.assertIsNone(self.opens(alice, "real words"))
        decoy = self.opens(alice, "give up")
        self.assertNotEqual(decoy, alice.account)
        row = next(database[at:at + 32] for at in range(8192, len(database), 32)
                   if len(set(database[at:at + 32])) > 20)
        for piece in (header[40:72], header[-3000:-2968], row):
            self.assertEqual(files_with(alice.home, piece), [])
        # It can be used: it registers by itself, and people can write to it.
        self.use(alice, "give up")
        alice.account = decoy
        alice.run("receive")
        alice.address = alice.run("whoami").objects[0]["link"]
        carol = self.make_person("carol", relay)
        befriend(carol, alice)
        carol.run("send", decoy[:8], "hello")
        self.assertEqual(alice.texts(), ["hello"])
        again = alice.run(*self.change(alice, "new words"))
        self.assertEqual(again.code, DONE)

    def test_killed_duress_opening_never_brings_the_account_back(self):
        relay = self.make_relay()
        for number in range(KILL_ROUNDS // 2):
            alice = Person(f"alice{number}", self.folder / f"alice{number}", "real")
            alice.init(relay)
            self.arm(alice, "give up")
            self.use(alice, "give up")
            self.kill_soon(alice.start("whoami"))
            # Whatever it came to, the next opening ends it.
            decoy = self.opens(alice, "give up")
            self.assertNotIn(decoy, (None, alice.account))
            self.assertIsNone(self.opens(alice, "real"))
            self.assertEqual(self.opens(alice, "give up"), decoy)

    def test_duress_passphrase_must_be_another_and_can_be_taken_away(self):
        alice = self.make_person("alice", self.make_relay(), "real")
        same = alice.try_run("passphrase", "duress", "--new-passphrase-file",
                             self.word_file("real"))
        self.assert_fails(same, USAGE, "invalid_argument", "another")
        self.arm(alice, "give up")
        self.assert_fails(alice.try_run(*self.change(alice, "give up")), USAGE,
                          "invalid_argument", "another")
        alice.run("passphrase", "duress", "--off")
        self.assertIsNone(self.opens(alice, "give up"))
        self.assertEqual(self.opens(alice, "real"), alice.account)

    def test_wipe_asks_and_then_leaves_nothing(self):
        alice = self.make_person("alice", self.make_relay(), "words")
        (alice.home / "notes.txt").write_text("not mayfly's")
        self.assert_fails(alice.try_run("wipe"), USAGE, "invalid_argument", "--yes")
        self.assertEqual(self.opens(alice, "words"), alice.account)
        done = alice.run("wipe", "--yes", json_mode=False)
        self.assertIn(b"notes.txt", done.err)
        self.assertEqual([path.name for path in alice.home.iterdir()], ["notes.txt"])
        (alice.home / "notes.txt").unlink()
        alice.run("wipe", "--yes")
        self.assertFalse(alice.home.exists())
        self.assert_fails(alice.try_run("wipe", "--yes"), FAILED, "no_account")

    def test_wipe_needs_no_passphrase_and_does_not_wait_for_a_follower(self):
        alice = self.make_person("alice", self.make_relay(), "words")
        follower = self.background(alice.start("receive", "--follow"))
        time.sleep(1)
        alice.passphrase_file = None
        alice.run("wipe", "--yes")
        self.assertFalse(alice.home.exists())
        self.assertEqual(follower.wait(timeout=10), FAILED)

    def test_daemon_ends_when_its_home_is_given_up(self):
        alice = self.make_person("alice", self.make_relay(), "words")
        self.arm(alice, "give up")
        for word, command in (("give up", ("whoami",)), (None, ("wipe", "--yes"))):
            daemon = self.background(alice.start("daemon"))
            self.assertIn(b"listening", daemon.stdout.readline())
            if word:
                self.use(alice, word)
            alice.run(*command)
            self.assertEqual(daemon.wait(timeout=10), FAILED)
        self.assertFalse(alice.home.exists())

    def test_wipe_killed_at_any_moment_leaves_nothing_to_read(self):
        relay = self.make_relay()
        for number in range(KILL_ROUNDS // 2):
            alice = self.make_person(f"alice{number}", relay)
            child = alice.start("wipe", "--yes")
            time.sleep(random.uniform(0, 0.03))
            child.send_signal(signal.SIGKILL)
            child.communicate()
            outcome = alice.try_run("whoami")
            if outcome.code != DONE:  # it had begun
                self.assertIn(outcome.error["code"], ("store_corrupt", "no_account"))
                if alice.home.exists():
                    alice.run("wipe", "--yes")
                self.assertFalse(alice.home.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
