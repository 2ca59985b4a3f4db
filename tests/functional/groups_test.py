"""Groups and rooms: coming in by invitation and by link, roles, rules, going, and crashes."""
import json
import random
import time
import unittest

from harness import DONE, FAILED, USAGE, MayflyTest, befriend, eventually


def places(person, *words):
    return person.run("conversations", *words).objects


def show(person, name, *words):
    objects = person.run("group", "show", name, *words).objects
    return objects[0], {member["account"]: member for member in objects[1:]}


def is_in(person, name):
    found = [place for place in places(person) if place["name"] == name]
    return bool(found) and not found[0]["joining"] and not found[0]["closed"]


class GroupTest(MayflyTest):
    def make_people(self, relay, *names):
        people = [self.make_person(name, relay) for name in names]
        for other in people[1:]:
            befriend(people[0], other)
        return people

    def bring_in(self, moderator, other, name):
        moderator.run("group", "invite", name, other.name)
        joining = other.run("group", "join", name).objects[0]
        self.assertEqual(joining["type"], "conversation")
        moderator.run("receive")
        self.assertTrue(eventually(lambda: is_in(other, name)), name)

    def make_group(self, *words):
        relay = self.make_relay()
        people = self.make_people(relay, "alice", "bobby", "carol")
        alice, bob, carol = people
        made = alice.run("group", "create", "Climbing", *words).objects[0]
        self.assertEqual(made["members"], 1)
        self.assertTrue(made["moderator"])
        for other in (bob, carol):
            self.bring_in(alice, other, "Climbing")
        return relay, alice, bob, carol

    def assert_all_hear(self, sender, others, text, *words):
        sender.run("send", "climbing", text, *words)
        for other in others:
            self.assertEqual(other.texts(), [text], other.name)


class Life(GroupTest):
    def test_group_by_invitation(self):
        relay = self.make_relay()
        alice, bob, carol = self.make_people(relay, "alice", "bobby", "carol")
        alice.run("group", "create", "Climbing", "--topic", "Saturdays")
        invited = alice.run("group", "invite", "Climbing", "bobby").objects[0]
        self.assertEqual(invited["type"], "invited")
        self.assertEqual(invited["account"], bob.account)
        heard = bob.run("receive").objects
        self.assertEqual([item["type"] for item in heard], ["offer"])
        self.assertEqual(heard[0]["from"], alice.account)
        offer = bob.run("group", "offers").objects[0]
        self.assertEqual((offer["name"], offer["kind"], offer["members"]), ("Climbing", "group", 1))
        self.assertEqual(show(alice, "Climbing")[0]["members"], 1)
        self.assertTrue(bob.run("group", "join", "Climbing").objects[0]["joining"])
        self.assertEqual(bob.run("group", "offers").objects, [])
        told = alice.run("receive").objects
        self.assertEqual([item["type"] for item in told], ["change"])
        self.assertEqual(told[0]["added"], [bob.account])
        told = bob.run("receive").objects
        self.assertEqual([(item["type"], item["group"]) for item in told], [("change", "Climbing")])
        self.assertEqual((told[0]["by"], told[0]["added"]), (alice.account, [bob.account]))
        self.bring_in(alice, carol, "Climbing")
        alice.send(bob, "besides")
        self.assertEqual(bob.texts(), ["besides"])
        place, members = show(carol, "Climbing")
        self.assertEqual((place["topic"], place["members"]), ("Saturdays", 3))
        self.assertEqual({m["handle"].split("@")[0] for m in members.values()},
                         {"alice", "bobby", "carol"})
        self.assertTrue(members[alice.account]["moderator"])
        self.assertFalse(members[bob.account]["moderator"])
        self.assert_all_hear(alice, [bob, carol], "hello")
        self.assert_all_hear(bob, [alice, carol], "hi")
        shown = carol.run("messages", "Climbing", json_mode=False).out.decode()
        self.assertIn("Climbing, alice: hello", shown)
        self.assertIn("Climbing, bobby: hi", shown)
        message = carol.alive_in("Climbing")[0]
        self.assertEqual((message["group"], message["sender"]), ("Climbing", alice.account))
        self.assertEqual({p["kind"] for p in places(bob)}, {"direct", "group"})
        self.assertEqual([p["kind"] for p in bob.run("group", "list").objects], ["group"])

    def test_people_read_what_happens(self):
        _, alice, bob, carol = self.make_group()
        carol.run("receive")
        told = bob.run("receive", json_mode=False)
        self.assertIn(b"alice added carol to Climbing\n", told.err)
        self.assertEqual(told.out, b"")
        alice.run("group", "set", "Climbing", "--topic", "Sundays")
        self.assertIn(b"alice changed the settings of Climbing\n",
                      bob.run("receive", json_mode=False).err)
        alice.run("group", "remove", "Climbing", "carol")
        self.assertIn(b"alice removed carol from Climbing\n",
                      bob.run("receive", json_mode=False).err)
        self.assertIn(b"alice removed you from Climbing\n",
                      carol.run("receive", json_mode=False).err)
        bob.run("group", "leave", "Climbing")
        alice.run("receive")
        alice.run("send", "Climbing", "anybody?")
        self.assertIn(b"Climbing (group), 1 member\n",
                      alice.run("group", "list", json_mode=False).out)

    def test_removal_and_leaving(self):
        _, alice, bob, carol = self.make_group()
        removed = alice.run("group", "remove", "Climbing", "bobby").objects[0]
        self.assertEqual((removed["type"], removed["account"]), ("removed", bob.account))
        alice.run("send", "Climbing", "without bob")
        self.assertEqual(carol.texts(), ["without bob"])
        self.assertEqual(bob.texts(), [])
        self.assert_fails(bob.try_run("send", "Climbing", "still here?"), FAILED, "mls_removed",
                          "Climbing", "group leave")
        self.assertEqual([p["closed"] for p in places(bob) if p["kind"] == "group"], [True])
        bob.run("group", "leave", "Climbing")
        self.assertEqual([p["kind"] for p in places(bob)], ["direct"])
        self.bring_in(alice, bob, "Climbing")
        self.assert_all_hear(bob, [alice, carol], "back")
        left = carol.run("group", "leave", "Climbing").objects[0]
        self.assertEqual(left["type"], "left")
        self.assert_fails(carol.try_run("send", "Climbing", "x"), FAILED, "unknown_conversation")
        bob.run("receive")
        bob.run("send", "Climbing", "just us")
        heard = alice.run("receive").objects
        self.assertEqual([i["left"] for i in heard if i["type"] == "change"], [[carol.account]])
        self.assertEqual([i["text"] for i in heard if i["type"] == "message"], ["just us"])
        self.assertEqual(carol.texts(), [])

    def test_declined_offer(self):
        relay = self.make_relay()
        alice, bob = self.make_people(relay, "alice", "bobby")
        alice.run("group", "create", "Climbing")
        alice.run("group", "invite", "Climbing", "bobby")
        bob.run("receive")
        self.assertEqual(bob.run("group", "decline", "climbing").objects[0]["type"], "declined")
        self.assert_fails(bob.try_run("group", "join", "Climbing"), FAILED, "unknown_request",
                          "group offers")
        self.assertEqual(show(alice, "Climbing")[0]["members"], 1)

    def test_room_by_link_over_two_relays(self):
        first, second = self.make_relay("first"), self.make_relay("second")
        alice = self.make_person("alice", first)
        bob = self.make_person("bobby", first)
        dora = self.make_person("doris", second)
        alice.run("group", "create", "Climbing", "--room")
        link = alice.run("group", "link", "Climbing", "--uses", "2", "--expires", "1d").objects[0]
        self.assertTrue(link["link"].startswith("mayfly-group:"))
        for person in (bob, dora):
            self.assertTrue(person.run("group", "join", link["link"]).objects[0]["joining"])
            alice.run("receive")
            if not is_in(person, "Climbing"):
                # Whoever comes by a link is met first, then lets their ticket through.
                self.assertTrue(eventually(lambda: self.let_in(alice, person), 20))
        self.assert_all_hear(dora, [alice, bob], "from afar")
        self.assert_all_hear(alice, [bob, dora], "welcome")
        self.assert_fails(bob.try_run("group", "invite", "Climbing", "alice"), FAILED, None)
        self.assert_fails(bob.try_run("group", "set", "Climbing", "--topic", "mine"), FAILED,
                          "not_authorized", "moderator")
        alice.run("group", "set", "Climbing", "--writers", "moderators")
        self.assert_fails(self.after_news(dora).try_run("send", "Climbing", "may I?"), FAILED,
                          "not_authorized", "moderator")
        alice.run("group", "moderator", "Climbing", bob.account[:10])
        self.after_news(bob)
        self.assert_all_hear(bob, [alice, dora], "I may")
        bob.run("group", "set", "Climbing", "--topic", "ours")
        self.assertEqual(show(dora, "Climbing")[0]["topic"], "ours")
        alice.run("group", "moderator", "Climbing", "bobby", "--undo")
        self.assert_fails(bob.try_run("group", "remove", "Climbing", dora.account), FAILED,
                          "not_authorized")

    def let_in(self, inviter, person):
        inviter.run("receive")
        person.run("receive")
        return is_in(person, "Climbing")

    def after_news(self, person):
        person.run("receive")
        return person


class Rules(GroupTest):
    def test_defaults_and_limits_of_the_group(self):
        _, alice, bob, carol = self.make_group("--expire", "1d", "--max-expire", "2d",
                                               "--max-burn", "1m")
        self.assert_fails(bob.try_run("send", "Climbing", "x", "--expire", "3d"), USAGE,
                          "bad_duration", "2d")
        self.assert_fails(bob.try_run("send", "Climbing", "x", "--burn", "2m"), USAGE,
                          "bad_duration", "1m")
        self.assert_fails(bob.try_run("send", "Climbing", "x", "--no-burn"), USAGE,
                          "bad_duration", "1m")
        bob.run("send", "Climbing", "short")
        message = carol.receive()[0]
        self.assertEqual(message["expires_at"] - message["sent_at"], 86_400_000)
        self.assertEqual(message["burn_seconds"], 60)
        self.assert_fails(bob.try_run("group", "set", "Climbing", "--max-burn", "off"), FAILED,
                          "not_authorized", "moderator")
        alice.run("group", "set", "Climbing", "--max-burn", "off", "--burn", "5s")
        carol.run("receive")
        carol.run("send", "Climbing", "kept", "--no-burn")
        carol.run("send", "Climbing", "as usual")
        bob.run("receive")
        self.assertEqual([m["burn_seconds"] for m in bob.alive_in("Climbing")[-2:]], [0, 5])
        self.assert_fails(alice.try_run("group", "set", "Climbing", "--expire", "5d"), USAGE, None,
                          "limits")
        place, _ = show(alice, "Climbing")
        self.assertEqual((place["expire_seconds"], place["expire_seconds_max"],
                          place["burn_seconds"], place["burn_seconds_max"]),
                         (86_400, 172_800, 5, 0))

    def test_reader_reads_only(self):
        _, alice, bob, carol = self.make_group()
        self.assert_fails(bob.try_run("group", "reader", "Climbing", "carol"), FAILED,
                          "not_authorized", "moderator")
        reader = alice.run("group", "reader", "Climbing", "bobby").objects[0]
        self.assertFalse(reader["may_write"])
        bob.run("receive")
        self.assert_fails(bob.try_run("send", "Climbing", "x"), FAILED, "not_authorized")
        self.assert_all_hear(carol, [alice, bob], "hush")
        alice.run("group", "reader", "Climbing", "bobby", "--undo")
        bob.run("receive")
        self.assert_all_hear(bob, [alice, carol], "thanks")

    def test_mistakes_are_named(self):
        _, alice, bob, _ = self.make_group()
        for words, code, error in (
                (("group", "show", "Swimming"), FAILED, "unknown_conversation"),
                (("group", "show", "bobby"), FAILED, "unknown_conversation"),
                (("group", "invite", "Climbing", "nobody"), FAILED, "unknown_contact"),
                (("group", "invite", "Climbing", "bobby"), FAILED, "already_exists"),
                (("group", "remove", "Climbing", "nobody"), FAILED, "unknown_contact"),
                (("group", "remove", "Climbing", "alice"), USAGE, "invalid_argument"),
                (("group", "set", "Climbing"), USAGE, "invalid_argument"),
                (("group", "set", "Climbing", "--name", "x" * 129), USAGE, "invalid_argument"),
                (("group", "set", "Climbing", "--avatar", "/nowhere"), USAGE, "invalid_argument"),
                (("group", "set", "Climbing", "--writers", "some"), USAGE, None),
                (("group", "link", "Climbing", "--uses", "0"), USAGE, None),
                (("group", "join", "mayfly-group:AAAA"), USAGE, "bad_link"),
                (("group", "join", "Climbing"), FAILED, "already_exists"),
                (("group", "kill", "Climbing"), USAGE, None)):
            self.assert_fails(alice.try_run(*words), code, error)
        avatar = self.folder / "avatar"
        avatar.write_bytes(b"x" * 16_385)
        self.assert_fails(bob.try_run("group", "set", "Climbing", "--avatar", avatar), USAGE, None,
                          "16384")
        avatar.write_bytes(b"x" * 16_384)
        bob.run("group", "set", "Climbing", "--avatar", avatar, "--name", "Boulders")
        place, _ = show(alice, "Boulders")
        self.assertEqual(place["avatar_bytes"], 16_384)


class Crashes(GroupTest):
    def test_group_over_crashes_of_the_relay(self):
        relay, alice, bob, carol = self.make_group()
        sent = []
        for i, sender in enumerate([alice, bob, carol, alice, bob, carol]):
            child = self.background(sender.start("send", "Climbing", f"number {i}",
                                                 "--timeout", "20s"))
            if i % 2 == 0:
                time.sleep(0.02 * i)
                relay.kill()
                relay.start()
            child.communicate(timeout=40)
            if child.returncode == DONE:
                sent.append((sender, f"number {i}"))
        self.assertGreater(len(sent), 3)
        for person in (alice, bob, carol):
            wanted = [text for sender, text in sent if sender is not person]
            got = person.texts()
            self.assertEqual([text for text in got if text in wanted], wanted, person.name)
            self.assertEqual(len(got), len(set(got)))

    def test_client_killed_while_joining(self):
        relay = self.make_relay()
        alice, bob, carol = self.make_people(relay, "alice", "bobby", "carol")
        dice = random.Random(7)
        for number in range(6):
            name = f"Group {number}"
            alice.run("group", "create", name)
            alice.run("group", "invite", name, "bobby")
            bob.run("receive")
            joining = self.background(bob.start("group", "join", name))
            time.sleep(dice.uniform(0.0, 0.25))
            joining.kill()
            joining.communicate()
            letting_in = self.background(alice.start("receive"))
            time.sleep(dice.uniform(0.0, 0.25))
            letting_in.kill()
            letting_in.communicate()
            # Both do again what they did; the one killed may have got through.
            again = bob.try_run("group", "join", name)
            self.assertIn(again.code, (DONE, FAILED), str(again))
            if again.code == FAILED:
                self.assertEqual(again.error["code"], "already_exists")
            self.assertTrue(eventually(lambda: self.let_in(alice, bob, name), 20), name)
            alice.run("send", name, f"in {number}")
            self.assertEqual(bob.texts(), [f"in {number}"])
        self.assertEqual(carol.run("group", "list").objects, [])

    def let_in(self, inviter, person, name):
        inviter.run("receive")
        person.run("receive")
        return is_in(person, name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
