"""Runs docs/using.md: every session in it, command by command, and compares what it says.

    python3 tests/functional/using_test.py            compares
    python3 tests/functional/using_test.py --write    runs the commands and writes what they said

A line `alice$ COMMAND` is typed by alice at a terminal of her own (a real one: pty), in a folder
of her own; what follows is what she sees. `[exit N]` is the exit code if it is not 0. `...` as the
last line: the command goes on, and `alice...` comes back to it. A line `yes`, or the `yes` after a
question that ends with a colon, is typed. Ids, links, times and words of kits are others in each
run: they are matched by their shape, and where a later command names one, it gets that of this run.
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import BIN, MayflyTest, opus_memo, unittest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "using.md"
VERBS = ROOT / "apps" / "cli" / "args.cpp"
RELAY_IN_DOCUMENT = "127.0.0.1:7333#txnb..."
PASSPHRASE = "correct horse battery staple"
COMMAND_SECONDS_MAX = 60
QUIET_SECONDS = 1.5  # who says nothing for so long waits
# Verbs with a section and a test of their own, because a page of text cannot show them.
NOT_SHOWN = {"tui"}

PROMPT = re.compile(r"^(\w+)(\$|\.\.\.)(?: (.*))?$")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
TYPED = re.compile(r"^(?:(.*:) )?(yes)$")
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d"
SPAN = r"\d+ (?:d|h|min|s)(?: \d+ (?:h|min|s))?"
KIT = r"(?:[a-z]{5} ){8}[a-z]{5}"
DIGITS = r"\d{5}(?: \d{5}){3}"
LONG = r"[A-Za-z0-9_-]{20,}"
# A name in JSON is neither: ids have 26 or 52 letters, and others a digit.
OPAQUE = r"(?:\b(?:[a-z2-7]{26}|[a-z2-7]{52})\b|(?=[A-Za-z_-]*[0-9])" + LONG + ")"
# In the order in which they are looked for: what a text holds that differs from run to run.
SHAPES = [("date", DATE), ("kit", KIT), ("digits", DIGITS), ("span", SPAN),
          ("size", r"\d+(?:\.\d)? [kM]?B"), ("stamp", r"\d{13}"),
          ("code", r"(?<=code          )\d{6}"), ("nameless", r"[a-z2-7]{8}(?= \(group\))"),
          ("long", r"[A-Za-z0-9_-]{8,}\.\.\.|" + OPAQUE)]
VARIABLE = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in SHAPES))
MATCHES = {name: shape for name, shape in SHAPES} | {"long": LONG, "code": r"\d{6}"}
SHORT_CHARACTERS = 10


def pattern_of(line):
    """A regular expression for one line of the document, and its tokens that others may name."""
    out, tokens, at = [], [], 0
    for found in VARIABLE.finditer(line):
        out.append(re.escape(line[at:found.start()]))
        out.append(f"({MATCHES[found.lastgroup]})")
        tokens.append(found[0])
        at = found.end()
    out.append(re.escape(line[at:]))
    return re.compile("".join(out) + "$"), tokens


def shown(text):
    """What a terminal shows of the bytes that came: no escapes, a line as it was drawn last."""
    lines = []
    for line in ESCAPES.sub("", text.replace("\r\n", "\n")).split("\n"):
        lines.append(line.split("\r")[-1].rstrip())
    while lines and not lines[-1]:
        lines.pop()
    return fold_codes(lines)


def fold_codes(lines):
    out = []
    for line in lines:
        is_code = any(block in line for block in "█▀▄")
        if is_code or (not line.strip() and out and out[-1] == "(a QR code)"):
            if not out or out[-1] != "(a QR code)":
                out.append("(a QR code)")
            continue
        out.append(line)
    return out


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, command, folder, environment):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(["bash", "-c", command], stdin=slave, stdout=slave,
                                        stderr=slave, cwd=folder, env=environment,
                                        start_new_session=True)
        os.close(slave)
        self.text = ""

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # all ends of the terminal are closed
            return False
        self.text += piece.decode(errors="replace")
        return bool(piece)

    def read_until(self, enough):
        """Reads to the end of the command, or until enough(text)."""
        deadline = time.monotonic() + COMMAND_SECONDS_MAX
        while not enough(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"it neither ended nor went on:\n{self.text}")
            if not self.read(0.2):
                return self.process.wait(timeout=COMMAND_SECONDS_MAX)
        return None

    def settle(self):
        """What a command that stays says before it waits."""
        deadline = time.monotonic() + COMMAND_SECONDS_MAX
        while time.monotonic() < deadline:
            before = len(self.text)
            is_open = self.read(QUIET_SECONDS)
            if not is_open or (before and len(self.text) == before):
                return

    def take(self):
        text, self.text = self.text, ""
        return shown(text)

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)


class Step:
    def __init__(self, person, is_new, command):
        self.person, self.is_new, self.command, self.expected = person, is_new, command, []


def blocks_of(text):
    """The document in pieces: lists of lines, those of sessions as lists of steps."""
    people = set(re.findall(r"^(\w+)\$ ", text, re.M))
    pieces, lines, in_block = [], [], False
    for line in text.split("\n"):
        if line.startswith("```"):
            if in_block and any(prompt_in(each, people) for each in lines):
                pieces.append(steps_of(lines, people))
                lines = []
            elif not in_block:
                pieces.append(lines + [line])
                lines, in_block = [], True
                continue
            in_block = not in_block
        lines.append(line)
    return pieces + [lines]


def prompt_in(line, people):
    """An id that is shortened looks like somebody's `...`."""
    found = PROMPT.match(line)
    return found if found and found[1] in people else None


def steps_of(lines, people):
    steps = []
    for line in lines:
        found = prompt_in(line, people)
        if found:
            steps.append(Step(found[1], found[2] == "$", found[3] or ""))
        elif steps:
            steps[-1].expected.append(line)
    return steps


class Walk(MayflyTest):
    """People at terminals, and what the document's names stand for in this run."""
    write = False

    def setUp(self):
        super().setUp()
        self.relay = self.make_relay()
        self.names = {}
        self.terminals = {}
        self.addCleanup(lambda: [each.end() for each in self.terminals.values()])
        self.ran = []
        folder, _ = self.environment("alice")
        (folder / "memo.ogg").write_bytes(opus_memo(seconds=3))

    def environment(self, person):
        folder = self.folder / person
        folder.mkdir(exist_ok=True)
        passphrase = self.folder / f"{person}.passphrase"
        if not passphrase.exists():
            passphrase.write_text(PASSPHRASE + "\n")
        return folder, {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(folder), "TERM": "xterm",
                        "MAYFLY_HOME": str(folder / "home"), "LC_ALL": "C.UTF-8", "COLUMNS": "200",
                        "MAYFLY_PASSPHRASE_FILE": str(passphrase)}

    def real(self, command):
        """The command with what this run calls things."""
        command = self.real_line(command)
        for name in sorted(self.names, key=len, reverse=True):
            command = command.replace(name, self.names[name])
            bare = name.removesuffix("...")
            if len(bare) >= 8 and name.endswith("..."):
                command = re.sub(rf"\b{re.escape(bare[:8])}\b", self.names[name][:8], command)
        return command

    def real_line(self, line):
        for said, real in self.places():
            line = line.replace(said, real)
        return line

    def places(self):
        """What the document calls this run's relay, its key and its folders."""
        key = RELAY_IN_DOCUMENT.split("#")[1], self.relay.address.split("#")[1]
        return (RELAY_IN_DOCUMENT, self.relay.address), key, ("/home/", f"{self.folder}/")

    def run_step(self, step):
        folder, environment = self.environment(step.person)
        if step.is_new:
            command = self.real(step.command)
            self.ran.append(step.command)
            if step.person in self.terminals:  # what stayed until now
                self.terminals[step.person].end()
            self.terminals[step.person] = Terminal(command, folder, environment)
        terminal = self.terminals[step.person]
        stays = step.expected[-1:] == ["..."]
        for line in step.expected:
            typed = TYPED.match(line)
            if not typed:
                continue
            if typed[1]:
                terminal.read_until(lambda text, asked=self.real_line(typed[1]):
                                    asked in ESCAPES.sub("", text))
            else:
                terminal.settle()
            os.write(terminal.master, (typed[2] + "\n").encode())
        if stays:
            terminal.settle()
            return terminal.take() + ["..."]
        code = terminal.read_until(lambda text: False)
        out = terminal.take()
        terminal.end()
        del self.terminals[step.person]
        return out + ([f"[exit {code}]"] if code else [])

    def compare(self, step, actual):
        self.assertEqual(len(step.expected), len(actual), self.difference(step, actual))
        for wanted, got in zip(step.expected, actual):
            pattern, tokens = pattern_of(self.real_line(wanted))
            found = pattern.match(got)
            self.assertTrue(found, self.difference(step, actual))
            for token, value in zip(tokens, found.groups()):
                self.names[token] = value

    @staticmethod
    def difference(step, actual):
        wanted = "\n".join(step.expected)
        return f"\n{step.person}$ {step.command}\nthe document says:\n{wanted}\nit said:\n" + \
            "\n".join(actual)

    def written(self, step, actual):
        """The lines for the document: this run's names, shortened, and remembered as such."""
        for line in step.expected:
            name = re.fullmatch(r"<(\w+)>", line)
            if name:
                shape = KIT if name[1] == "kit" else OPAQUE
                self.names[line] = re.findall(shape, " ".join(actual))[-1]
        out = []
        for line in actual:
            for said, real in self.places():
                line = line.replace(real, said)
            out.append(re.sub(OPAQUE, self.shorten, line))
        return out

    def shorten(self, found):
        short = found[0][:SHORT_CHARACTERS] + "..."
        self.names[short] = found[0]
        return short

    @staticmethod
    def names_short(value):
        """Ids are typed as eight characters; links only work whole."""
        return value[:8] if len(value) <= 52 else value[:SHORT_CHARACTERS] + "..."

    def rewritten(self, command):
        for name, value in self.names.items():
            if name.startswith("<"):
                kit = re.fullmatch(KIT, value)
                command = command.replace(name, value if kit else self.names_short(value))
        return command

    def test_every_session_of_using_md(self):
        out = []
        for piece in blocks_of(DOCUMENT.read_text()):
            for item in piece:
                if isinstance(item, str):
                    out.append(item)
                    continue
                actual = self.run_step(item)
                prompt = "$" if item.is_new else "..."
                if self.write:
                    lines = self.written(item, actual)
                    command = self.rewritten(item.command)
                    out += [f"{item.person}{prompt} {command}".rstrip(), *lines]
                else:
                    self.compare(item, actual)
        if self.write:
            DOCUMENT.write_text("\n".join(out))
        self.check_verbs()

    def check_verbs(self):
        """Each verb of the program was run."""
        verbs = set(re.findall(r'\{Verb::\w+,\s*"([a-z -]+)"', VERBS.read_text()))
        self.assertGreater(len(verbs), 50)
        ran = "\n".join(self.ran)
        missing = {verb for verb in verbs - NOT_SHOWN
                   if not re.search(rf"\bmayfly (?:--json )?{verb}\b", ran)}
        self.assertEqual(missing, set(), "verbs that docs/using.md never shows")


if __name__ == "__main__":
    if "--write" in sys.argv:
        sys.argv.remove("--write")
        Walk.write = True
    unittest.main()
