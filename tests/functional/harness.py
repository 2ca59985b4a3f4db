"""Runs the real programs for the functional tests: a relay on a port of its own, people with homes
of their own. Standard library only.

MAYFLY_BIN names the folder with `mayfly` and `mayfly-relay`.
"""
import hashlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

os.environ["LC_ALL"] = "C.UTF-8"  # tests look for English; languages_test says otherwise
BIN = Path(os.environ.get("MAYFLY_BIN", "build/release/bin")).resolve()
VERB_SECONDS_MAX = 60
RELAY_READY_SECONDS_MAX = 30

DONE, FAILED, USAGE, NETWORK, NOT_TRUSTED = 0, 1, 2, 3, 4


class VerbFailed(AssertionError):
    pass


class Outcome:
    """What a verb gave: exit code, lines of JSON, the error object."""

    def __init__(self, arguments, code, out, err):
        self.arguments = arguments
        self.code = code
        self.out = out
        self.err = err

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.decode().splitlines()]

    @property
    def error(self):
        errors = [json.loads(line) for line in self.err.decode().splitlines()
                  if line.startswith('{"type":"error"')]
        if len(errors) != 1:
            raise VerbFailed(f"{self}: wanted one error object")
        return errors[0]

    def __str__(self):
        return f"mayfly {' '.join(self.arguments)}: exit {self.code}\n{self.out}\n{self.err}"


class Relay:
    def __init__(self, data, port=0, registration=None):
        self.data = Path(data)
        self.port = port
        self.registration = registration
        self.address = None
        self.process = None

    def start(self):
        arguments = [BIN / "mayfly-relay", "serve", "--data", self.data,
                     "--listen", f"127.0.0.1:{self.port}", "--tls-self-signed"]
        if self.registration:
            arguments += ["--registration", self.registration]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode()
        words = line.split()
        if len(words) != 4 or words[0] != "listening" or words[2] != "address":
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"relay's ready line: {line!r}")
        self.port = int(words[1].rsplit(":", 1)[1])
        self.address = words[3]
        return self

    def end(self, signal_number):
        if self.process is None:
            return
        self.process.send_signal(signal_number)
        self.process.wait(timeout=RELAY_READY_SECONDS_MAX)
        self.process.stdout.close()
        self.process = None

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)


class Person:
    def __init__(self, name, home, passphrase=None):
        self.name = name
        self.home = Path(home)
        self.passphrase_file = None
        if passphrase is not None:
            # Beside the tests' homes, never in one.
            self.passphrase_file = Path(f"{self.home}.passphrase")
            self.passphrase_file.parent.mkdir(parents=True, exist_ok=True)
            self.passphrase_file.write_text(passphrase + "\n")
        self.account = None
        self.address = None

    def arguments(self, *words, json_mode=True):
        out = [str(BIN / "mayfly"), "--home", str(self.home)]
        if self.passphrase_file:
            out += ["--passphrase-file", str(self.passphrase_file)]
        if json_mode:
            out.append("--json")
        return out + [str(word) for word in words]

    def start(self, *words, json_mode=True, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.arguments(*words, json_mode=json_mode),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def try_run(self, *words, json_mode=True, stdin=None, **options):
        given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(self.arguments(*words, json_mode=json_mode), capture_output=True,
                              timeout=VERB_SECONDS_MAX, check=False, **given, **options)
        return Outcome([str(word) for word in words], done.returncode, done.stdout, done.stderr)

    def run(self, *words, **options):
        outcome = self.try_run(*words, **options)
        if outcome.code != DONE:
            raise VerbFailed(str(outcome))
        return outcome

    def init(self, relay, *words):
        account = self.run("init", "--relay", relay.address, "--handle", self.name, *words)
        self.account = account.objects[0]["account"]
        self.address = account.objects[0]["address"]
        return account.objects[0]

    def send(self, who, text, *words):
        return self.run("send", who.name, text, *words).objects[0]["id"]

    def receive(self, *words):
        return messages_in(self.run("receive", *words).objects)

    def texts(self, *words):
        return [message["text"] for message in self.receive(*words)]

    def alive(self, who, *words):
        return self.alive_in(who.name, *words)

    def alive_in(self, place, *words):
        return self.run("messages", place, *words).objects


def line_of(process, kind):
    """The next JSON object of that type on the output of a verb that stays."""
    for line in process.stdout:
        found = json.loads(line)
        if found["type"] == kind:
            return found
    raise VerbFailed(f"ended before {kind}: {process.stderr.read()}")


def messages_in(objects):
    return [item for item in objects if item["type"] == "message"]


def befriend(asker, other):
    """Both are contacts of each other when it returns."""
    asker.run("contact", "add", other.address)
    requests = other.run("contact", "requests").objects
    found = [request for request in requests if request["account"] == asker.account]
    if len(found) != 1:
        raise AssertionError(f"requests: {requests}")
    other.run("contact", "accept", found[0]["id"])
    contacts = asker.run("contact", "list").objects
    if not any(c["account"] == other.account and c["established"] for c in contacts):
        raise AssertionError(f"not established: {contacts}")


class MayflyTest(unittest.TestCase):
    """A test with a folder of its own, a relay and people, all gone at its end."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="mayfly-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.children = []
        self.addCleanup(self.end_children)

    def end_children(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate()

    def background(self, child):
        self.children.append(child)
        return child

    def make_relay(self, name="relay", **options):
        relay = Relay(self.folder / name, **options).start()
        self.addCleanup(relay.kill)
        return relay

    def make_person(self, name, relay, passphrase=None):
        person = Person(name, self.folder / name, passphrase)
        person.init(relay)
        return person

    def make_friends(self, passphrase=None):
        relay = self.make_relay()
        alice = self.make_person("alice", relay, passphrase)
        bob = self.make_person("bob", relay, passphrase)
        befriend(alice, bob)
        return relay, alice, bob

    def assert_fails(self, outcome, code, error_code, *said):
        """One clear error with a hint, and nothing on stdout."""
        self.assertEqual(outcome.code, code, str(outcome))
        self.assertEqual(outcome.out, b"", str(outcome))
        error = outcome.error
        if error_code is not None:
            self.assertEqual(error["code"], error_code, str(outcome))
        self.assertGreater(len(error["message"]), 5)
        self.assertGreater(len(error["hint"]), 5)
        for text in said:
            self.assertIn(text, error["message"] + " " + error["hint"])


def tree_hash(folder):
    """One hash over names, modes and content of everything in a folder."""
    whole = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        name = f"{path.relative_to(folder)} {path.stat().st_mode:o} {len(content)}\n"
        whole.update(name.encode())
        whole.update(content)
    return whole.hexdigest()


def files_with(folder, needle):
    return [str(path) for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and needle in path.read_bytes()]


def ogg_page(flags, position, packet):
    """A page with one packet of less than 255 bytes; nobody here looks at its checksum."""
    return struct.pack("<4sBBqIIIBB", b"OggS", 0, flags, position, 7, 0, 0, 1,
                       len(packet)) + packet


def opus_memo(seconds, comments=bytes(8)):
    """Opus in Ogg as far as anything here looks into it: heads and how long it is."""
    head = b"OpusHead" + bytes([1, 1, 56, 1, 0x80, 0xbb]) + bytes(5)
    sound = [os.urandom(250) for _ in range(20)]
    return (ogg_page(2, 0, head) + ogg_page(0, 0, b"OpusTags" + comments)
            + b"".join(ogg_page(0, 0, packet) for packet in sound[:-1])
            + ogg_page(4, 312 + 48_000 * seconds, sound[-1]))


def eventually(check, seconds=10):
    """Waits until check() gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
