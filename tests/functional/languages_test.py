"""Languages: in German everything is German; in a language in which every text is in brackets,
nothing stands outside them; programs read English always."""
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from harness import BIN, DONE, FAILED, USAGE, VERB_SECONDS_MAX, MayflyTest, Person

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tidy"))
from po_file import CLOSE, OPEN, outside_brackets, read_po, write_bracketed  # noqa: E402

# Two words one after the other are a sentence, unless they are a command to type.
SENTENCE = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]{2,}")
COMMAND = re.compile(r"mayfly( [a-z-]+)+")
VERBS = re.findall(r'\{Verb::\w+,\s*"([a-z -]+)"', (ROOT / "apps/cli/args.cpp").read_text())


def spoken(language):
    """The environment of somebody whose system speaks a language, generated there or not."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")}
    return environment | {"LANG": language}


class LanguageTest(MayflyTest):
    def say(self, *words, program=BIN / "mayfly", env=None, stdin=""):
        done = subprocess.run([str(program), *map(str, words)], input=stdin, text=True,
                              capture_output=True, timeout=VERB_SECONDS_MAX, check=False,
                              env=env or spoken("de_DE.UTF-8"))
        return done.returncode, done.stdout, done.stderr


class German(LanguageTest):
    def test_a_life_in_german(self):
        relay = self.make_relay()
        home = ("--home", self.folder / "anna")
        code, out, err = self.say(*home, "init", "--relay", relay.address, "--handle", "anna")
        self.assertEqual(code, DONE, err)
        rows = dict(line.split(maxsplit=1) for line in out.splitlines())
        self.assertEqual(list(rows), ["Konto", "Adresse", "Link", "Relay", "Rettungsset"])
        # Values stand below each other.
        self.assertEqual(len({line.index(value) for line, value in
                              zip(out.splitlines(), rows.values())}), 1, out)
        self.assertIn("mayfly: Hinweis: schreibe das Rettungsset jetzt auf", err)
        self.assertIn("keine Passphrase: Wer die Dateien in", err)
        bob = self.make_person("bob", relay)
        code, out, err = self.say(*home, "contact", "add", bob.address)
        self.assertEqual((code, out.splitlines()[0]), (DONE, "bob, hat noch nicht angenommen"))
        code, out, _ = self.say("--home", bob.home, "contact", "requests")
        self.assertRegex(out.splitlines()[0], r"^[-0-9: ]{16} anna möchte dir schreiben$")
        bob.run("contact", "accept", "anna")
        self.assertEqual(self.say(*home, "send", "bob", "Hallo, {1}!", "--burn", "30s")[0], DONE)
        code, out, _ = self.say("--home", bob.home, "receive")
        self.assertEqual(code, DONE)
        self.assertRegex(out, r"^[-0-9: ]{16} anna: Hallo, \{1\}!\n    Kennung [a-z2-7]{26}, "
                              r"läuft ab in 5 T 23 Std, verbrennt 30 s nach dem Öffnen\n$")

    def test_tables_in_english(self):
        relay, alice, _ = self.make_friends()
        out = alice.run("whoami", json_mode=False).out.decode()
        self.assertEqual(out.splitlines()[-1], f"relay         {relay.address}")
        out = alice.run("contact", "list", "--offline", json_mode=False).out.decode()
        self.assertEqual(out.splitlines()[1], f"    handle    bob@{relay.address}")

    def test_errors_and_hints(self):
        home = ("--home", self.folder / "nobody")
        code, out, err = self.say(*home, "whoami")
        self.assertEqual((code, out), (FAILED, ""))
        self.assertEqual(err, "mayfly: Fehler: in diesem Ordner ist noch kein Konto\n"
                              "mayfly: Hinweis: mayfly init --relay ADRESSE legt eines an; oder "
                              "nenne ein anderes --home\n")
        code, _, err = self.say("send", "bob")
        self.assertEqual(code, USAGE)
        self.assertIn("mayfly: Fehler: TEXT fehlt\n", err)
        code, _, err = self.say("tanze")
        self.assertIn("unbekannter Befehl: tanze", err)

    def test_help_and_its_tables(self):
        code, out, _ = self.say("--help")
        self.assertEqual(code, DONE)
        self.assertTrue(out.startswith("mayfly: private Nachrichten, die verbrennen\n"))
        columns = {re.search(r"  \S.*?  +(?=\S)", line).end() for line in out.splitlines()[4:20]
                   if re.match(r"  \S.*?   *\S", line) and "   " in line}
        self.assertEqual(len(columns), 1, out)
        self.assertIn("wie lange versucht wird (10s)", self.say("init", "--help")[1])

    def test_programs_read_english(self):
        home = ("--json", "--home", self.folder / "nobody")
        for words in (("whoami",), ("send", "bob"), ("tanze",)):
            code, _, german = self.say(*home, *words)
            _, _, english = self.say(*home, *words, env=spoken("C"))
            self.assertNotEqual(code, DONE)
            self.assertEqual(german, english)

    def test_variables_choose_as_gettext_says(self):
        def first(**variables):
            environment = {name: value for name, value in spoken("").items() if value}
            return self.say("tanze", env=environment | variables)[2].split(" ")[1]

        self.assertEqual(first(), "error:")
        self.assertEqual(first(LANG="de_AT.UTF-8"), "Fehler:")
        self.assertEqual(first(LANG="de"), "Fehler:")
        self.assertEqual(first(LANG="fr_FR", LANGUAGE="fr:de"), "Fehler:")
        self.assertEqual(first(LANG="de_DE", LANGUAGE="en"), "error:")
        self.assertEqual(first(LANG="de_DE", LC_MESSAGES="en_US"), "error:")
        self.assertEqual(first(LANG="de_DE", LC_ALL="C"), "error:")
        self.assertEqual(first(LANG="C.UTF-8", LANGUAGE="de"), "error:")
        self.assertEqual(first(LANG="../../de"), "error:")


class Brackets(LanguageTest):
    """Everything that a person sees comes from the catalogue."""

    def setUp(self):
        super().setUp()
        if shutil.which("msgfmt") is None:
            self.skipTest("gettext is not installed")
        # The catalogue lies beside the program, so the program lies beside the catalogue.
        self.program = self.folder / "bin" / "mayfly"
        self.program.parent.mkdir()
        shutil.copy2(BIN / "mayfly", self.program)
        mo_path = self.folder / "share" / "locale" / "xx" / "LC_MESSAGES" / "mayfly.mo"
        write_bracketed(read_po(ROOT / "po" / "mayfly.pot"), mo_path)

    def look(self, *words, home="alice", code=None, stdin=""):
        """Runs a verb and looks for sentences outside of brackets."""
        got, out, err = self.say("--home", self.folder / home, *words, program=self.program,
                                 env=spoken("xx"), stdin=stdin)
        if code is not None:
            self.assertEqual(got, code, f"{words}: {out}{err}")
        for line in outside_brackets(out + err).splitlines():
            self.assertIsNone(SENTENCE.search(COMMAND.sub("", line)), f"{words}: {line!r}")
        self.assertEqual((out + err).count(OPEN), (out + err).count(CLOSE))
        return out + err

    def test_help_of_every_verb(self):
        self.assertGreater(len(VERBS), 60)
        self.assertIn(OPEN, self.look("--help", code=DONE))
        for verb in VERBS:
            said = self.look(*verb.split(), "--help", code=DONE)
            self.assertTrue(said.startswith(f"{OPEN}mayfly {verb}"), verb)

    def test_refused_command_lines(self):
        for words in ((), ("dance",), ("contact",), ("group", "x"), ("device",), ("account",),
                      ("passphrase",), ("send",), ("send", "b", "x", "y"), ("send", "", "x"),
                      ("send", "b", "x", "--dance"), ("send", "b", "x", "--burn"),
                      ("send", "b", "x", "--burn", "soon"), ("send", "b", "x", "--burn", "9y"),
                      ("send", "b", "x", "--json=1"), ("open", "id", "--burn", "3s"), ("init",),
                      ("init", "--relay", "r", "--invite", ""), ("search", "w", "--limit", "x"),
                      ("group", "set", "g", "--receipts", "x"), ("vote", "id", "x"),
                      ("group", "link", "g", "--uses", "0"), ("location", "b", "x"),
                      ("group", "link", "g", "--expires", "1s"), ("poll", "b", "q"),
                      ("verify-report", "/nonexistent"), ("daemon", "--webhook", "x")):
            self.assertIn(OPEN, self.look(*words), words)

    def test_what_verbs_show_and_refuse(self):
        relay, alice, bob = self.make_friends()
        alice.run("group", "create", "G7", "--topic", "t7")
        alice.run("group", "invite", "G7", "bob")
        alice.run("poll", "bob", "q7", "--option", "a7", "--option", "b7", "--multiple")
        alice.run("location", "bob", "1,2", "--accuracy", "5", "--label", "l7")
        alice.run("screenshot", "bob")
        first = alice.send(bob, "m7", "--burn", "1h")
        self.look("receive", home="bob", code=DONE)
        bob.run("reply", first, "r7")
        bob.run("react", first, "👍")
        for words in (("messages", "bob"), ("contact", "list"), ("conversations",),
                      ("group", "list"), ("group", "show", "G7"), ("device", "list"),
                      ("verify", "bob")):
            self.look(*words, "--offline", code=DONE)
        for words in (("whoami", "--qr"), ("receive",), ("open", first), ("blocked",),
                      ("group", "link", "G7"), ("settings", "bob"),
                      ("settings", "bob", "--receipts", "on"), ("mute", "bob"), ("pin", "bob"),
                      ("archive", "bob"), ("search", "m7"), ("resume",),
                      ("verify", "bob", "--confirm")):
            self.look(*words, code=DONE)
        self.look("group", "offers", home="bob", code=DONE)
        self.look("verify-report", "-", code=DONE,
                  stdin=bob.run("report", first, json_mode=False).out.decode())
        self.look("edit", first, "m8", code=DONE)
        self.look("messages", "bob", "--offline", code=DONE)
        for words in (("init", "--relay", relay.address), ("send", "nobody", "x"),
                      ("send", "bob", ""), ("typing", "bob"), ("vote", first, "1"),
                      ("download", first), ("group", "show", "bob"), ("wipe",), ("open", "x"),
                      ("group", "remove", "G7", "nobody"), ("group", "join", "G7"),
                      ("group", "decline", "x"), ("react", first, "no emoji"), ("report", first),
                      ("verify", "bob", "--digits", "1" * 60), ("verify", "bob", "--digits", "1"),
                      ("contact", "accept", "x"), ("device", "revoke", "x"), ("unblock", "x"),
                      ("send-file", "bob", "/nonexistent"), ("export", self.folder, "--yes"),
                      ("passphrase", "duress"), ("group", "set", "G7"), ("search", ""),
                      ("contact", "add", "mayfly:x"), ("recover", "--relay", relay.address)):
            said = self.look(*words)
            self.assertIn(f"{OPEN}mayfly: error: ", said, words)
            self.assertIn(f"{OPEN}mayfly: hint: ", said, words)


if __name__ == "__main__":
    unittest.main()
