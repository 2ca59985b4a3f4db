"""Three accounts of three devices each, over one relay: a daemon a device, driven by JSON-RPC.

They are made once. Each test then gets copies of the homes and of the relay's data as they were at
rest, at the same port: both go back together, so no device meets a relay that is ahead of it.
"""
import json
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from daemon_test import RpcClient
from harness import MayflyTest, Person, Relay, eventually, free_port, line_of

NAMES = ("alice", "bob", "carol")
DEVICES = 3
GROUP = "family"
NOTICED_SECONDS_MAX = 30


class Device(Person):
    """One home, its daemon and a client of that."""

    def __init__(self, folder, name, number):
        super().__init__(name, folder / f"{name}-{number}")
        self.number = number
        self.daemon = None
        self.rpc = None

    def __repr__(self):
        return self.home.name

    def begin_start(self):
        self.daemon = self.start("daemon")

    def finish_start(self):
        self.rpc = RpcClient(line_of(self.daemon, "listening")["socket"])
        self.rpc.call("subscribe")

    def go_online(self):
        self.begin_start()
        self.finish_start()

    def end(self, signal_number=signal.SIGTERM):
        if self.daemon is None:
            return
        self.rpc.close()
        self.daemon.send_signal(signal_number)
        self.daemon.communicate(timeout=20)
        self.daemon = self.rpc = None

    def call(self, method, **params):
        return self.rpc.call(method, **params)

    def error(self, method, **params):
        return self.rpc.error(method, **params)["data"]["code"]

    def say(self, where, text, **more):
        return self.call("send", who=where, text=text, **more)["id"]

    def messages(self, where):
        return self.call("messages", who=where)["messages"]

    def words(self, where):
        return [message["text"] for message in self.messages(where)]

    def message(self, message_id):
        """The message, or None where it is not or no more."""
        answer = self.rpc.answer(self.rpc.begin("message", id=message_id))
        return answer.get("result")

    def conversation(self, title):
        found = [c for c in self.call("conversations")["conversations"] if c["title"] == title]
        return found[0] if found else None

    def contact(self, name):
        found = [c for c in self.call("contact.list")["contacts"]
                 if c["handle"].startswith(name + "@")]
        return found[0] if found else None

    def members(self, group=GROUP):
        return {m["handle"].split("@")[0]: m
                for m in self.call("group.members", group=group)["members"]}

    def told(self, event):
        """The notifications of one kind that came so far."""
        self.call("status")  # what came before the answer has been read with it
        found = [line["params"] for line in self.rpc.notifications if line["method"] == event]
        return found


def wait_for(check, what=""):
    value = eventually(check, NOTICED_SECONDS_MAX)
    if not value:
        raise AssertionError(f"never: {what}")
    return value


def everywhere(devices, check, what=""):
    """Waits until check(device) is true for every device."""
    for device in devices:
        wait_for(lambda: check(device), f"{what} at {device}")


class Makers:
    """Makes the household that is copied."""

    def __init__(self, folder, port):
        self.folder = folder
        self.relay = Relay(folder / "relay", port=port).start()
        self.kits = {}

    def make(self):
        first = [Device(self.folder, name, 0) for name in NAMES]
        self.init(first)
        for device in first:
            device.begin_start()
        for device in first:
            device.finish_start()
        self.meet(first)
        self.make_group(first)
        everyone = list(first)
        for number in range(1, DEVICES):
            everyone += self.link(first, number)
        for device in everyone[len(first):]:
            device.begin_start()
        for device in everyone[len(first):]:
            device.finish_start()
        everywhere(everyone, lambda d: d.conversation(GROUP) and
                   [m["device_count"] for m in d.members().values()] == [DEVICES] * len(NAMES),
                   "all devices in the group")
        everywhere(everyone, lambda d: d.call("status")["outbox_empty"], "outbox empty")
        for device in everyone:
            device.end()
        self.relay.stop()

    def init(self, devices):
        made = [d.start("init", "--relay", self.relay.address, "--handle", d.name, "--name",
                        d.name.capitalize()) for d in devices]
        for device, process in zip(devices, made):
            out, err = process.communicate(timeout=60)
            account = json.loads(out or err)
            device.account, device.address = account["account"], account["address"]
            self.kits[device.name] = account["recovery_kit"]

    @staticmethod
    def meet(devices):
        for i, asker in enumerate(devices):
            for other in devices[i + 1:]:
                asker.call("contact.add", address=other.address)
                other.rpc.notification("request")
                other.call("contact.accept", id=asker.account)
                wait_for(lambda: asker.contact(other.name)["established"])

    @staticmethod
    def make_group(devices):
        maker, *others = devices
        maker.call("group.create", name=GROUP)
        for other in others:
            maker.call("group.invite", group=GROUP, who=other.name)
            other.rpc.notification("offer")
            other.call("group.accept", offer=GROUP)
        everywhere(devices, lambda d: d.conversation(GROUP)["member_count"] == len(devices),
                   "all people in the group")

    def link(self, first, number):
        """One more device for each account, all at once."""
        fresh = [Device(self.folder, old.name, number) for old in first]
        finish_links(first, fresh, [begin_link(d, self.relay) for d in fresh])
        return fresh


def begin_link(fresh, relay):
    return fresh.start("device", "link", "--relay", relay.address, stdin=subprocess.PIPE)


def finish_links(old, fresh, processes):
    """Brings each new device in by the daemon of an old one."""
    asked = [device.rpc.begin("device.add", link=line_of(process, "device_link")["link"])
             for device, process in zip(old, processes)]
    for device, process in zip(old, processes):
        code = device.rpc.notification("device_met")["code"]
        if line_of(process, "device_code")["code"] != code:
            raise AssertionError("the codes differ")
        device.call("device.confirm")
        process.stdin.write(b"yes\n")
        process.stdin.flush()
    for device, new, process, request in zip(old, fresh, processes, asked):
        out, err = process.communicate(timeout=60)
        answer = device.rpc.answer(request)
        if process.returncode != 0 or "result" not in answer:
            raise AssertionError(f"{new!r}: {out} {err} {answer}")
        new.account, new.address = device.account, device.address


class HouseholdTest(MayflyTest):
    """A test with nine devices: self.alice, self.bob and self.carol are lists of three."""
    template = None

    @classmethod
    def setUpClass(cls):
        if HouseholdTest.template is None:
            folder = Path(tempfile.mkdtemp(prefix="mayfly-household-"))
            HouseholdTest.template = (folder, free_port())
            made = Makers(*HouseholdTest.template)
            try:
                made.make()
            finally:
                made.relay.kill()
            HouseholdTest.kits = made.kits

    def setUp(self):
        super().setUp()
        template, port = HouseholdTest.template
        shutil.copytree(template, self.folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("control"))  # a socket
        self.relay = Relay(self.folder / "relay", port=port).start()
        self.addCleanup(self.relay.kill)
        self.alice, self.bob, self.carol = (
            [Device(self.folder, name, number) for number in range(DEVICES)] for name in NAMES)
        self.everyone = self.alice + self.bob + self.carol
        for device in self.everyone:
            self.addCleanup(device.end, signal.SIGKILL)
            device.begin_start()
        for device in self.everyone:
            device.finish_start()
            account = device.call("whoami")
            device.account, device.address = account["account"], account["address"]

    def crash_relay(self):
        self.relay.kill()
        self.relay.start()


def tearDownModule():
    if HouseholdTest.template is not None:
        shutil.rmtree(HouseholdTest.template[0], ignore_errors=True)
