"""Relay and both clients are killed with SIGKILL at random moments, round after round. In the end
every message whose `send` exited 0 has arrived exactly once, and no message has arrived twice.

    kill_loop.py [--rounds N] [--seed S]       MAYFLY_BIN names the folder of the programs
"""
import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from harness import DONE, Person, Relay, befriend, messages_in

KILL_AFTER_SECONDS_MAX = 0.35
SETTLE_SECONDS_MAX = 60


class Loop:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.relay = Relay(folder / "relay").start()
        self.people = [Person("alice", folder / "alice"), Person("bob", folder / "bob")]
        for person in self.people:
            person.init(self.relay)
        befriend(*self.people)
        self.sent = {person.name: set() for person in self.people}       # exit 0: must arrive
        self.uncertain = {person.name: set() for person in self.people}  # may arrive, once
        self.printed = {person.name: Counter() for person in self.people}
        self.kills = Counter()

    def other(self, person):
        return self.people[1 - self.people.index(person)]

    def take_output(self, person, out):
        """Whole lines only: a killed process may leave half a line."""
        lines = out.decode(errors="replace").split("\n")[:-1]
        for message in messages_in(json.loads(line) for line in lines):
            self.printed[person.name][message["text"]] += 1

    def round(self, number):
        """Both send, both receive; some of the processes and perhaps the relay are killed."""
        tasks = []
        for person in self.people:
            text = f"round {number} from {person.name}"
            send = person.start("send", self.other(person).name, text, "--timeout", "8s")
            tasks.append((person, text, send))
            tasks.append((person, None, person.start("receive", "--timeout", "1s")))
        victims = [task for task in tasks if self.random.random() < 0.3]
        moments = [(self.random.uniform(0, KILL_AFTER_SECONDS_MAX), victim)
                   for victim in victims]
        if self.random.random() < 0.3:
            moments.append((self.random.uniform(0, KILL_AFTER_SECONDS_MAX), None))
        began = time.monotonic()
        for moment, victim in sorted(moments, key=lambda item: item[0]):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            if victim is None:
                self.relay.kill()
                self.relay.start()
                self.kills["relay"] += 1
            else:
                victim[2].kill()
                self.kills["send" if victim[1] else "receive"] += 1
        for person, text, process in tasks:
            out, err = process.communicate(timeout=60)
            if text is None:
                self.take_output(person, out)
            elif process.returncode == DONE:
                self.sent[person.name].add(text)
            else:
                self.uncertain[person.name].add(text)
            if b"store_corrupt" in err or b"internal" in err or b"assertion" in err:
                raise AssertionError(err.decode())

    def settle(self):
        """Everything that is on its way arrives; then there is nothing new."""
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        quiet = 0
        while quiet < 2 and time.monotonic() < deadline:
            quiet += 1
            for person in self.people:
                outcome = person.run("receive")
                self.take_output(person, outcome.out)
                if outcome.out:
                    quiet = 0

    def check(self):
        """Gives what is wrong, as lines."""
        wrong = []
        for person in self.people:
            sender = self.other(person)
            alive = Counter(m["text"] for m in person.alive(sender, "--offline")
                            if m["sender"] == sender.account)
            for text in self.sent[sender.name]:
                if alive[text] != 1:
                    wrong.append(f"{text!r} was acknowledged and arrived {alive[text]} times")
            for text, count in (alive | self.printed[person.name]).items():
                if count > 1:
                    wrong.append(f"{text!r} is there or was shown {count} times")
                if text not in self.sent[sender.name] | self.uncertain[sender.name]:
                    wrong.append(f"{text!r} was never sent")
        return wrong

    def lost_to_the_screen(self):
        """Marked as shown by a receive that was killed before it could print."""
        return sum(1 for person in self.people for text in self.sent[self.other(person).name]
                   if not self.printed[person.name][text])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print(f"kill loop: {options.rounds} rounds, --seed {options.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="mayfly-kill-"))
    loop = None
    try:
        loop = Loop(folder, options.seed)
        for number in range(options.rounds):
            loop.round(number)
        loop.settle()
        wrong = loop.check()
    finally:
        if loop is not None:
            loop.relay.kill()
        shutil.rmtree(folder, ignore_errors=True)
    sent = sum(len(texts) for texts in loop.sent.values())
    uncertain = sum(len(texts) for texts in loop.uncertain.values())
    print(f"{sent} acknowledged, {uncertain} not; killed: {dict(sorted(loop.kills.items()))}; "
          f"{loop.lost_to_the_screen()} taken by a receive that died before printing them")
    for line in wrong:
        print(f"kill loop: error: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
