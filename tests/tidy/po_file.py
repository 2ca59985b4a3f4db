"""Reads gettext's .po files as its tools write them, and makes catalogues for tests."""
import ast
import re
import subprocess

OPEN, CLOSE = "⟦", "⟧"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def unquote(lines):
    return "".join(ast.literal_eval(part) for part in QUOTED.findall(lines))


class Entry:
    def __init__(self, text):
        self.fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", text, re.MULTILINE))
        self.obsolete = text.lstrip().startswith("#~")
        self.context = self.one = self.many = None
        self.texts = []
        for name, value in re.findall(r'^(msg\w+(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\s*)+)', text,
                                      re.MULTILINE):
            if name == "msgctxt":
                self.context = unquote(value)
            elif name == "msgid":
                self.one = unquote(value)
            elif name == "msgid_plural":
                self.many = unquote(value)
            else:
                self.texts.append(unquote(value))

    @property
    def key(self):
        return self.context, self.one, self.many


def read_po(path):
    """The entries of a file, without its header."""
    entries = [Entry(part) for part in path.read_text().split("\n\n") if part.strip()]
    return [entry for entry in entries if entry.one or entry.obsolete]


def quote(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def bracketed(text):
    # msgfmt wants line ends at the ends to stay where they are.
    inside = text.strip("\n")
    return quote(text.replace(inside, OPEN + inside + CLOSE, 1))


def write_bracketed(entries, mo_path):
    """A catalogue in which every text is itself in brackets: what has none was not looked up."""
    lines = ['msgid ""', 'msgstr "Content-Type: text/plain; charset=UTF-8\\n'
             'Plural-Forms: nplurals=2; plural=(n != 1);\\n"']
    for entry in entries:
        lines.append("")
        if entry.context is not None:
            lines.append(f"msgctxt {quote(entry.context)}")
        lines.append(f"msgid {quote(entry.one)}")
        if entry.many is None:
            lines.append(f"msgstr {bracketed(entry.one)}")
        else:
            lines += [f"msgid_plural {quote(entry.many)}",
                      f"msgstr[0] {bracketed(entry.one)}",
                      f"msgstr[1] {bracketed(entry.many)}"]
    mo_path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["msgfmt", "--endianness=little", "-o", str(mo_path), "-"], check=True,
                   input="\n".join(lines) + "\n", text=True)


def outside_brackets(text):
    """What of a program's output came from no catalogue."""
    depth, out = 0, []
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        if depth == 0 and character != CLOSE:
            out.append(character)
    return "".join(out)
