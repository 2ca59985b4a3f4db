"""What people say besides plain texts: replies, reactions, edits, polls, places, cards, receipts,
typing, settings, drafts, search; across a restart of the relay, and what is left after burning."""
import json
import time
import unittest

from harness import DONE, FAILED, USAGE, MayflyTest, eventually, files_with

SECRET = "the heron stands in the reeds at dawn"
THUMB = "\N{THUMBS UP SIGN}"


class Content(MayflyTest):
    def restart(self, relay):
        relay.kill()
        relay.start()

    def message(self, person, other, message_id):
        found = [m for m in person.alive(other) if m["id"] == message_id]
        self.assertEqual(len(found), 1, message_id)
        return found[0]

    def only(self, objects):
        self.assertEqual(len(objects), 1, objects)
        return objects[0]

    def test_reply_edit_and_reactions(self):
        relay, alice, bob = self.make_friends()
        first = alice.send(bob, "tea at five?")
        self.assertEqual(bob.texts(), ["tea at five?"])
        answer = self.only(bob.run("reply", first, "yes @alice").objects)["id"]
        self.restart(relay)
        got = self.only(alice.receive())
        self.assertEqual(got["reply_to"], first)
        mention = self.only(got["mentions"])
        self.assertEqual(mention["account"], alice.account)
        self.assertEqual((mention["start"], mention["length"]), (4, 6))
        shown = alice.run("messages", "bob", json_mode=False).out.decode()
        self.assertIn("> alice: tea at five?", shown)

        self.assertEqual(self.only(alice.run("edit", first, "tea at six?").objects),
                         {"type": "edited", "id": first})
        self.assert_fails(alice.try_run("edit", answer, "no"), FAILED, "not_ours")
        edited = self.message(bob, alice, first)
        self.assertEqual((edited["text"], edited["edited"]), ("tea at six?", True))

        alice.run("react", answer, THUMB)
        bob.run("react", answer, THUMB)
        self.restart(relay)
        reaction = self.only(self.message(bob, alice, answer)["reactions"])
        self.assertEqual(reaction["emoji"], THUMB)
        self.assertEqual(sorted(reaction["by"]), sorted([alice.account, bob.account]))
        bob.run("react", answer, THUMB, "--remove")
        self.assertEqual(self.message(alice, bob, answer)["reactions"][0]["by"], [alice.account])
        self.assert_fails(bob.try_run("react", answer, "ok"), USAGE, "invalid_argument")

        bob.run("burn", first)
        shown = bob.run("messages", "alice", json_mode=False).out.decode()
        self.assertIn("> (gone)", shown)

    def test_poll_is_counted_alike(self):
        relay, alice, bob = self.make_friends()
        sent = alice.run("poll", "bob", "Lunch?", "--option", "soup", "--option", "salad")
        poll_id = sent.objects[0]["id"]
        self.assertEqual(self.only(bob.receive())["content"], "poll")
        bob.run("vote", poll_id, "1")
        alice.run("vote", poll_id, "2")
        self.restart(relay)
        bob.run("vote", poll_id, "2")
        for person, other in ((alice, bob), (bob, alice)):
            poll = self.message(person, other, poll_id)["poll"]
            self.assertEqual(poll["counts"], [0, 2])
            self.assertEqual((poll["voters"], poll["own_choices"]), (2, [2]))
        self.assert_fails(bob.try_run("vote", poll_id, "1,2"), USAGE, "invalid_argument")
        self.assert_fails(bob.try_run("vote", poll_id, "3"), USAGE, "invalid_argument")
        bob.run("vote", poll_id, "none")
        self.assertEqual(self.message(alice, bob, poll_id)["poll"]["counts"], [0, 1])
        for words in (("--option", "a"), ("--option", "a", "--option", "a")):
            self.assert_fails(alice.try_run("poll", "bob", "Q", *words), USAGE, "invalid_argument")

        closing = alice.run("poll", "bob", "Now?", "--option", "a", "--option", "b",
                            "--closes", "2s").objects[0]["id"]
        self.assertEqual(len(bob.receive()), 1)
        time.sleep(2.1)
        self.assert_fails(bob.try_run("vote", closing, "1"), FAILED, "expired")

    def test_places_cards_and_screenshots(self):
        relay, alice, bob = self.make_friends()
        carol = self.make_person("carol", relay)
        alice.run("contact", "add", carol.address)
        carol.run("contact", "accept", alice.account)
        alice.run("contact", "list")
        alice.run("location", "bob", "-33.8567844,151.2152967", "--accuracy", "20", "--label",
                  "the opera")
        alice.run("card", "bob", "carol")
        alice.run("screenshot", "bob")
        self.restart(relay)
        place, card, screenshot = bob.receive()
        self.assertEqual(place["location"], {"latitude": "-33.8567844",
                                             "longitude": "151.2152967", "accuracy_m": 20,
                                             "label": "the opera"})
        self.assertEqual(screenshot["content"], "screenshot")
        added = bob.run("contact", "add", card["card"]["link"]).objects[0]
        self.assertEqual(added["account"], carol.account)
        for bad in ("91,0", "0,181", "here", "1", "nan,0", "1,2,3"):
            self.assert_fails(alice.try_run("location", "bob", bad), USAGE, "invalid_argument")

    def test_settings_receipts_and_typing(self):
        relay, alice, bob = self.make_friends()
        self.assert_fails(alice.try_run("typing", "bob"), FAILED, "not_enabled")
        quiet = alice.send(bob, "no receipts yet")
        bob.receive()
        bob.run("open", quiet)
        bob.run("messages", "alice")
        self.assertNotIn("receipts", self.message(alice, bob, quiet))

        agreed = alice.run("settings", "bob", "--expire", "1h", "--burn", "30s", "--receipts",
                           "on", "--typing", "on").objects[0]
        self.assertEqual((agreed["expire_seconds"], agreed["burn_seconds"]), (3600, 30))
        self.restart(relay)
        notice = self.only(bob.receive())
        self.assertEqual(notice["settings"]["receipts"], True)
        self.assertEqual(bob.run("settings", "alice").objects[0]["typing"], True)

        sent = bob.send(alice, "burns by default")
        got = self.only(alice.receive())
        self.assertEqual(got["burn_seconds"], 30)
        self.assertLessEqual(got["expires_at"] - got["sent_at"], 3_600_000)
        receipt = self.only(self.message(bob, alice, sent)["receipts"])
        self.assertEqual((receipt["account"], receipt["read_at"]), (alice.account, 0))
        alice.run("open", sent)
        alice.run("messages", "bob")
        receipt = self.only(self.message(bob, alice, sent)["receipts"])
        self.assertGreater(receipt["read_at"], 0)
        special = bob.run("send", "alice", "stays", "--no-burn", "--expire", "2h").objects[0]["id"]
        self.assertEqual(self.message(alice, bob, special)["burn_seconds"], 0)

        follower = self.background(bob.start("receive", "--follow"))
        self.assertEqual(json.loads(follower.stdout.readline())["type"], "message")
        alice.run("typing", "bob")
        seen = json.loads(follower.stdout.readline())
        self.assertEqual((seen["type"], seen["account"], seen["active"]),
                         ("typing", alice.account, True))

    def test_mute_archive_pin_and_draft_stay_here(self):
        relay, alice, bob = self.make_friends()
        alice.run("mute", "bob", "--for", "1h")
        alice.run("archive", "bob")
        shown = alice.run("pin", "bob").objects[0]
        self.assertTrue(shown["archived"] and shown["pinned"])
        self.assertGreater(shown["muted_until"], time.time() * 1000)
        self.assertEqual(alice.run("mute", "bob", "--off").objects[0]["muted_until"], 0)
        self.assertFalse(bob.run("settings", "alice").objects[0]["pinned"])
        alice.run("draft", "bob", "--text", SECRET)
        self.assertEqual(alice.run("draft", "bob").objects[0]["text"], SECRET)
        sent = alice.send(bob, SECRET)
        self.assertEqual(alice.run("draft", "bob").objects[0]["text"], "")
        alice.run("burn", sent)
        alice.run("draft", "bob", "--text", SECRET)
        alice.run("draft", "bob", "--clear")
        self.assertEqual(files_with(alice.home, SECRET[:12].encode()), [])

    def test_search_finds_what_is_alive_and_no_word_is_left_after_burning(self):
        relay, alice, bob = self.make_friends()
        other = alice.send(bob, "something else")
        first = alice.send(bob, "Der \N{LATIN CAPITAL LETTER U WITH DIAERESIS}bermut: " + SECRET)
        bob.receive()
        bob.run("react", first, THUMB)
        found = bob.run("search", "HERON \N{LATIN SMALL LETTER U WITH DIAERESIS}ber", "--in",
                        "alice").objects
        self.assertEqual(self.only(found)["id"], first)
        self.assertEqual(len(bob.run("search", "e", "--limit", "1").objects), 1)
        alice.run("edit", first, "nothing to see")
        bob.run("messages", "alice")
        self.assertEqual(bob.run("search", "heron").objects, [])
        for home in (alice.home, bob.home, relay.data):
            for word in ("heron", "reeds", "Der \xdcbermut"):
                self.assertEqual(files_with(home, word.encode()), [])
        bob.run("burn", first)
        self.assertEqual(bob.run("search", "nothing").objects, [])
        self.assertEqual(files_with(bob.home, THUMB.encode()), [])
        self.assertEqual(self.only(bob.run("search", "else").objects)["id"], other)
        self.assert_fails(bob.try_run("search", "  "), USAGE, "invalid_argument")

    def test_markdown_is_shown_on_a_terminal_and_raw_elsewhere(self):
        _, alice, bob = self.make_friends()
        alice.send(bob, "**loud** and [bank](https://evil.example)")
        raw = bob.run("receive", json_mode=False).out.decode()
        self.assertIn("**loud** and [bank](https://evil.example)", raw)
        self.assertNotIn("\x1b", raw)

    def test_what_is_said_offline_waits_in_the_outbox(self):
        relay, alice, bob = self.make_friends()
        sent = alice.send(bob, "later")
        bob.receive()
        relay.stop()
        failed = bob.try_run("react", sent, THUMB, "--timeout", "1s")
        self.assertNotEqual(failed.code, DONE)
        self.assertIn("outbox", failed.error["hint"])
        relay.start()
        bob.run("messages", "alice")
        self.assertTrue(eventually(
            lambda: self.message(alice, bob, sent).get("reactions")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
