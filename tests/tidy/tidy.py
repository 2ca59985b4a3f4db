"""House rules that a machine can check. Each finding names file:line, the rule and its reason.

    python3 tests/tidy/tidy.py                 checks the repository
    python3 tests/tidy/tidy.py --root DIR      checks another tree (the self-test does)
    python3 tests/tidy/tidy.py --format        clang-format on every C++ file
    python3 tests/tidy/tidy.py --list-sources  the C++ files, one a line
"""
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cpp_functions import function_spans

LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

CODE_FOLDERS = ("src", "apps", "tests", "fuzz", "bench", "tools", "cmake", "web", "examples")
CPP = (".h", ".cpp")
CODE = CPP + (".py", ".sh", ".mjs", ".js", ".ts", ".cmake", ".txt")
NOT_OURS = {"build", "out", "node_modules", "__pycache__", ".git", ".cache", "corpus"}

CRYPTO_HEADER = re.compile(r"(openssl/|sodium)")
SANS_IO_BANNED = re.compile(
    r"(thread|mutex|shared_mutex|condition_variable|future|chrono|ctime|time\.h|fstream|"
    r"filesystem|random|iostream|unistd\.h|fcntl\.h|poll\.h|netdb\.h|signal\.h|pthread\.h|"
    r"sys/.*)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
SNAKE = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")
TEST_NAME = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*\w+\s*,\s*(\w+)\s*\)")
PYTHON_TEST = re.compile(r"^\s*(?:async )?def (\w+)\(", re.MULTILINE)
CTEST_NAME = re.compile(r"\bNAME\s+(\w+)")
CHECK_ID = re.compile(r"\bchecks? ((?:\d+(?:\.\d+)*-\d+(?:, )?)+)")
CHECK_ROW = re.compile(r"^\| (\d+(?:\.\d+)*-\d+) \|.*\| ([^|]*) \| tests?: ([^|]*) \|$")
SPEC_TEST = re.compile(r"\btests?: ((?:`?\w+`?)(?:, ?`?\w+`?)*)")

RULES = {
    "layers": "arrows point down only, so that the relay cannot hold code that reads messages",
    "crypto": "one folder is audited for cryptography; the others see its interfaces",
    "sans-io": "no clock, thread, file, socket or randomness inside: a seed replays a run",
    "file-length": "a file that outgrows the limit has found its second concern",
    "function-length": "a function longer than a screen is not reviewed, it is believed",
    "columns": "two files fit side by side",
    "whitespace": "diffs show changes, not blanks",
    "name": "one way to write a name",
    "unfinished": "unfinished work is an issue, not a comment",
    "using-namespace": "a header must not change what names mean in the file that includes it",
    "listed": "a source that no CMakeLists.txt names is neither compiled nor tested",
    "spec-test": "a claim in the specification has a test that exists",
    "checks": "a numbered check has its row, its code and a test that says its number",
    "format": "clang-format decides, nobody argues: make format",
}


class Findings:
    def __init__(self):
        self.items = []

    def add(self, path, line, rule, what):
        self.items.append((str(path), line, rule, what))

    def report(self):
        for path, line, rule, what in sorted(self.items):
            print(f"{path}:{line}: {rule}: {what} ({RULES[rule]})")


def tree_files(root, folders):
    for folder in folders:
        for directory, names, files in os.walk(root / folder):
            names[:] = sorted(set(names) - NOT_OURS)
            for name in sorted(files):
                yield (Path(directory) / name).relative_to(root)


def is_test(path):
    return path.stem.endswith("_test") or "test_support" in path.stem


def layer_table(root):
    """The table of cmake/MayflyTargets.cmake, which is the one source of the direction."""
    text = (root / "cmake" / "MayflyTargets.cmake").read_text()
    found = re.findall(r'^set\(MAYFLY_ALLOWED_(\w+)\s+"([^"]*)"\)', text, re.MULTILINE)
    return {name: set(filter(None, allowed.split(";"))) for name, allowed in found}


def library_arguments(root, folder):
    """The arguments of mayfly_library(...) in a folder's CMakeLists.txt: keyword -> words."""
    path = root / "src" / folder / "CMakeLists.txt"
    text = re.sub(r"#.*", "", path.read_text()) if path.exists() else ""
    words = []
    for call in re.findall(r"mayfly_(?:library|test)\(([^)]*)\)", text):
        words += call.split()
    arguments = {"": []}
    keyword = ""
    for word in words:
        if re.fullmatch(r"[A-Z_]+", word):
            keyword = word
            arguments.setdefault(word, [])
        else:
            arguments[keyword].append(word)
    arguments["text"] = text
    native = re.findall(r"set\(\w+_native_sources\s([^)]*)\)", text)
    arguments["native"] = set(" ".join(native).split())
    return arguments


def check_table(root, table, findings):
    path = "cmake/MayflyTargets.cmake"
    for name, allowed in table.items():
        for other in sorted(allowed):
            if other not in table:
                findings.add(path, 1, "layers", f"{name} may use {other}, which has no line")
            elif name in table[other] or name == other:
                findings.add(path, 1, "layers", f"{name} and {other} may use each other")
    for entry in sorted((root / "src").iterdir()):
        if entry.is_dir() and entry.name not in table:
            findings.add(path, 1, "layers", f"src/{entry.name} has no line in the table")


def check_includes(path, lines, table, cmake, findings):
    parts = path.parts
    if parts[0] not in ("src", "apps") or len(parts) < 3:
        return
    folder = parts[1]
    layer = folder if parts[0] == "src" else f"apps_{folder}"
    allowed = table.get(layer, set()) | {folder}
    if is_test(path):
        allowed = allowed | set(cmake.get(folder, {}).get("TEST_DEPS", ())) | {"tests"}
    layers = table.keys() | {"apps", "tests"}
    declared = cmake.get(folder, {})
    sans_io = (parts[0] == "src" and "SANS_IO" in declared
               and path.name not in declared["native"])
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        first = header.split("/")[0]
        if quote == '"' and "/" in header and first not in allowed and first in layers:
            findings.add(path, number, "layers", f"{layer} must not include {header}")
        if CRYPTO_HEADER.match(header) and layer != "crypto":
            findings.add(path, number, "crypto", f"{layer} must not include {header}")
        if sans_io and not is_test(path) and quote == "<" and SANS_IO_BANNED.match(header):
            findings.add(path, number, "sans-io", f"{layer} must not include <{header}>")


def check_text(path, text, lines, findings):
    if len(lines) >= LINES_MAX:
        findings.add(path, len(lines), "file-length",
                     f"{len(lines)} lines, must be under {LINES_MAX}")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            findings.add(path, number, "columns", f"{len(line)} columns, at most {COLUMNS_MAX}")
        if "\t" in line:
            findings.add(path, number, "whitespace", "tab")
        if line != line.rstrip():
            findings.add(path, number, "whitespace", "blank at the end of the line")
        if UNFINISHED.search(line):
            findings.add(path, number, "unfinished", line.strip()[:60])
    if text and not text.endswith("\n"):
        findings.add(path, len(lines), "whitespace", "no newline at the end of the file")


def check_functions(path, text, findings):
    if path.suffix in CPP:
        spans = function_spans(text)
    elif path.suffix == ".py":
        spans = [(node.name, node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text))
                 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    else:
        return
    for name, first, last in spans:
        if last - first + 1 >= FUNCTION_LINES_MAX:
            findings.add(path, first, "function-length",
                         f"{name} has {last - first + 1} lines, must be under {FUNCTION_LINES_MAX}")


def check_file(root, path, table, cmake, findings):
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if path.name != "CMakeLists.txt" and path.parts[0] not in ("cmake", "web"):
        if not SNAKE.match(path.name):
            findings.add(path, 1, "name", "file names are snake_case")
    check_text(path, text, lines, findings)
    check_functions(path, text, findings)
    if path.suffix in CPP:
        check_includes(path, lines, table, cmake, findings)
    if path.suffix == ".h":
        for number, line in enumerate(lines, 1):
            if re.match(r"\s*using\s+namespace\b", line):
                findings.add(path, number, "using-namespace", line.strip())


def check_listed(files, cmake, findings):
    for path in files:
        if path.parts[0] == "src" and path.suffix == ".cpp" and len(path.parts) >= 3:
            name = "/".join(path.parts[2:])
            if not re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", cmake[path.parts[1]]["text"]):
                findings.add(path, 1, "listed", f"not in src/{path.parts[1]}/CMakeLists.txt")


def check_spec(root, files, findings):
    names = set()
    for path in files:
        if path.suffix == ".cpp":
            names |= set(TEST_NAME.findall((root / path).read_text(errors="replace")))
        elif path.suffix == ".py":
            names |= set(PYTHON_TEST.findall((root / path).read_text(errors="replace")))
        elif path.name == "CMakeLists.txt":
            names |= set(CTEST_NAME.findall((root / path).read_text(errors="replace")))
    for path in tree_files(root, ["docs/spec"]):
        for number, line in enumerate((root / path).read_text().split("\n"), 1):
            for group in SPEC_TEST.findall(line):
                for name in re.findall(r"\w+", group):
                    if name not in names:
                        findings.add(path, number, "spec-test", f"no test is named {name}")


def ids_in(text):
    return [name for group in CHECK_ID.findall(text) for name in group.rstrip(", ").split(", ")]


def tests_of_checks(text):
    """Test -> numbers, of a file whose tests are each headed by `// check 7.3-1`."""
    tests, pending = {}, set()
    for line in text.split("\n"):
        if line.startswith("//"):
            pending |= set(ids_in(line))
        for name in TEST_NAME.findall(line):
            tests[name], pending = pending, set()
    return tests


def check_mls_checks(root, files, findings):
    table = Path("docs/spec/mls-checks.md")
    if not (root / table).exists():
        return
    code, tests = set(), {}
    for path in files:
        if path.parts[:2] != ("src", "mls") or path.suffix not in CPP:
            continue
        text = (root / path).read_text(errors="replace")
        if path.stem.startswith("checks_"):
            tests |= tests_of_checks(text)
        elif not is_test(path):
            code |= {(name, path.name) for name in ids_in(text)}
    rows, proved = set(), set()
    for number, line in enumerate((root / table).read_text().split("\n"), 1):
        row = CHECK_ROW.match(line)
        if not row:
            continue
        name, places, proofs = row.groups()
        for place in re.findall(r"[\w.]+", places):
            rows.add((name, place))
            if (name, place) not in code:
                findings.add(table, number, "checks", f"{place} has no comment: check {name}")
        for proof in re.findall(r"\w+", proofs):
            proved.add((name, proof))
            if name not in tests.get(proof, ()):
                findings.add(table, number, "checks", f"{proof} is not headed: check {name}")
    for name, place in sorted(code - rows):
        findings.add(table, 1, "checks", f"no row for check {name} in {place}")
    for proof, names in sorted(tests.items()):
        for name in sorted(names):
            if (name, proof) not in proved:
                findings.add(table, 1, "checks", f"no row says that {proof} proves {name}")


def check_format(root, sources, findings):
    program = shutil.which("clang-format-14")
    if not program:
        print("tidy: clang-format-14 is not installed: formatting was not checked")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    paths = [str(root / path) for path in sources]
    halves = [paths[i::2] for i in range(2) if paths[i::2]]
    running = [subprocess.Popen([program, "--dry-run", *half], stderr=subprocess.PIPE, text=True)
               for half in halves]
    seen = set()
    for process in running:
        for line in process.communicate()[1].splitlines():
            match = re.match(r"(.+?):(\d+):\d+: warning: code should be clang-formatted", line)
            if match and match[1] not in seen:
                seen.add(match[1])
                findings.add(Path(match[1]).relative_to(root), int(match[2]), "format",
                             "differs from clang-format from here on")


def main():
    arguments = sys.argv[1:]
    root = Path(__file__).resolve().parent.parent.parent
    if "--root" in arguments:
        root = Path(arguments[arguments.index("--root") + 1]).resolve()
    files = [path for path in tree_files(root, CODE_FOLDERS) if path.suffix in CODE]
    sources = [path for path in files if path.suffix in CPP]
    if "--list-sources" in arguments:
        print("\n".join(map(str, sources)))
        return
    findings = Findings()
    if "--format" in arguments:
        check_format(root, sources, findings)
    else:
        table = layer_table(root)
        cmake = {path.name: library_arguments(root, path.name)
                 for path in (root / "src").iterdir() if path.is_dir()}
        check_table(root, table, findings)
        for path in files:
            check_file(root, path, table, cmake, findings)
        check_listed(files, cmake, findings)
        check_spec(root, files, findings)
        check_mls_checks(root, files, findings)
    findings.report()
    print(f"tidy: {len(files)} files, {len(findings.items)} findings")
    sys.exit(1 if findings.items else 0)


if __name__ == "__main__":
    main()
