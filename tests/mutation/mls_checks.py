#!/usr/bin/env python3
"""Takes out the checks of src/mls one at a time and expects a test of mls_test to notice.

    python3 tests/mutation/mls_checks.py [--only FILE] [--checks]

In a copy of the sources under build/mutation each `ENSURE(...)` and `TRY(...)` gets a number and is
skipped when MAYFLY_MUTANT has it, so that one build serves all. Those under a `check N` comment
must be noticed, but for what docs/spec/mls-checks.md says is enforced twice; then it ends with 0.
Others that nothing notices are printed, for people to judge; --checks leaves them out.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutation"
COPIED = ["CMakeLists.txt", "CMakePresets.json", "cmake", "src", "apps", "bench", "tests", "tools",
          "fuzz", "po"]
CHECK = re.compile(r"check (\d+(?:\.\d+)*-\d+)")
STATEMENT = re.compile(r"(?<![\w:])(ENSURE|TRY)\(")
RETURN = re.compile(r"^(\s*)return (check_|verify_|validate_)")
QUICK_FILTER = "*Check*:*efus*"
CPU_SECONDS_MAX = 40  # the whole of mls_test takes 10
MUTANT = """
#include <cstdlib>
namespace {
[[maybe_unused]] bool is_mutant(int number) {
    static const char* const chosen = std::getenv("MAYFLY_MUTANT");
    return chosen != nullptr && std::atoi(chosen) == number;
}
}  // namespace
"""


def mutate(path, first):
    """The text of a file with its statements numbered from `first`, and what each number is."""
    lines = path.read_text().splitlines(keepends=True)
    out, mutants, numbers, in_comment = [], [], [], False
    for place, line in enumerate(lines, 1):
        if line.strip().startswith("//"):
            numbers = CHECK.findall(line) if not in_comment else numbers + CHECK.findall(line)
            in_comment = True
            out.append(line)
            continue
        in_comment = False
        if line.startswith("}") or not line.strip():  # what a comment is about ends there
            numbers = []

        def skip(match, line=line, place=place):
            mutants.append((path, place, list(numbers), line.strip()))
            return f"if (!is_mutant({first + len(mutants) - 1})) {match[0]}"

        if not line.startswith("#"):
            line = STATEMENT.sub(skip, line)
            found = RETURN.match(line)
            if found and numbers:
                mutants.append((path, place, list(numbers), line.strip()))
                line = f"{found[1]}if (is_mutant({first + len(mutants) - 1})) return {{}};\n{line}"
        out.append(line)
    return "".join(out), mutants


def prepare(only):
    tree = WORK / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, copy = ROOT / name, tree / name
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True, copy_function=copy_if_new)
        elif source.exists():
            copy_if_new(source, copy)
    mutants = []
    for path in sorted((ROOT / "src/mls").glob("*.cpp")):
        if "test" in path.stem or (only and path.name != only):
            continue
        text, found = mutate(path, len(mutants) + 1)
        mutants += found
        copy = tree / path.relative_to(ROOT)
        text = MUTANT + text if found else text
        if copy.read_text() != text:
            copy.write_text(text)
    return tree, mutants


def copy_if_new(source, copy):
    """Keeps the time of what did not change, mutated files apart: those are compared later."""
    source, copy = pathlib.Path(source), pathlib.Path(copy)
    if copy.exists() and copy.stat().st_mtime >= source.stat().st_mtime:
        return copy
    return shutil.copy(source, copy)


def build(tree):
    command = ["cmake", "-S", tree, "-B", WORK / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
               "-DCMAKE_CXX_FLAGS=-O1 -Wno-error -w", "-DCMAKE_C_FLAGS=-O1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", WORK / "build", "--target", "mls_test"], check=True,
                   stdout=subprocess.DEVNULL)
    return WORK / "build/src/mls/mls_test"


def survives(program, number, test_filter):
    command = [program, f"--gtest_filter={test_filter}", "--gtest_brief=1", "--gtest_fail_fast"]
    # What never ends is noticed too: by its processor's time, which is the same on a busy machine.
    done = subprocess.run(["prlimit", f"--cpu={CPU_SECONDS_MAX}", *command],
                          env={**os.environ, "MAYFLY_MUTANT": str(number)},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def is_unnoticed(program, number):
    return survives(program, number, QUICK_FILTER) and survives(program, number, "*")


def enforced_twice():
    text = (ROOT / "docs/spec/mls-checks.md").read_text()
    section = text.split("Some rules are enforced twice", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"\d+(?:\.\d+)*-\d+", section))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="one file of src/mls")
    parser.add_argument("--checks", action="store_true", help="only what is under a number")
    options = parser.parse_args()
    tree, mutants = prepare(options.only)
    program = build(tree)
    if not survives(program, 0, "*"):
        sys.exit("mutation: error: mls_test fails although nothing was taken out")
    twice = enforced_twice()
    tried = [each for each in enumerate(mutants, 1) if each[1][2] or not options.checks]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fates = pool.map(lambda each: is_unnoticed(program, each[0]), tried)
        alive = bad = 0
        for (_, (path, place, checks, text)), unnoticed in zip(tried, fates):
            if not unnoticed:
                continue
            known = [check for check in checks if check in twice]
            verdict = "enforced twice" if known else "SURVIVED" if checks else "survived"
            alive += 1
            bad += verdict == "SURVIVED"
            print(f"{path.name}:{place}: {verdict} {' '.join(checks)}: {text}", flush=True)
    print(f"mutation: {len(tried)} statements taken out, {len(tried) - alive} noticed, "
          f"{alive} not, {bad} of them checks that should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
