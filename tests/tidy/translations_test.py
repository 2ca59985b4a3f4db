"""The catalogues in po/ are whole: nothing is missing, stale, or would break a sentence; and what
the programs for people say is in them."""
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from po_file import QUOTED, read_po, unquote

ROOT = Path(__file__).resolve().parent.parent.parent
REGENERATE = "run tools/translations.sh, and translate what is empty in po/*.po"
COLUMNS_MAX = 100
PLACE = re.compile(r"\{[1-9]\}")

SPOKEN = ("apps/cli", "apps/tui")
WORDS = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
TOKEN = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'""")
RAW = re.compile(r'R"\((.*?)\)"', re.DOTALL)
# Literals with spaces that nobody reads: where a pattern of one fits, and why.
UNSPOKEN = (
    (re.compile(r"^ [a-z -]+ $"), "options of a verb"),
    (re.compile(r"^[a-z-]+ [a-z-]+$"), "verbs of two words"),
    (re.compile(r"^mayfly [a-z -]+$"), "a command as a hint"),
    (re.compile(r"^[a-z-]+(, [a-z-]+)+$"), "names of verbs, an argument"),
    (re.compile(r"^mayfly: assertion"), "a fault of ours"),
    (re.compile(r"^\r\n|\r\n$"), "HTTP"),
)


def without_comments(text):
    return re.sub(r"^\s*(//|#\s*include).*$", "", text, flags=re.MULTILINE)


def literals(text):
    """String literals of C++, those that stand side by side as one."""
    text = without_comments(text)
    for raw in RAW.findall(text):
        yield raw
    text = RAW.sub(" ", text)
    text = TOKEN.sub(lambda token: token[0] if token[0][0] == '"' else " ", text)
    for run in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', text):
        yield unquote(run.replace("\\x1b", " "))


@unittest.skipIf(shutil.which("xgettext") is None, "gettext is not installed")
class Translations(unittest.TestCase):
    def setUp(self):
        self.pot = read_po(ROOT / "po/mayfly.pot")
        self.catalogues = sorted((ROOT / "po").glob("*.po"))

    def test_template_holds_what_the_code_says_now(self):
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "mayfly.pot"
            subprocess.run([ROOT / "tools/translations.sh", fresh], check=True)
            self.assertTrue(fresh.read_bytes() == (ROOT / "po/mayfly.pot").read_bytes(),
                            f"po/mayfly.pot is stale: {REGENERATE}")

    def test_every_catalogue_has_every_text_and_no_other(self):
        self.assertIn("de.po", [path.name for path in self.catalogues])
        wanted = {entry.key for entry in self.pot}
        for path in self.catalogues:
            entries = read_po(path)
            self.assertEqual({entry.key for entry in entries} ^ wanted, set(),
                             f"{path.name}: {REGENERATE}")
            for entry in entries:
                self.assertFalse(entry.fuzzy or entry.obsolete, f"{path.name}: {entry.one}")
                for text in entry.texts:
                    self.assertTrue(text, f"{path.name} does not translate: {entry.one}")

    def test_msgfmt_finds_nothing(self):
        for path in self.catalogues:
            done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", path],
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_places_of_arguments_are_those_of_the_english(self):
        for path in self.catalogues:
            for entry in read_po(path):
                for text in entry.texts:
                    said, found = set(PLACE.findall(entry.one)), set(PLACE.findall(text))
                    if entry.many is not None:
                        said |= set(PLACE.findall(entry.many))
                        said.discard("{1}")  # "one file" need not say the number
                        found.discard("{1}")
                    self.assertEqual(found, said, f"{path.name}: {text}")

    def test_ends_and_widths_fit_where_the_english_stands(self):
        for path in self.catalogues:
            for entry in read_po(path):
                for text in entry.texts:
                    where = f"{path.name}: {text}"
                    for blank in (" ", "\n"):
                        self.assertEqual(text.startswith(blank), entry.one.startswith(blank), where)
                        self.assertEqual(text.endswith(blank), entry.one.endswith(blank), where)
                    if "\n" in entry.one:
                        widest = max(text.split("\n"), key=len)
                        self.assertLessEqual(len(widest), COLUMNS_MAX, f"{path.name}: {widest}")

    def test_every_sentence_in_the_code_is_looked_up(self):
        known = {entry.one for entry in self.pot} | {entry.many for entry in self.pot}
        known |= {entry.context for entry in self.pot}
        unknown = []
        for folder in SPOKEN:
            for path in sorted((ROOT / folder).glob("*.cpp")):
                if path.stem.endswith("_test"):
                    continue
                for literal in literals(path.read_text()):
                    said = WORDS.search(literal) and not any(
                        pattern.search(literal) for pattern, _ in UNSPOKEN)
                    if said and literal not in known:
                        unknown.append(f"{path.relative_to(ROOT)}: {literal!r}")
        self.assertEqual(unknown, [], "say it with tr")

    def test_literals_are_read_as_the_compiler_does(self):
        code = ('// "a comment here"\nf("one " "two\\n", \'"\', R"(three "four")");\n'
                '#include "not this one"\ng("it\'s", "they\'re");\n')
        self.assertEqual(sorted(literals(code)), ["it's", "one two\n", "they're", 'three "four"'])
        self.assertEqual(QUOTED.findall('"a\\"b" "c"'), ['"a\\"b"', '"c"'])


if __name__ == "__main__":
    unittest.main()
