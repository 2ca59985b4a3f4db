"""Several devices of one account, and the account from its recovery kit, on the real programs."""
import json
import subprocess
import unittest

from harness import FAILED, USAGE, MayflyTest, Person, befriend, eventually, line_of


class Devices(MayflyTest):
    def link(self, old, name, relay, answer=b"yes\n"):
        """Links a new device of the account; gives the person at it, or None if it was refused."""
        fresh = Person(name, self.folder / name)
        new = self.background(fresh.start("device", "link", "--relay", relay.address,
                                          stdin=subprocess.PIPE))
        link = line_of(new, "device_link")["link"]
        add = self.background(old.start("device", "add", link, stdin=subprocess.PIPE))
        codes = [line_of(process, "device_code")["code"] for process in (new, add)]
        self.assertEqual(codes[0], codes[1])
        self.assertRegex(codes[0], r"^\d{6}$")
        for process in (new, add):
            process.stdin.write(answer)
            process.stdin.flush()
        out = [process.communicate(timeout=60) for process in (new, add)]
        if answer != b"yes\n":
            self.assertEqual((new.returncode, add.returncode), (FAILED, FAILED), out)
            return None
        self.assertEqual((new.returncode, add.returncode), (0, 0), out)
        account = json.loads(out[0][0].splitlines()[-1])
        self.assertEqual(account["account"], old.account)
        fresh.account, fresh.address = old.account, old.address
        return fresh

    def test_linked_device_has_contacts_messages_and_hears_the_rest(self):
        relay, alice, bob = self.make_friends()
        bob.send(alice, "before")
        self.assertEqual(alice.texts(), ["before"])
        phone = self.link(alice, "phone", relay)
        self.assertEqual([m["text"] for m in phone.alive(bob)], ["before"])
        relay.kill()
        relay.start()
        bob.send(alice, "to both")
        self.assertEqual(alice.texts(), ["to both"])
        self.assertEqual(phone.texts(), ["to both"])
        phone.send(bob, "from the phone")
        self.assertEqual(bob.texts(), ["from the phone"])
        self.assertEqual([m["text"] for m in alice.alive(bob)],
                         ["before", "to both", "from the phone"])
        self.assertEqual(len(alice.run("device", "list").objects), 2)

    def test_opening_on_one_device_starts_the_timer_on_the_other(self):
        relay, alice, bob = self.make_friends()
        phone = self.link(alice, "phone", relay)
        sent = bob.send(alice, "burns", "--burn", "2s")
        self.assertEqual(alice.texts(), ["burns"])
        self.assertEqual(phone.texts(), ["burns"])
        phone.run("open", sent)
        phone.run("contact", "list")  # online: the others hear of it

        def gone():
            return not alice.alive(bob) and not phone.alive(bob)
        self.assertTrue(eventually(gone, seconds=30))

    def test_codes_that_are_not_confirmed_link_nothing(self):
        relay, alice, _ = self.make_friends()
        self.assertIsNone(self.link(alice, "phone", relay, answer=b"no\n"))
        self.assertFalse((self.folder / "phone").exists())
        self.assertEqual(len(alice.run("device", "list").objects), 1)

    def test_revoked_device_hears_nothing_and_is_told(self):
        relay, alice, bob = self.make_friends()
        phone = self.link(alice, "phone", relay)
        devices = {d["this"]: d["id"] for d in phone.run("device", "list").objects}
        alice.run("device", "name", devices[True], "lost phone")
        alice.run("device", "revoke", "lost phone")
        bob.send(alice, "after")
        self.assertEqual(alice.texts(), ["after"])
        phone.try_run("receive")
        failed = phone.try_run("send", "bob", "still here")
        self.assert_fails(failed, FAILED, "device_revoked")
        self.assertEqual(bob.texts(), [])

    def test_kit_brings_the_account_back(self):
        relay = self.make_relay()
        bob = self.make_person("bob", relay)
        alice = Person("alice", self.folder / "alice")
        kit = alice.init(relay)["recovery_kit"]
        befriend(alice, bob)
        again = Person("again", self.folder / "again")
        wrong = "babab " * 8 + "babab\n"
        self.assert_fails(again.try_run("recover", "--relay", relay.address, stdin=wrong.encode()),
                          USAGE, "invalid_argument")
        self.assertFalse((self.folder / "again").exists())
        relay.kill()
        relay.start()
        back = again.run("recover", "--relay", relay.address, stdin=(kit + "\n").encode())
        self.assertNotIn(b"type the nine words", back.err, "nobody types into a pipe")
        self.assertEqual(back.objects[-1]["account"], alice.account)
        self.assertEqual(back.objects[-1]["address"], alice.address)
        again.send(bob, "back again")
        self.assertEqual(bob.texts(), ["back again"])
        bob.send(alice, "good")
        self.assertEqual(again.texts(), ["good"])
        self.assertTrue(again.run("contact", "list").objects[0]["established"])
        self.assertEqual([d["revoked"] for d in again.run("device", "list").objects],
                         [True, False])
        alice.try_run("receive")
        self.assertTrue(eventually(
            lambda: alice.try_run("send", "bob", "thief").code == FAILED))


if __name__ == "__main__":
    unittest.main()
