"""Accounts and contacts: init, whoami, contact."""
import os
import stat
import unittest

from harness import DONE, FAILED, NETWORK, USAGE, MayflyTest, Person, befriend, free_port
from harness import tree_hash


class Accounts(MayflyTest):
    def test_init_makes_an_account_and_whoami_shows_it_offline(self):
        relay = self.make_relay()
        alice = Person("alice", self.folder / "deep" / "alice", "secret words")
        made = alice.init(relay, "--name", "Alice A.")
        self.assertEqual(made["type"], "account")
        self.assertEqual(made["address"], f"alice@{relay.address}")
        self.assertEqual(len(made["account"]), 52)
        self.assertTrue(made["link"].startswith("mayfly:"))
        self.assertEqual(len(made["recovery_kit"].split()), 9)
        relay.stop()
        shown = alice.run("whoami").objects[0]
        made.pop("recovery_kit")
        self.assertEqual(shown, made)
        self.assertEqual(shown["name"], "Alice A.")
        self.assertEqual(stat.S_IMODE(os.stat(alice.home).st_mode), 0o700)
        for path in alice.home.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    def test_people_see_plain_lines(self):
        relay = self.make_relay()
        alice = Person("alice", self.folder / "alice")
        done = alice.run("init", "--relay", relay.address, "--handle", "alice", json_mode=False)
        out = done.out.decode()
        for label in ("account ", "address ", "link ", "relay ", "recovery kit "):
            self.assertIn(label, out)
        self.assertIn("mayfly: hint: no passphrase", done.err.decode())
        again = alice.run("whoami", json_mode=False).out.decode()
        self.assertNotIn("recovery", again)

    def test_second_init_changes_nothing(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        before = tree_hash(alice.home)
        again = alice.try_run("init", "--relay", relay.address, "--handle", "other")
        self.assert_fails(again, FAILED, "account_exists")
        self.assertEqual(tree_hash(alice.home), before)

    def test_init_that_fails_leaves_nothing_behind(self):
        relay = self.make_relay()
        self.make_person("alice", relay)
        eve = Person("alice", self.folder / "eve")
        taken = eve.try_run("init", "--relay", relay.address, "--handle", "alice")
        self.assert_fails(taken, FAILED, "handle_taken")
        unreachable = eve.try_run("init", "--relay", f"127.0.0.1:{free_port()}#" +
                                  relay.address.split("#")[1], "--timeout", "1s")
        self.assert_fails(unreachable, NETWORK, "relay_unreachable", "127.0.0.1")
        for words in (("--relay", "not a relay"), ("--relay", relay.address, "--handle", "a/b")):
            self.assertEqual(eve.try_run("init", *words).code, USAGE)
        self.assertFalse(eve.home.exists())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["alice", "relay"])
        eve.name = "eve"
        eve.init(relay)

    def test_init_in_a_folder_that_holds_other_files(self):
        relay = self.make_relay()
        home = self.folder / "home"
        home.mkdir()
        (home / "notes.txt").write_text("mine")
        alice = Person("alice", home)
        taken = alice.try_run("init", "--relay", relay.address, "--handle", "x")
        self.assertNotEqual(taken.code, DONE)
        self.assertEqual([p.name for p in home.iterdir()], ["notes.txt"])
        alice.init(relay)
        self.assertEqual(alice.run("whoami").objects[0]["account"], alice.account)
        self.assertEqual((home / "notes.txt").read_text(), "mine")

    def test_home_without_account_is_named_and_not_made(self):
        alice = Person("alice", self.folder / "alice")
        for words in (("whoami",), ("receive",), ("send", "bob", "hi"), ("contact", "list")):
            self.assert_fails(alice.try_run(*words), FAILED, "no_account", "init")
        self.assertFalse(alice.home.exists())

    def test_relay_may_want_an_invite(self):
        relay = self.make_relay(registration="invite")
        alice = Person("alice", self.folder / "alice")
        refused = alice.try_run("init", "--relay", relay.address, "--handle", "alice")
        self.assert_fails(refused, FAILED, "invite_required", "--invite")
        closed = self.make_relay("closed", registration="closed")
        refused = alice.try_run("init", "--relay", closed.address, "--handle", "alice")
        self.assert_fails(refused, FAILED, "registration_closed")
        self.assertFalse(alice.home.exists())


class Contacts(MayflyTest):
    def test_request_is_seen_and_accepted(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, "a passphrase")
        bob = self.make_person("bob", relay)
        added = alice.run("contact", "add", bob.address).objects[0]
        self.assertEqual((added["type"], added["account"]), ("contact", bob.account))
        self.assertFalse(added["established"])
        request = bob.run("contact", "requests").objects[0]
        self.assertEqual((request["type"], request["id"]), ("request", alice.account))
        self.assertEqual(request["handle"], alice.address)
        self.assertEqual(bob.run("contact", "list").objects, [])
        accepted = bob.run("contact", "accept", request["id"][:8]).objects[0]
        self.assertEqual(accepted["account"], alice.account)
        self.assertEqual(bob.run("contact", "requests").objects, [])
        self.assertTrue(alice.run("contact", "list").objects[0]["established"])

    def test_link_works_as_well_as_a_handle(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        bob = Person("bob", self.folder / "bob")
        made = bob.run("init", "--relay", relay.address).objects[0]
        bob.account, bob.address = made["account"], made["link"]
        self.assertEqual(made["address"], made["link"])
        befriend(alice, bob)
        alice.run("send", bob.account[:8], "by account id")
        self.assertEqual(bob.texts(), ["by account id"])

    def test_request_is_announced_by_receive(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        bob = self.make_person("bob", relay)
        alice.run("contact", "add", bob.address)
        seen = bob.run("receive", "--timeout", "5s", json_mode=False)
        self.assertEqual(seen.out, b"")
        self.assertIn(f"mayfly contact accept {alice.account}", seen.err.decode())

    def test_removed_contact_cannot_write_and_is_forgotten(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "before")
        self.assertEqual(bob.texts(), ["before"])
        removed = bob.run("contact", "remove", "alice").objects[0]
        self.assertEqual(removed, {"type": "removed", "account": alice.account})
        self.assertEqual(bob.run("contact", "list").objects, [])
        self.assert_fails(bob.try_run("messages", "alice"), FAILED,
                          "unknown_conversation")
        alice.try_run("send", "bob", "after", "--timeout", "3s")
        self.assertEqual(bob.texts(), [])

    def test_unknown_handles_and_bad_links_change_nothing(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        unknown = alice.try_run("contact", "add", f"nobody@{relay.address}")
        self.assert_fails(unknown, FAILED, "unknown_record", "nobody@")
        for words in ("bob@", "@", "x@127.0.0.1:1", "mayfly:AAAA", "b\x1b[2J@relay"):
            bad = alice.try_run("contact", "add", words)
            self.assertEqual(bad.code, USAGE, str(bad))
        self.assert_fails(alice.try_run("contact", "accept", "abcdefgh"), FAILED,
                          "unknown_request")
        self.assert_fails(alice.try_run("contact", "remove", "bob"), FAILED, "unknown_contact")
        self.assertEqual(alice.run("contact", "list").objects, [])


class Relays(MayflyTest):
    def test_relay_keeps_accounts_and_key_over_a_restart(self):
        relay = self.make_relay()
        bob = self.make_person("bob", relay)
        address = relay.address
        relay.kill()
        self.assertEqual(relay.start().address, address)
        alice = self.make_person("alice", relay)
        befriend(alice, bob)


if __name__ == "__main__":
    unittest.main(verbosity=2)
