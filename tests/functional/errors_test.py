"""What goes wrong: one clear error, a hint, the right exit code, and nothing changed."""
import os
import resource
import shutil
import subprocess
import unittest

from harness import FAILED, NETWORK, NOT_TRUSTED, USAGE, MayflyTest, Person, Relay, befriend
from harness import free_port, tree_hash
from middle import Middle, forge_record, is_record_list, swap_record

READING_VERBS = (("whoami",), ("contact", "list"), ("messages", "bob"), ("send", "bob", "x"),
                 ("receive",))


class Mistakes(MayflyTest):
    def test_each_has_a_sentence_to_act_on(self):
        relay, alice, bob = self.make_friends()
        place = alice.run("location", "bob", "1,2").objects[0]["id"]
        text = alice.send(bob, "hi")
        link = alice.run("whoami").objects[0]["link"]
        device = alice.run("device", "list", "--offline").objects[0]["id"]
        alice.run("group", "create", "Climbing")
        group_link = alice.run("group", "link", "Climbing").objects[0]["link"]
        for words, said in (
                (("contact", "add", alice.address), "that is you"),
                (("contact", "add", link), "that is you"),
                (("group", "join", group_link), "this link is yours"),
                (("device", "revoke", device), "that is this device"),
                (("device", "name", device, "x" * 200), "at most 64 bytes"),
                (("edit", place, "elsewhere"), "only texts can be edited"),
                (("vote", text, "1"), "that message is no poll"),
                (("report", text, *["--with", text] * 100), "at most 100")):
            self.assert_fails(alice.try_run(*words), USAGE, "invalid_argument", said)
        carol = Person("carol", self.folder / "carol")
        init = ("init", "--relay", relay.address)
        self.assert_fails(carol.try_run(*init, "--name", "x" * 999), USAGE, "invalid_argument",
                          "the name is too long")
        carol.passphrase_file = self.folder / "absent"
        self.assert_fails(carol.try_run(*init), FAILED, "passphrase_required", "there is none in")
        carol.passphrase_file.write_text("x" * 2000)
        self.assert_fails(carol.try_run(*init), FAILED, "input_too_large", "at most 1024 bytes")
        self.assertFalse(carol.home.exists())


class Homes(MayflyTest):
    def assert_all_fail(self, person, code, error_code, **options):
        before = tree_hash(person.home)
        for words in READING_VERBS:
            self.assert_fails(person.try_run(*words, **options), code, error_code)
            self.assertEqual(tree_hash(person.home), before, words)

    def test_wrong_or_missing_passphrase(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, "right")
        alice.passphrase_file.write_text("wrong\n")
        self.assert_all_fail(alice, FAILED, "wrong_passphrase")
        alice.passphrase_file.write_text("\n")
        self.assert_all_fail(alice, FAILED, "passphrase_required")
        alice.passphrase_file.write_text("right\r\nsecond line is ignored\n")
        alice.run("whoami")
        alice.passphrase_file = None
        self.assert_all_fail(alice, FAILED, "passphrase_required")
        environment = dict(os.environ, MAYFLY_PASSPHRASE_FILE=f"{alice.home}.passphrase")
        self.assertEqual(alice.try_run("whoami", env=environment).code, 0)

    def test_corrupt_store(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        database = alice.home / "store.db"
        good = database.read_bytes()
        for at in (0, 17, 100, 5000, len(good) // 2):
            bad = bytearray(good)
            bad[at:at + 8] = bytes(byte ^ 0x55 for byte in bad[at:at + 8])
            database.write_bytes(bad)
            self.assert_all_fail(alice, FAILED, "store_corrupt")
        for size in (0, 100, 4096, len(good) - 4096, len(good) - 1):
            database.write_bytes(good[:size])
            self.assert_all_fail(alice, FAILED, "store_corrupt")
        database.write_bytes(good)
        alice.run("whoami")

    def test_missing_files(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        for name in ("store.db", "store.header", "store.key"):
            hidden = self.folder / "hidden"
            (alice.home / name).rename(hidden)
            self.assert_all_fail(alice, FAILED, "store_corrupt")
            self.assert_fails(alice.try_run("init", "--relay", relay.address), FAILED,
                              "account_exists")
            hidden.rename(alice.home / name)
        alice.run("whoami")

    def test_home_in_use(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        holder = self.background(subprocess.Popen(
            ["flock", str(alice.home / "lock"), "sleep", "60"]))
        self.addCleanup(holder.kill)
        while subprocess.run(["flock", "-n", str(alice.home / "lock"), "true"],
                             check=False).returncode == 0:
            pass
        self.assert_fails(alice.try_run("whoami"), FAILED, "store_locked")
        holder.kill()

    def test_file_size_limit_stands_for_a_full_disk(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "kept")

        def no_space():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        failed = alice.try_run("send", "bob", "no room", preexec_fn=no_space)
        self.assert_fails(failed, FAILED, "storage_full")
        home = Person("carol", self.folder / "carol")
        failed = home.try_run("init", "--relay", alice.address.split("@")[1],
                              preexec_fn=no_space)
        self.assert_fails(failed, FAILED, "storage_full")
        self.assertFalse(home.home.exists())
        self.assertEqual([m["text"] for m in alice.alive(bob)], ["kept"])
        self.assertEqual(bob.texts(), ["kept"])
        alice.send(bob, "room again")
        self.assertEqual(bob.texts(), ["room again"])

    def test_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "none", str(disk)],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting a small file system is not permitted here")
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=False)
        relay = self.make_relay()
        bob = self.make_person("bob", relay)
        alice = Person("alice", disk / "alice")
        alice.init(relay)
        befriend(alice, bob)
        alice.send(bob, "kept")
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        self.assert_fails(alice.try_run("send", "bob", "y" * 60_000), FAILED, "storage_full")
        filler.unlink()
        self.assertEqual([m["text"] for m in alice.alive(bob)], ["kept"])
        alice.send(bob, "room again")
        self.assertEqual(bob.texts(), ["kept", "room again"])


class Network(MayflyTest):
    def test_unreachable_relay(self):
        relay, alice, bob = self.make_friends()
        relay.stop()
        for words in (("send", "bob", "x"), ("contact", "add", f"carol@{relay.address}"),
                      ("receive",)):
            failed = alice.try_run(*words, "--timeout", "1s")
            self.assert_fails(failed, NETWORK, "relay_unreachable", "relay")
        for words in (("whoami",), ("contact", "list"), ("messages", "bob")):
            alice.run(*words)
        self.assertEqual(len(alice.run("contact", "list").objects), 1)
        self.assertEqual(alice.alive(bob), [])

    def test_relay_with_another_fingerprint(self):
        relay, alice, bob = self.make_friends()
        relay.stop()
        impostor = Relay(self.folder / "impostor", relay.port).start()
        self.addCleanup(impostor.kill)
        for words in (("send", "bob", "x"), ("receive",),
                      ("contact", "add", f"carol@{relay.address}")):
            self.assert_fails(alice.try_run(*words), NOT_TRUSTED, "relay_untrusted")
        carol = Person("carol", self.folder / "carol")
        failed = carol.try_run("init", "--relay", relay.address, "--handle", "carol")
        self.assert_fails(failed, NOT_TRUSTED, "relay_untrusted", relay.address)
        self.assertFalse(carol.home.exists())
        impostor.stop()
        relay.start()
        self.assertEqual(alice.alive(bob), [])
        self.assertEqual(bob.receive(), [])
        alice.send(bob, "it is you again")
        self.assertEqual(bob.texts(), ["it is you again"])

    def test_something_else_answers(self):
        port = free_port()
        server = self.background(subprocess.Popen(
            ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1"],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.addCleanup(server.kill)
        alice = Person("alice", self.folder / "alice")
        failed = alice.try_run("init", "--relay", f"127.0.0.1:{port}#{'a' * 52}",
                               "--timeout", "2s")
        self.assert_fails(failed, NETWORK, None)
        self.assertFalse(alice.home.exists())

    def behind_middle(self, change, *names):
        """A relay, a liar in front of it at the relay's own address, and people."""
        relay = self.make_relay()
        people = [self.make_person(name, relay) for name in names]
        relay.stop()
        public_port = relay.port
        relay.port = 0
        relay.start()
        middle = Middle(relay, public_port, change)
        self.addCleanup(middle.close)
        return people

    def test_forged_record(self):
        alice, bob = self.behind_middle(forge_record, "alice", "bob")
        failed = alice.try_run("contact", "add", bob.address)
        self.assert_fails(failed, NOT_TRUSTED, "forged_record")
        self.assertEqual(alice.run("contact", "list").objects, [])
        self.assertEqual(bob.run("contact", "requests").objects, [])

    def test_record_of_somebody_else(self):
        carols, bobs = [], []

        def change(message):
            if is_record_list(message) and b"carol" in message:
                carols.append(message)
            if is_record_list(message) and b"bob" in message:
                bobs.append(message)
                return swap_record(message, carols[0])
            return message

        alice, bob, carol = self.behind_middle(change, "alice", "bob", "carol")
        alice.run("contact", "add", carol.address)
        self.assertEqual(len(carols), 1)
        failed = alice.try_run("contact", "add", bob.run("whoami").objects[0]["link"])
        self.assertGreater(len(bobs), 0)
        self.assert_fails(failed, NOT_TRUSTED, "forged_record")
        self.assertEqual([c["account"] for c in alice.run("contact", "list").objects],
                         [carol.account])

    def test_lies_about_our_own_record_change_nothing(self):
        others, lies = [], []

        def change(message):
            if not is_record_list(message):
                return message
            if b"bob" in message:
                others.append(message)
            elif others:  # nothing is newer than what alice has, says the relay
                lies.append(message)
                return swap_record(message, others[0])
            return message

        alice, bob = self.behind_middle(change, "alice", "bob")
        before = alice.run("whoami").objects[0]
        alice.try_run("contact", "add", bob.address, "--timeout", "1s")
        alice.try_run("receive", "--timeout", "1s")
        self.assertGreater(len(lies), 0)
        self.assertEqual(alice.run("whoami").objects[0], before)

    def test_honest_middle_changes_nothing(self):
        alice, bob = self.behind_middle(lambda message: message, "alice", "bob")
        befriend(alice, bob)
        alice.send(bob, "through the middle")
        self.assertEqual(bob.texts(), ["through the middle"])


class CommandLine(MayflyTest):
    def test_usage_errors_say_how(self):
        nobody = Person("nobody", self.folder / "nobody")
        for words in ((), ("fly",), ("send", "bob"), ("send", "a", "b", "c"), ("whoami", "--fast"),
                      ("receive", "--timeout", "soon"), ("init",), ("contact", "sell", "x")):
            self.assert_fails(nobody.try_run(*words), USAGE, "usage")
        plain = nobody.try_run("fly", json_mode=False)
        self.assertEqual(plain.err.decode(),
                         "mayfly: error: unknown verb: fly\nmayfly: hint: mayfly --help\n")
        self.assertFalse(nobody.home.exists())

    def test_help_and_version(self):
        nobody = Person("nobody", self.folder / "nobody")
        overview = nobody.run("--help", json_mode=False).out.decode()
        for verb in ("init", "whoami", "contact", "send", "receive", "messages", "open", "burn",
                     "recall"):
            self.assertIn(f"\n  {verb} ", overview)
        page = nobody.run("send", "--help", json_mode=False).out.decode()
        self.assertIn("--burn", page)
        self.assertEqual(nobody.run("help", "send", json_mode=False).out.decode(), page)
        self.assertTrue(nobody.run("--version", json_mode=False).out.startswith(b"mayfly "))

    def test_oversized_text(self):
        _, alice, bob = self.make_friends()
        before = tree_hash(alice.home)
        too_large = alice.try_run("send", "bob", "-", stdin=b"x" * 65_537)
        self.assert_fails(too_large, FAILED, "text_too_large", "65,536")
        self.assert_fails(alice.try_run("send", "bob", ""), USAGE, "invalid_argument")
        self.assert_fails(alice.try_run("send", "bob", "-", stdin=b"\xff\xfe"), USAGE,
                          "invalid_argument", "UTF-8")
        self.assertEqual(tree_hash(alice.home), before)
        self.assert_fails(alice.try_run("send", "nobody", "x"), FAILED, "unknown_conversation",
                          "nobody")
        self.assertEqual(alice.alive(bob), [])

    def test_unknown_ids(self):
        _, alice, _ = self.make_friends()
        for words in (("open", "aaaaaaaaaaaaaaaaaaaaaaaaaa"), ("burn", "zzzzzzzz"),
                      ("recall", "aaaaaaaaaaaaaaaaaaaaaaaaaa")):
            self.assert_fails(alice.try_run(*words), FAILED, "unknown_message")

    def test_broken_stdout_is_an_error(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        with open("/dev/full", "wb") as full:
            done = subprocess.run(alice.arguments("whoami"), stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn(b"storage_full", done.stderr)

    def test_copied_home_works_elsewhere(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, "a passphrase")
        moved = Person("moved", self.folder / "moved", "a passphrase")
        shutil.move(alice.home, moved.home)
        self.assertEqual(moved.run("whoami").objects[0]["account"], alice.account)


if __name__ == "__main__":
    unittest.main(verbosity=2)
