"""What the everyday messenger promises, on three devices of each of three people, with a relay that
dies in the middle. One class for each part of it."""
import base64
import shutil
import signal
import struct
import time
import unittest

import household
from harness import files_with, ogg_page
from household import GROUP, Device, HouseholdTest, everywhere, wait_for
from tui_test import Screen

tearDownModule = household.tearDownModule
THUMBNAIL = b"\xff\xd8\xff\xe0 the small picture \xff\xd9"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def opus_memo(seconds):
    """An Ogg stream as long as that: headers and one last page."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    return (ogg_page(2, 0, head) + ogg_page(0, 0, b"OpusTags" + bytes(8))
            + ogg_page(4, 48000 * seconds, b"what only the voice memo says"))


class Conversations(HouseholdTest):
    def test_roles_and_settings_hold_on_all_devices(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        said = alice[1].say(GROUP, "from the second device")
        direct = bob[2].say("alice", "between two")
        everywhere(self.everyone, lambda d: d.message(said), "the message")
        everywhere(alice + bob, lambda d: d.message(direct), "the direct message")
        self.assertEqual([d.message(direct) for d in carol], [None] * 3)
        alice[0].call("group.reader", group=GROUP, who="carol", on=True)
        everywhere(self.everyone, lambda d: d.members()["carol"]["is_reader"], "a reader")
        for device in carol:
            self.assertEqual(device.error("send", who=GROUP, text="may I?"), "not_authorized")
        self.crash_relay()
        alice[2].call("group.reader", group=GROUP, who="carol", on=False)
        everywhere(self.everyone, lambda d: not d.members()["carol"]["is_reader"], "no reader")
        bob[1].call("group.change", group=GROUP, topic="dinner", expire_seconds=600)
        alice[1].call("group.moderator", group=GROUP, who="bob", on=True)
        everywhere(self.everyone, lambda d: d.members()["bob"]["is_moderator"] and
                   d.conversation(GROUP)["topic"] == "dinner" and
                   d.conversation(GROUP)["expire_seconds"] == 600, "what was changed")
        again = carol[1].say(GROUP, "I may")
        everywhere(self.everyone, lambda d: d.message(again), "the other message")
        self.assertEqual(bob[0].message(again)["expires_at"] - bob[0].message(again)["sent_at"],
                         600_000)
        bob[2].call("group.remove", group=GROUP, who="carol")
        everywhere(carol, lambda d: d.conversation(GROUP)["closed"], "the removal")
        last = alice[0].say(GROUP, "without carol")
        everywhere(alice + bob, lambda d: d.message(last), "the last message")
        self.assertEqual([d.message(last) for d in carol], [None] * 3)

    def test_room_is_entered_left_and_joined_by_link_with_all_devices(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        alice[2].call("group.create", name="news", room=True, moderators_write_only=True,
                      avatar=base64url(b"a picture"))
        for other in (bob[0], carol[2]):
            alice[2].call("group.invite", group="news", who=other.name)
            other.call("group.accept", offer=other.rpc.notification("offer")["offer"]["name"])
        self.crash_relay()

        def is_whole(names):
            return lambda d: d.conversation("news") and not d.conversation("news")["joining"] and (
                {n: m["device_count"] for n, m in d.members("news").items()} ==
                {n: 3 for n in names})
        everywhere(self.everyone, is_whole(("alice", "bob", "carol")), "the room")
        headline = alice[0].say("news", "headline")
        everywhere(self.everyone, lambda d: d.message(headline), "the headline")
        for device in self.everyone:
            self.assertEqual(device.call("group.avatar", group="news")["avatar"],
                             base64url(b"a picture"))
        self.assertEqual(bob[1].error("send", who="news", text="me too"), "not_authorized")
        carol[1].call("group.leave", group="news")
        everywhere(carol, lambda d: d.conversation("news") is None and
                   d.message(headline) is None, "that carol left")
        everywhere(alice + bob, is_whole(("alice", "bob")), "that carol left")
        self.assertTrue(carol[0].told("conversation_changed")[-1]["removed_us"])
        link = alice[0].call("group.link", group="news", uses=1, lifetime_seconds=600)
        self.assertEqual(link["uses"], 1)
        carol[0].call("group.join", link=link["link"])
        everywhere(self.everyone, is_whole(("alice", "bob", "carol")), "that carol is back")
        self.assertEqual([d.message(headline) for d in carol], [None] * 3)


class Content(HouseholdTest):
    def test_what_is_said_about_messages_is_the_same_on_all_devices(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        text = alice[0].say(GROUP, "frist")
        poll = bob[0].call("poll", who=GROUP, question="when?", options=["today", "never"])["id"]
        everywhere(self.everyone, lambda d: d.message(text) and d.message(poll), "text and poll")
        bob[1].call("react", id=text, emoji="\U0001F44D")
        carol[2].call("vote", id=poll, choices=[1])
        alice[1].call("vote", id=poll, choices=[2])
        self.crash_relay()
        alice[2].call("edit", id=text, text="first, @bob")
        reply = carol[0].say(GROUP, "indeed", reply_to=text)
        place = bob[2].call("location", who=GROUP, latitude="52.5", longitude="13.4")["id"]
        card = alice[1].call("card", who="bob", other="carol")["id"]
        alice[2].call("vote", id=poll, choices=[1])  # the account's one vote, from another device

        def is_complete(device):
            message, asked = device.message(text), device.message(poll)["poll"]
            return (message["text"] == "first, @bob" and message["edited"] and
                    [r["by"] for r in message["reactions"]] == [[bob[0].account]] and
                    [m["account"] for m in message["mentions"]] == [bob[0].account] and
                    asked["counts"] == [2, 0] and asked["voters"] == 2 and
                    (device.message(reply) or {}).get("quote", {}).get("text") == "first, @bob" and
                    device.message(place))
        everywhere(self.everyone, is_complete, "all that was said")
        everywhere(alice + bob, lambda d: d.message(card), "the card")
        self.assertEqual([d.message(poll)["poll"]["own_choices"] for d in alice], [[1]] * 3)

    def test_receipts_and_typing_come_from_every_device(self):
        alice, bob = self.alice, self.bob
        alice[1].call("settings", who="bob", receipts=True, typing=True)
        everywhere(alice, lambda d: d.call("settings", who="bob")["typing"], "the settings")
        everywhere(bob, lambda d: d.call("settings", who="alice")["typing"], "the settings")
        said = alice[0].say("bob", "read me")
        everywhere(bob, lambda d: d.message(said), "the message")
        self.crash_relay()
        bob[2].call("open", id=said)
        everywhere(alice, lambda d: any(r["read_at"] for r in d.message(said).get("receipts", [])),
                   "the receipt")
        everywhere(bob, lambda d: d.message(said)["state"] == "opened", "that it was read")
        wait_for(lambda: bob[0].told("changed"), "the event")
        bob[1].call("typing", who="alice", active=True)
        for device in alice:
            self.assertEqual(device.rpc.notification("typing")["who"], bob[0].account)

    def test_file_reaches_all_devices_and_is_the_same(self):
        source = self.folder / "minutes.txt"
        source.write_bytes(b"all that was decided\n" * 20_000)
        memo = self.folder / "memo.opus"
        memo.write_bytes(opus_memo(3))
        sent = self.alice[0].call("send_file", who=GROUP, file=str(source))["id"]
        voice = self.alice[1].call("send_voice", who=GROUP, file=str(memo))["id"]
        everywhere(self.everyone, lambda d: d.message(sent) and d.message(voice), "the file")
        self.crash_relay()
        for device in self.everyone:
            for message, original in ((sent, source), (voice, memo)):
                target = self.folder / f"{device!r} {message}"
                device.call("download", id=message, to=str(target))
                self.assertEqual(target.read_bytes(), original.read_bytes())
            self.assertEqual(device.message(voice)["duration_ms"], 3000)


class Endings(HouseholdTest):
    """Of what has ended nothing is left on any disk, the relay's included."""
    text, edited = "the otter sleeps on its back", "the otter holds hands in its sleep"
    draft, file_name = "unsent words about an otter", "otter-census.csv"
    content = b"river,otters\nthe quiet one,17\n"

    def say_everything(self):
        alice = self.alice
        source = self.folder / "outside" / self.file_name
        source.parent.mkdir()
        source.write_bytes(self.content * 1000)
        memo = source.parent / "memo.opus"
        memo.write_bytes(opus_memo(3))
        said = [alice[0].say(GROUP, self.text),
                alice[1].call("send_file", who=GROUP, file=str(source),
                              thumbnail=base64url(THUMBNAIL))["id"],
                alice[2].call("send_voice", who=GROUP, file=str(memo))["id"]]
        alice[2].call("edit", id=said[0], text=self.edited)
        everywhere(self.everyone, lambda d: all(d.message(m) for m in said) and
                   d.message(said[0])["text"] == self.edited, "all of it")
        for device in self.everyone:
            device.call("draft", who=GROUP, text=self.draft)
            found = device.call("search", words="otter hands")["messages"]
            self.assertEqual([m["id"] for m in found], said[:1])
        self.bob[0].call("download", id=said[1], to=str(self.folder / "outside" / "fetched"))
        return said

    def assert_nowhere(self):
        needles = [self.content, self.file_name.encode(), THUMBNAIL, base64url(THUMBNAIL).encode(),
                   b"what only the voice memo says"]
        for words in (self.text, self.edited, self.draft):
            raw = words.encode()
            needles += [raw[start:start + 12] for start in range(0, len(raw) - 11, 4)]
        for folder in [device.home for device in self.everyone] + [self.relay.data]:
            for needle in needles:
                self.assertEqual(files_with(folder, needle), [], needle)

    def is_over(self, said):
        return lambda d: not any(d.message(m) for m in said) and \
            not d.call("search", words="otter")["messages"]

    def test_recall_by_a_sibling_ends_it_on_all_devices(self):
        said = self.say_everything()
        self.crash_relay()
        for message in said:
            self.alice[2].call("recall", id=message)
        everywhere(self.everyone, self.is_over(said), "the recall")
        for device in self.everyone:
            device.call("draft", who=GROUP, text="")
        self.assertTrue({m for m in said} <= {g["id"] for g in self.carol[1].told("gone")})
        self.assert_nowhere()
        self.end_all()
        self.assert_nowhere()

    def test_burning_ends_it_on_the_devices_of_one_account(self):
        said = self.say_everything()
        for message, device in zip(said, self.bob):
            device.call("burn", id=message)
        self.crash_relay()
        everywhere(self.bob, self.is_over(said), "the burning")
        for device in self.alice + self.carol:
            self.assertTrue(all(device.message(m) for m in said))
        for device in self.everyone:
            device.call("draft", who=GROUP, text="")
        self.assert_nowhere()

    def test_expiry_and_burn_on_read_agree_on_all_devices(self):
        short = self.bob[1].say(GROUP, self.text, expire_seconds=4)
        burning = self.bob[2].say("alice", self.edited, burn_seconds=2)
        everywhere(self.alice + self.bob, lambda d: d.message(short) and d.message(burning), "both")
        before = time.time() * 1000
        self.alice[1].call("open", id=burning)
        everywhere(self.alice, lambda d: not d.message(burning) or
                   d.message(burning)["expires_at"] < before + 10_000, "the timer")
        self.crash_relay()
        everywhere(self.alice, lambda d: not d.message(burning), "the burning")
        everywhere(self.everyone, lambda d: not d.message(short), "the expiry")
        self.assertTrue(all(d.message(burning) for d in self.bob), "who sent it keeps it")
        self.assert_nowhere()

    def end_all(self):
        for device in self.everyone:
            device.end()
        self.relay.stop()


class Devices(HouseholdTest):
    def test_revoked_device_is_shut_out_everywhere_at_once_and_told(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        lost, kept = alice[2], alice[:2]
        lost_id = lost.call("whoami")["device"]
        alice[0].call("device.name", device=lost_id, name="lost phone")
        everywhere(alice[1:], lambda d: "lost phone" in
                   [x["name"] for x in d.call("device.list")["devices"]], "the name")
        alice[1].call("device.revoke", device="lost phone")
        wait_for(lambda: any(e["is_this"] for e in lost.told("device_revoked")), "the shutting out")
        everywhere(kept + bob + carol, lambda d: d.members()["alice"]["device_count"] == 2,
                   "the revocation")
        self.crash_relay()
        after = [bob[1].say("alice", "after"), carol[2].say("alice", "after"),
                 bob[0].say(GROUP, "after"), alice[0].say("bob", "after")]
        everywhere(kept, lambda d: all(d.message(m) for m in after), "what came after")
        self.assertEqual([lost.message(m) for m in after], [None] * len(after))
        self.assertEqual(lost.error("send", who="bob", text="still here?"), "device_revoked")
        self.assertEqual([d.call("device.list")["devices"][-1]["revoked"] for d in kept],
                         [True, True])

    def test_new_device_gets_what_is_alive_and_nothing_that_ended(self):
        alice, bob = self.alice, self.bob
        lives = bob[1].say("alice", "lives")
        opened = bob[2].say(GROUP, "opened and liked")
        burnt = bob[0].say("alice", "burnt")
        recalled = bob[0].say(GROUP, "recalled")
        expired = bob[0].say(GROUP, "expired", expire_seconds=3)
        everywhere(alice, lambda d: all(d.message(m) for m in (lives, opened, burnt, recalled)),
                   "the messages")
        alice[1].call("open", id=opened)
        alice[2].call("react", id=opened, emoji="\u2764\ufe0f")
        alice[1].call("burn", id=burnt)
        bob[1].call("recall", id=recalled)
        everywhere(alice, lambda d: not d.message(burnt) and not d.message(recalled) and
                   d.message(opened)["state"] == "opened" and not d.message(expired), "the ends")
        fresh = self.link(alice[1], 3)
        self.crash_relay()
        wait_for(lambda: fresh.message(lives) and fresh.message(opened), "the history")
        self.assertEqual(fresh.message(opened)["state"], "opened")
        self.assertEqual(len(fresh.message(opened)["reactions"]), 1)
        self.assertNotIn(opened, [m["id"] for m in fresh.call("receive")["messages"]])
        everywhere(self.everyone, lambda d: d.members()["alice"]["device_count"] == 4, "the device")
        for message in (burnt, recalled, expired):
            self.assertIsNone(fresh.message(message))
        for where in ("bob", "carol", GROUP):
            fresh.say(where, "from the new device")
        everywhere(bob, lambda d: "from the new device" in d.words("alice"), "its message")
        everywhere(self.everyone, lambda d: "from the new device" in d.words(GROUP), "its message")

    def link(self, old, number):
        process = household.begin_link(fresh := Device(self.folder, old.name, number), self.relay)
        household.finish_links([old], [fresh], [process])
        self.addCleanup(fresh.end, signal.SIGKILL)
        fresh.go_online()
        return fresh


class Recovery(HouseholdTest):
    def test_kit_brings_contacts_and_groups_back_and_shuts_the_lost_devices_out(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        bob[0].say("alice", "before")
        for device in alice:
            device.end(signal.SIGKILL)
        self.crash_relay()
        again = Device(self.folder, "alice", 4)
        again.run("recover", "--relay", self.relay.address,
                  stdin=(HouseholdTest.kits["alice"] + "\n").encode())
        self.addCleanup(again.end, signal.SIGKILL)
        again.go_online()
        self.assertEqual(again.call("whoami")["account"], bob[0].contact("alice")["account"])
        everywhere(bob + carol, lambda d: d.members()["alice"]["device_count"] == 1, "one device")
        wait_for(lambda: again.conversation(GROUP) and not again.conversation(GROUP)["joining"] and
                 all(again.contact(name)["established"] for name in ("bob", "carol")), "people")
        for friends in (bob, carol):
            again.say(friends[0].name, "back again")
            everywhere(friends, lambda d: "back again" in d.words("alice"), "alice")
            friends[2].say("alice", f"welcome from {friends[0].name}")
        again.say(GROUP, "all of you")
        everywhere(bob + carol, lambda d: "all of you" in d.words(GROUP), "alice in the group")
        wait_for(lambda: "welcome from carol" in again.words("carol"), "the welcome")
        self.assertNotIn("before", again.words("bob"), "a kit brings no messages back")
        alice[1].go_online()
        wait_for(lambda: any(e["is_this"] for e in alice[1].told("device_revoked")), "shut out")
        self.assertEqual(alice[1].error("send", who="bob", text="thief"), "device_revoked")
        self.assertNotIn("welcome from bob", alice[1].words("bob"))

    def test_deleted_account_is_gone_from_all_its_devices(self):
        alice, carol = self.alice, self.carol
        said = alice[0].say("carol", "soon forgotten")
        everywhere(carol, lambda d: d.message(said), "the message")
        carol[2].end()
        carol[0].call("account.delete")
        self.crash_relay()
        carol[2].go_online()
        for device in carol[1:]:
            wait_for(lambda: any(e["is_this"] for e in device.told("device_revoked")), "the end")
            self.assertEqual(device.error("send", who="alice", text="x"), "account_deleting")
        for device in carol:
            self.assertIsNone(device.message(said))
            device.end()
            failed = device.try_run("contact", "list")
            self.assertEqual(failed.error["code"], "account_deleting", str(failed))
        self.assertEqual(alice[1].error("contact.add", address=carol[0].address),
                         "unknown_record")
        self.assertEqual(len(alice[2].call("contact.list")["contacts"]), 2)


class Trust(HouseholdTest):
    def test_safety_number_and_mark_are_the_accounts(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        numbers = {d.call("contact.safety_number", who="bob")["digits"] for d in alice} | \
            {d.call("contact.safety_number", who="alice")["digits"] for d in bob}
        self.assertEqual(len(numbers), 1)
        other = {d.call("contact.safety_number", who="carol")["digits"] for d in alice + bob}
        self.assertEqual(len(other | numbers), 3)
        alice[0].call("contact.verify", who="bob", number=numbers.pop())
        self.crash_relay()
        everywhere(alice, lambda d: d.contact("bob")["verified"], "the mark")
        self.assertIn(bob[0].account, [e["contact"] for e in alice[2].told("contact_changed")])
        self.assertFalse(any(d.contact("alice")["verified"] for d in bob + carol))
        said = bob[2].say(GROUP, "you know me")
        everywhere(alice, lambda d: d.message(said) and d.message(said)["verified"], "the message")
        alice[2].call("contact.verify", who="bob", undo=True)
        everywhere(alice, lambda d: not d.contact("bob")["verified"], "the mark's end")

    def test_block_holds_on_all_devices_and_what_is_taken_back_is_taken_back(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        before = [bob[0].say(GROUP, "stays"), bob[1].say(GROUP, "taken back"),
                  bob[2].say("alice", "stays too")]
        everywhere(alice, lambda d: all(d.message(m) for m in before), "before")
        alice[1].call("contact.block", who="bob")
        everywhere(alice, lambda d: d.contact("bob")["blocked"], "the block")
        self.crash_relay()
        direct, group = bob[0].say("alice", "direct"), bob[1].say(GROUP, "in the group")
        bob[2].call("recall", id=before[1])
        everywhere(bob + carol, lambda d: d.message(group), "what others hear")
        everywhere(alice + carol, lambda d: not d.message(before[1]), "the recall")
        fence = carol[0].say(GROUP, "fence")  # behind all that bob said
        everywhere(alice, lambda d: d.message(fence), "the fence")
        for device in alice:
            self.assertEqual([device.message(m) for m in (direct, group)], [None, None])
            self.assertTrue(device.message(before[0]) and device.message(before[2]))
            self.assertEqual(device.error("send", who="bob", text="x"), "contact_blocked")
        report = alice[2].call("report", id=before[0])["report"]
        proven = carol[1].call("verify_report", report=report)["proven"]
        self.assertEqual([(p["account"], p["text"]) for p in proven], [(bob[0].account, "stays")])
        alice[2].call("contact.unblock", who=bob[0].account)
        everywhere(alice, lambda d: not d.call("contact.blocked")["blocked"], "the unblocking")


class Search(HouseholdTest):
    def found(self, words, **where):
        return lambda d: [m["id"] for m in d.call("search", words=words, **where)["messages"]]

    def test_search_finds_on_each_device_what_is_alive_and_nothing_else(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        one = alice[0].say(GROUP, "Grüße vom Gletscher")
        two = bob[1].say(GROUP, "der Gletscher schmilzt")
        direct = carol[2].say("alice", "GLETSCHER, nur für dich")
        everywhere(alice, lambda d: set(self.found("gletscher")(d)) == {one, two, direct}, "three")
        everywhere(bob, lambda d: self.found("gletscher")(d) == [two, one], "two")
        for device in alice:
            self.assertEqual(self.found("nur gletscher")(device), [direct])
            self.assertEqual(set(self.found("gletscher", **{"in": GROUP})(device)), {one, two})
        self.crash_relay()
        alice[2].call("edit", id=one, text="Grüße vom See")
        bob[0].call("recall", id=two)
        carol[0].call("recall", id=direct)
        everywhere(self.everyone, lambda d: self.found("gletscher")(d) == [] and
                   self.found("grüße see")(d) == [one], "what is left")
        bob[2].call("burn", id=one)
        everywhere(bob, lambda d: self.found("see")(d) == [], "what was burnt")
        self.assertEqual([self.found("see")(d) for d in alice], [[one]] * 3)


class Bots(HouseholdTest):
    def test_bot_on_one_device_sees_all_that_its_account_does(self):
        alice, bob = self.alice, self.bob
        bot, phone = alice[0], alice[1]
        written = phone.say("bob", "from the phone")
        told = bot.rpc.notification("synced")["message"]
        self.assertEqual((told["id"], told["state"]), (written, "sent"))
        heard = bob[2].say("alice", "to whoever is there")
        self.assertEqual(bot.rpc.notification("message")["message"]["id"], heard)
        bot.end(signal.SIGKILL)
        self.crash_relay()
        bot.go_online()
        self.assertEqual(bot.rpc.notification("message")["message"]["id"], heard,
                         "what was not acknowledged comes again")
        bot.call("ack", ids=[heard])
        everywhere(alice[1:], lambda d: d.message(heard), "the message")
        phone.call("open", id=heard)
        self.assertEqual(bot.rpc.notification("changed")["id"], heard)
        self.assertEqual(bot.message(heard)["state"], "opened")
        answer = bot.say("bob", "read")
        everywhere(alice + bob, lambda d: d.message(answer), "the bot's answer")
        alice[2].call("burn", id=heard)
        while bot.rpc.notification("gone")["id"] != heard:
            pass
        self.assertEqual(bot.call("receive")["messages"], [])

    def test_follower_on_a_sibling_prints_what_the_others_did(self):
        alice, bob = self.alice, self.bob
        alice[2].end()
        follower = self.background(alice[2].start("receive", "--follow"))
        said = bob[0].say("alice", "hello")
        line = household.line_of(follower, "message")
        self.assertEqual((line["id"], line["state"]), (said, "received"))
        self.crash_relay()
        mine = alice[0].say("bob", "hello yourself")
        line = household.line_of(follower, "message")
        self.assertEqual((line["id"], line["state"]), (mine, "sent"))
        alice[1].call("open", id=said)
        self.assertEqual(household.line_of(follower, "message")["state"], "opened")
        alice[1].call("burn", id=said)
        self.assertEqual(household.line_of(follower, "gone")["id"], said)


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Terminals(HouseholdTest):
    def test_terminal_in_either_language_shows_what_the_other_devices_did(self):
        alice, bob, carol = self.alice, self.bob, self.carol
        for device in (alice[1], bob[2]):
            device.end()
        others = [d for d in self.everyone if d not in (alice[1], bob[2])]
        left = Screen(self, "left", alice[1].arguments(json_mode=False))
        right = Screen(self, "right", ["env", "LC_ALL=de_DE.UTF-8",
                                       *bob[2].arguments(json_mode=False)])
        left.wait("online")
        right.wait("verbunden")
        dinner = carol[1].say(GROUP, "dinner at eight")
        for screen in (left, right):
            screen.wait(f"{GROUP} (1)")
            screen.select(GROUP)
            screen.keys("Enter")
            screen.wait("dinner at eight")
        self.crash_relay()
        left.type("I bring bread")
        left.keys("Enter")
        everywhere(others, lambda d: "I bring bread" in d.words(GROUP), "what was typed")
        right.wait("I bring bread")
        bread = [m["id"] for m in carol[0].messages(GROUP) if m["text"] == "I bring bread"][0]
        alice[2].call("edit", id=bread, text="I bring cake")
        bob[0].call("burn", id=dinner)
        right.wait("I bring cake")
        right.wait("dinner at eight", gone=True)
        self.assertIn("dinner at eight", left.wait("I bring cake"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
