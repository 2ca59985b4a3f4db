"""Trust: safety numbers, blocking, reports; and leaving: export, deletion, locking."""
import json
import shutil
import subprocess
import time
import unittest

from harness import DONE, FAILED, NETWORK, NOT_TRUSTED, USAGE, MayflyTest, Person
from harness import files_with


class Trust(MayflyTest):
    def contact(self, person):
        return person.run("contact", "list", "--offline").objects[0]

    def test_safety_numbers_agree_and_mark_the_contact(self):
        _, alice, bob = self.make_friends()
        ours = alice.run("verify", "bob").objects[0]
        theirs = bob.run("verify", "alice").objects[0]
        self.assertEqual(ours["digits"], theirs["digits"])
        self.assertEqual(len(ours["digits"].replace(" ", "")), 60)
        self.assertFalse(self.contact(alice)["verified"])
        marked = alice.run("verify", "bob", "--digits", theirs["digits"]).objects[0]
        self.assertTrue(marked["verified"])
        self.assertTrue(self.contact(alice)["verified"])
        bob.send(alice, "hi")
        self.assertTrue(alice.receive()[0]["verified"])
        self.assertFalse(alice.run("verify", "bob", "--undo").objects[0]["verified"])
        self.assertTrue(bob.run("verify", "alice", "--code", ours["code"]).objects[0]["verified"])
        self.assertTrue(alice.run("verify", "bob", "--confirm").objects[0]["verified"])

    def test_other_numbers_mark_nothing(self):
        _, alice, _ = self.make_friends()
        other = alice.try_run("verify", "bob", "--digits", "1" * 60)
        self.assert_fails(other, NOT_TRUSTED, "safety_number_differs")
        self.assert_fails(alice.try_run("verify", "bob", "--digits", "12345"), USAGE,
                          "invalid_argument", "60 digits")
        self.assertFalse(self.contact(alice)["verified"])

    def test_qr_code_on_the_screen_is_read_by_another_program(self):
        if shutil.which("zbarimg") is None:
            self.skipTest("zbarimg is not installed")
        _, alice, _ = self.make_friends()
        screen = alice.run("verify", "bob", "--offline", json_mode=False).out.decode()
        rows = [line for line in screen.splitlines() if line[:2] in ("██", "▀▀")]
        image = self.folder / "code.pbm"
        dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
        pixels = [[dark[c][half] for c in row for _ in range(6)]
                  for row in rows for half in (0, 1) for _ in range(6)]
        image.write_text(f"P1\n{len(pixels[0])} {len(pixels)}\n" +
                         "\n".join(" ".join(map(str, row)) for row in pixels))
        read = subprocess.run(["zbarimg", "-q", "--raw", str(image)], capture_output=True,
                              check=False).stdout.decode().strip()
        self.assertEqual(read, alice.run("verify", "bob", "--offline").objects[0]["code"])

    def test_handle_that_leads_to_another_account_is_shown_loudly(self):
        relay, alice, bob = self.make_friends()
        bob.run("account", "delete", "--yes")
        mallory = Person("bob", self.folder / "mallory")
        mallory.init(relay)
        self.assert_fails(alice.try_run("verify", "bob"), NOT_TRUSTED, "key_changed")
        self.assert_fails(alice.try_run("contact", "add", bob.address), NOT_TRUSTED,
                          "key_changed")
        contact = self.contact(alice)
        self.assertEqual((contact["account"], contact["alarm"]), (bob.account, "handle_moved"))
        shown = alice.run("contact", "list", "--offline", json_mode=False).out
        self.assertIn(b"WARNING", shown)
        mallory.run("contact", "add", alice.address)
        request = alice.run("contact", "requests").objects[0]
        self.assertTrue(request["handle_is_anothers"])

    def test_blocked_contact_reaches_nobody(self):
        relay, alice, bob = self.make_friends()
        bob.send(alice, "before")
        self.assertEqual(alice.texts(), ["before"])
        alice.run("block", "bob")
        bob.send(alice, "after")
        self.assertEqual(alice.texts(), [])
        self.assertEqual([m["text"] for m in alice.alive(bob)], ["before"])
        self.assert_fails(alice.try_run("send", "bob", "x"), FAILED, "contact_blocked")
        self.assertEqual(alice.run("blocked").objects[0]["account"], bob.account)
        bob.run("contact", "remove", "alice")
        bob.run("contact", "add", alice.address)
        self.assertEqual(alice.run("contact", "requests").objects, [])
        relay.kill()
        relay.start()
        self.assertEqual(alice.texts(), [])
        alice.run("unblock", "bob")
        self.assertEqual(alice.run("blocked").objects, [])
        alice.run("contact", "add", bob.address)
        alice.send(bob, "again")
        bob.run("contact", "requests")
        self.assertIn("again", bob.texts())

    def test_block_may_take_the_messages_along(self):
        _, alice, bob = self.make_friends()
        bob.send(alice, "before")
        alice.receive()
        alice.run("block", "bob", "--remove")
        self.assertEqual(alice.run("contact", "list").objects, [])
        self.assertEqual(alice.run("blocked").objects[0]["handle"], bob.address)
        bob.send(alice, "after")
        self.assertEqual(alice.receive(), [])

    def test_report_is_proven_to_somebody_who_holds_nothing_else(self):
        _, alice, bob = self.make_friends("a passphrase")
        alice.send(bob, "said before")
        alice.send(bob, "a threat")
        before, threat = bob.receive()
        out = bob.run("report", threat["id"], "--with", before["id"], json_mode=False).out
        file = self.folder / "report"
        file.write_bytes(out)
        moderator = Person("moderator", self.folder / "nowhere")
        proven = moderator.run("verify-report", file).objects
        self.assertEqual([p["text"] for p in proven], ["a threat", "said before"])
        self.assertEqual([p["reported"] for p in proven], [True, False])
        for item, message in zip(proven, (threat, before)):
            self.assertEqual(item["account"], alice.account)
            self.assertEqual(item["id"], message["id"])
            self.assertEqual(item["conversation"], message["conversation"])
        self.assertEqual(proven[0]["device"], alice.run("whoami").objects[0]["device"])
        again = moderator.run("verify-report", "-", stdin=out).objects
        self.assertEqual(again, proven)
        self.assertFalse(moderator.home.exists())
        for at in range(20, len(out) - 1, 97):
            changed = bytearray(out)
            changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
            file.write_bytes(changed)
            self.assert_fails(moderator.try_run("verify-report", file), NOT_TRUSTED,
                              "invalid_signature", "proven")
        for garbage in (b"", b"hello", b"\x00" * 1000, out[:100]):
            file.write_bytes(garbage)
            self.assert_fails(moderator.try_run("verify-report", file), NOT_TRUSTED,
                              "invalid_signature")
        self.assert_fails(moderator.try_run("verify-report", self.folder / "none"), FAILED,
                          "storage_failed")

    def test_burnt_message_cannot_be_reported(self):
        _, alice, bob = self.make_friends()
        mine = bob.send(alice, "mine")
        alice.send(bob, "soon gone")
        message = bob.receive()[0]
        bob.run("report", message["id"])
        bob.run("burn", message["id"])
        self.assert_fails(bob.try_run("report", message["id"]), FAILED, "unknown_message")
        self.assert_fails(bob.try_run("report", mine), FAILED, "no_proof")


class Leaving(MayflyTest):
    def test_export_writes_what_is_alive_and_overwrites_nothing(self):
        _, alice, bob = self.make_friends("a passphrase")
        alice.send(bob, "from alice")
        bob.send(alice, "from bob")
        alice.receive()
        alice.run("group", "create", "Climbing")
        target = self.folder / "export"
        self.assert_fails(alice.try_run("export", target), USAGE, "invalid_argument", "--yes")
        self.assertFalse(target.exists())
        done = alice.run("export", target, "--yes").objects[0]
        self.assertEqual((done["type"], done["messages"]), ("exported", 2))
        read = {path.name: [json.loads(line) for line in path.read_text().splitlines()]
                for path in target.iterdir()}
        self.assertEqual(sorted(read), ["account.jsonl", "contacts.jsonl",
                                        "conversations.jsonl", "messages.jsonl"])
        kinds = sorted(line["kind"] for line in read["conversations.jsonl"]
                       if line["type"] == "conversation")
        self.assertEqual(kinds, ["direct", "group"])
        self.assertEqual(read["account.jsonl"][0]["account"], alice.account)
        self.assertEqual(read["contacts.jsonl"][0]["account"], bob.account)
        self.assertEqual([m["text"] for m in read["messages.jsonl"]], ["from alice", "from bob"])
        self.assert_fails(alice.try_run("export", target, "--yes"), FAILED, "already_exists")
        self.assertEqual(target.stat().st_mode & 0o777, 0o700)

    def test_deleted_account_is_gone_from_relay_and_disk(self):
        relay, alice, bob = self.make_friends()
        self.assert_fails(alice.try_run("account", "delete"), USAGE, "invalid_argument")
        self.assertEqual(len(alice.run("contact", "list").objects), 1)
        done = alice.run("account", "delete", "--yes").objects[0]
        self.assertEqual(done, {"type": "deleted", "account": alice.account})
        self.assertFalse(alice.home.exists())
        carol = self.make_person("carol", relay)
        self.assert_fails(carol.try_run("contact", "add", alice.address), FAILED,
                          "unknown_record")
        self.assertEqual(len(bob.run("contact", "list").objects), 1)

    def test_deletion_goes_on_when_the_relay_is_back(self):
        relay, alice, bob = self.make_friends()
        alice.send(bob, "the words of alice")
        relay.stop()
        failed = alice.try_run("account", "delete", "--yes", "--timeout", "1s")
        self.assert_fails(failed, NETWORK, "relay_unreachable", relay.address, "account delete")
        for words in (("whoami",), ("contact", "list"), ("send", "bob", "x"), ("receive",)):
            self.assert_fails(alice.try_run(*words), FAILED, "account_deleting")
        self.assertEqual(files_with(alice.home, b"the words of alice"), [])
        relay.start()
        alice.run("account", "delete", "--yes")
        self.assertFalse(alice.home.exists())

    def test_follower_that_hears_nothing_gives_up_its_keys(self):
        _, alice, bob = self.make_friends("a passphrase")
        started = time.monotonic()
        follower = self.background(alice.start("receive", "--follow", "--lock-after", "4s"))
        time.sleep(2)
        bob.send(alice, "keeps it open")
        out, _ = follower.communicate(timeout=30)
        self.assertEqual(follower.returncode, DONE)
        self.assertIn(b"keeps it open", out)
        self.assertGreater(time.monotonic() - started, 5.5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
