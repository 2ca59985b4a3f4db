"""Files through the real programs: sent, fetched, killed in the middle, burnt, taken back."""
import os
import random
import signal
import struct
import time
import unittest
import zlib
from pathlib import Path

from harness import (DONE, FAILED, USAGE, MayflyTest, befriend, eventually, files_with, opus_memo)

LARGE_BYTES = 64 << 20


def random_bytes(count, seed=1):
    return random.Random(seed).randbytes(count)


def size_under(folder):
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            pass
    return total


def png(width, height, *extra_chunks):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2,
                                                              0, 0, 0))
            + b"".join(chunk(kind, data) for kind, data in extra_chunks)
            + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b""))


class FilesTest(MayflyTest):
    def blobs(self, relay):
        return relay.data / "store.blobs"

    def make_file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def send_file(self, sender, who, path, *words):
        return sender.run("send-file", who.name, path, *words).objects[0]["id"]

    def kill_when(self, child, condition):
        """SIGKILL as soon as the condition holds; the child must be at work then."""
        self.assertTrue(eventually(lambda: condition() or child.poll() is not None, 60))
        self.assertIsNone(child.poll(), "it was done before it could be killed")
        child.send_signal(signal.SIGKILL)
        child.wait()


class Exchange(FilesTest):
    def test_file_goes_to_two_people_and_arrives_as_it_was(self):
        relay = self.make_relay()
        alice, bob, carol = (self.make_person(name, relay) for name in ("alice", "bob", "carol"))
        befriend(alice, bob)
        befriend(alice, carol)
        content = random_bytes(3_000_001)
        path = self.make_file("trip notes.bin", content)
        for friend in (bob, carol):
            sent = self.send_file(alice, friend, path)
            (message,) = friend.receive()
            self.assertEqual(message["id"], sent)
            self.assertEqual(message["file_name"], "trip notes.bin")
            self.assertEqual(message["file_size"], len(content))
            self.assertEqual(message["text"], "")
            done = friend.run("download", sent, cwd=self.folder, *("--to", f"{friend.name}.bin"))
            self.assertEqual(done.objects[0]["size"], len(content))
            self.assertEqual(Path(done.objects[0]["path"]).read_bytes(), content)
        self.assertEqual(len([p for p in self.blobs(relay).rglob("*") if p.is_file()]), 2)
        self.assertEqual(files_with(relay.data, content[1000:1032]), [])
        self.assertEqual(files_with(relay.data, b"trip notes"), [])

    def test_download_names_its_place_and_replaces_nothing(self):
        _, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file("a.txt", b"hello"))
        bob.receive()
        folder = self.folder / "in"
        folder.mkdir()
        first = bob.run("download", sent[:8], "--to", folder)
        self.assertEqual((folder / "a.txt").read_bytes(), b"hello")
        self.assertEqual(first.objects[0]["path"], str((folder / "a.txt").resolve()))
        (folder / "a.txt").write_bytes(b"mine")
        again = bob.try_run("download", sent, "--to", folder)
        self.assert_fails(again, FAILED, "file_exists", "--to")
        self.assertEqual((folder / "a.txt").read_bytes(), b"mine")
        self.assertEqual(sorted(p.name for p in folder.iterdir()), ["a.txt"])
        plain = bob.run("download", sent, "--to", folder / "b.txt", json_mode=False)
        self.assertEqual(plain.out.decode().strip(), str((folder / "b.txt").resolve()))
        empty = self.send_file(alice, bob, self.make_file("empty", b""))
        bob.receive()
        bob.run("download", empty, "--to", folder)
        self.assertEqual((folder / "empty").read_bytes(), b"")

    def test_errors_are_clear_and_change_nothing(self):
        _, alice, bob = self.make_friends()
        self.assert_fails(alice.try_run("send-file", "bob", self.folder / "none"), FAILED,
                          "file_unreadable")
        self.assert_fails(alice.try_run("send-file", "bob", self.folder), FAILED,
                          "file_unreadable")
        self.assert_fails(alice.try_run("send-file", "bob"), USAGE, "usage")
        self.assert_fails(alice.try_run("send-file", "nobody", self.make_file("x", b"x")), FAILED,
                          "unknown_conversation")
        alice.send(bob, "a text")
        (text,) = bob.receive()
        self.assert_fails(bob.try_run("download", text["id"]), FAILED, "not_a_file")
        self.assert_fails(bob.try_run("download", "aaaaaaaa"), FAILED, "unknown_message")
        self.assertEqual(alice.run("resume").objects[0]["transfers"], 0)
        self.assertEqual(len(alice.alive(bob)), 1)

    def test_name_of_a_stranger_stays_in_its_folder(self):
        _, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file(".hidden\\..\\x", b"hello"))
        bob.receive()
        folder = self.folder / "in"
        folder.mkdir()
        bob.run("download", sent, "--to", folder)
        self.assertEqual([p.name for p in folder.iterdir()], ["_.hidden_.._x"])

    def test_voice_memo_says_how_long_it_is(self):
        _, alice, bob = self.make_friends()
        memo = opus_memo(seconds=7)
        sent = alice.run("send-voice", "bob", self.make_file("memo.opus", memo)).objects[0]["id"]
        (message,) = bob.receive()
        self.assertEqual(message["duration_ms"], 7000)
        self.assertEqual(message["file_type"], "audio/ogg")
        bob.run("download", sent, "--to", self.folder / "heard.opus")
        self.assertEqual((self.folder / "heard.opus").read_bytes(), memo)
        self.assert_fails(alice.try_run("send-voice", "bob", self.make_file("y", b"no" * 100)),
                          FAILED, "malformed_input", "Opus")


    def test_voice_memo_does_not_say_who_made_it(self):
        _, alice, bob = self.make_friends()
        memo = opus_memo(1, b"".join(struct.pack("<I", len(word)) + word for word in
                                     (b"libopus", b"")) + b"ARTIST=nobody")
        sent = alice.run("send-voice", "bob", self.make_file("memo.opus", memo)).objects[0]["id"]
        bob.receive()
        bob.run("download", sent, "--to", self.folder / "heard.opus")
        heard = (self.folder / "heard.opus").read_bytes()
        self.assertEqual(len(heard), len(memo))
        self.assertNotIn(b"nobody", heard)
        self.assertNotIn(b"libopus", heard)


class Films(FilesTest):
    def test_film_goes_without_its_place_and_stays_as_long_as_it_was(self):
        def box(kind, *parts):
            content = b"".join(parts)
            return struct.pack(">I", 8 + len(content)) + kind + content

        def film(name, kind, place):
            handler = box(b"hdlr", bytes(8), b"vide", bytes(12), name)
            return (box(b"ftyp", b"isom", bytes(4))
                    + box(b"moov", box(b"trak", box(b"mdia", handler)), box(kind, place))
                    + box(b"mdat", random_bytes(500_000)))
        _, alice, bob = self.make_friends()
        place = b"+52.5200+013.4050/" * 20_000
        path = self.make_file("film.mp4", film(b"a telephone", b"udta", place))
        sent = self.send_file(alice, bob, path)
        (message,) = bob.receive()
        self.assertEqual(message["file_type"], "video/mp4")
        bob.run("download", sent, "--to", self.folder / "got.mp4")
        self.assertEqual((self.folder / "got.mp4").read_bytes(),
                         film(bytes(11), b"free", bytes(len(place))))


class Images(FilesTest):
    def test_metadata_is_left_out_and_a_preview_goes_along(self):
        _, alice, bob = self.make_friends()
        clean = png(640, 320)
        image = png(640, 320, (b"tEXt", b"Comment\0at home"), (b"eXIf", b"MM\0*GPS"))
        path = self.make_file("photo.png", image + b"behind the end")
        sent = self.send_file(alice, bob, path)
        as_is = self.send_file(alice, bob, path, "--as-is")
        first, second = bob.receive()
        self.assertEqual(first["file_type"], "image/png")
        self.assertGreater(len(first["thumbnail"]), 100)
        self.assertEqual(second["thumbnail"], "")
        bob.run("download", sent, "--to", self.folder / "got.png")
        self.assertEqual((self.folder / "got.png").read_bytes(), clean)
        bob.run("download", as_is, "--to", self.folder / "raw.png")
        self.assertEqual((self.folder / "raw.png").read_bytes(), path.read_bytes())
        broken = self.make_file("broken.png", image[:-20])
        self.assert_fails(alice.try_run("send-file", "bob", broken), FAILED, "malformed_input",
                          "--as-is")


class Killed(FilesTest):
    def test_client_and_relay_are_killed_while_a_file_is_sent(self):
        relay, alice, bob = self.make_friends()
        content = random_bytes(LARGE_BYTES)
        path = self.make_file("large.bin", content)
        sending = self.background(alice.start("send-file", "bob", path))
        self.kill_when(sending, lambda: size_under(self.blobs(relay)) > LARGE_BYTES // 8)
        relay.kill()
        there = size_under(self.blobs(relay))
        self.assertLess(there, LARGE_BYTES)
        relay.start()
        going_on = self.background(alice.start("resume"))
        self.assertTrue(eventually(lambda: size_under(self.blobs(relay)) > LARGE_BYTES // 2, 60))
        relay.kill()
        relay.start()
        out, err = going_on.communicate(timeout=120)
        self.assertEqual(going_on.returncode, DONE, (out, err))
        (message,) = bob.receive()
        bob.run("download", message["id"], "--to", self.folder / "copy.bin")
        self.assertEqual((self.folder / "copy.bin").read_bytes(), content)
        self.assertEqual(len([p for p in self.blobs(relay).rglob("*") if p.is_file()]), 1)

    def test_client_and_relay_are_killed_while_a_file_is_fetched(self):
        relay, alice, bob = self.make_friends()
        content = random_bytes(LARGE_BYTES, seed=2)
        sent = self.send_file(alice, bob, self.make_file("large.bin", content))
        bob.receive()
        folder = self.folder / "in"
        folder.mkdir()
        fetching = self.background(bob.start("download", sent, "--to", folder))
        self.kill_when(fetching, lambda: size_under(folder) > LARGE_BYTES // 3)
        self.assertEqual([p.name for p in folder.iterdir()], [".large.bin.mayfly-part"])
        relay.kill()
        relay.start()
        again = self.background(bob.start("download", sent, "--to", folder))
        self.assertTrue(eventually(lambda: size_under(folder) > LARGE_BYTES * 2 // 3, 60))
        relay.kill()
        relay.start()
        out, err = again.communicate(timeout=120)
        self.assertEqual(again.returncode, DONE, (out, err))
        self.assertEqual([p.name for p in folder.iterdir()], ["large.bin"])
        self.assertEqual((folder / "large.bin").read_bytes(), content)

    def test_file_that_changes_before_it_is_resumed_is_not_sent(self):
        relay, alice, bob = self.make_friends()
        path = self.make_file("large.bin", random_bytes(LARGE_BYTES))
        sending = self.background(alice.start("send-file", "bob", path))
        self.kill_when(sending, lambda: size_under(self.blobs(relay)) > LARGE_BYTES // 8)
        with open(path, "r+b") as file:
            file.write(b"other")
        alice.run("resume")
        self.assertEqual(alice.alive(bob), [])
        self.assertTrue(eventually(lambda: size_under(self.blobs(relay)) == 0))
        self.assertEqual(bob.receive(), [])


class Ends(FilesTest):
    def test_expired_file_leaves_relay_and_devices(self):
        relay, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file("brief.bin", random_bytes(300_000)),
                              "--expire", "8s")
        bob.receive()
        time.sleep(8.2)
        self.assert_fails(bob.try_run("download", sent), FAILED, "unknown_message")
        self.assertEqual(alice.alive(bob), [])
        self.assertTrue(eventually(lambda: size_under(self.blobs(relay)) == 0))

    def test_burnt_file_leaves_nothing_on_the_disk(self):
        _, alice, bob = self.make_friends()
        image = png(600, 300)
        sent = self.send_file(alice, bob, self.make_file("vacation-in-the-alps.png", image))
        (message,) = bob.receive()
        self.assertEqual(message["file_name"], "vacation-in-the-alps.png")
        self.assertEqual(len(bob.alive(alice)), 1)
        bob.run("burn", sent)
        self.assertEqual(bob.alive(alice), [])
        for needle in (b"vacation-in-the-alps", b"image/png"):
            self.assertEqual(files_with(bob.home, needle), [])
        self.assert_fails(bob.try_run("download", sent), FAILED, "unknown_message")

    def test_burnt_file_takes_its_draft_along(self):
        relay, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file("large.bin", random_bytes(LARGE_BYTES)))
        bob.receive()
        folder = self.folder / "in"
        folder.mkdir()
        fetching = self.background(bob.start("download", sent, "--to", folder))
        self.kill_when(fetching, lambda: size_under(folder) > LARGE_BYTES // 3)
        bob.run("burn", sent)
        self.assertEqual(list(folder.iterdir()), [])
        self.assertGreater(size_under(self.blobs(relay)), 0)

    def test_burn_timer_of_a_file_starts_with_its_download(self):
        _, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file("a.txt", b"hello"), "--burn", "2s")
        bob.receive()
        time.sleep(2.5)
        bob.run("download", sent, "--to", self.folder / "copy.txt")
        time.sleep(2.5)
        self.assertEqual(bob.alive(alice), [])
        self.assertEqual((self.folder / "copy.txt").read_bytes(), b"hello")

    def test_recalled_file_leaves_the_relay(self):
        relay, alice, bob = self.make_friends()
        sent = self.send_file(alice, bob, self.make_file("a.bin", random_bytes(300_000)))
        bob.receive()
        alice.run("recall", sent)
        self.assertTrue(eventually(lambda: size_under(self.blobs(relay)) == 0))
        self.assertEqual(bob.alive(alice), [])
        self.assert_fails(bob.try_run("download", sent), FAILED, "unknown_message")


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()
