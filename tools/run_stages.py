"""Runs the stages of a lane, counts their tests, and ends with a table and one line of totals.

    python3 tools/run_stages.py LANE    test check nightly interop sanitize fuzz wasm web

A stage that fails does not stop the others, unless they need what it should have built. SKIP names
lanes to leave out (sanitize fuzz wasm web sim functional interop); what is left out is counted as
skipped.
"""
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
LONG_LANES = ("sanitize", "fuzz", "wasm", "web")
LANES = ("sim", "functional", "interop") + LONG_LANES


# Labels of tests that have a stage of their own.
NOT_HERE = "^(long|functional|interop)$"


@dataclass
class Stage:
    name: str
    command: list
    lane: str = "main"  # or several: left out when all of them are
    minutes_max: float = 20  # a stage that hangs is ended and has failed
    needs: str = ""  # the stage that builds what this one runs
    counts: str = "none"  # ctest: its report; line: 'N passed, N failed'; program: one test
    env: dict = field(default_factory=dict)


@dataclass
class Outcome:
    stage: Stage
    state: str
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def ctest(name, preset, *arguments, **options):
    command = ["ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "-j", jobs(),
               "--test-output-size-passed", "4000000", "--test-output-size-failed", "4000000",
               "--output-junit", str(REPORTS / f"{slug(name)}.xml"), *arguments]
    return Stage(name, command, counts="ctest", **options)


def build(name, preset, targets=(), **options):
    return Stage(name, ["tools/build.sh", preset, *targets], **options)


def setup(name, *groups, **options):
    return Stage(name, ["tools/setup.sh", *groups], **options)


def jobs():
    return os.environ.get("JOBS") or str(os.cpu_count() or 2)


def slug(name):
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def main_stages(seeds):
    needs = "build"
    return [
        build("build", "release", minutes_max=25, env={"MAYFLY_CMAKE_ARGS": "-DMAYFLY_TESTS=ON"}),
        ctest("unit, vectors, tidy", "release", "-LE", NOT_HERE, needs=needs),
        Stage(f"simulator, {seeds} seeds",
              ["build/release/tests/sim/mayfly-sim", "--seeds", f"1-{seeds}"], lane="sim",
              minutes_max=10 + seeds / 50, counts="program", needs=needs),
        # They mostly wait, for timers, for each other and for the disk.
        ctest("functional", "release", "-L", "^functional$", "-j", "3", lane="functional",
              minutes_max=40, needs=needs),
    ]


def interop_stages():
    return [
        setup("interop setup", "interop", "grpc", lane="interop"),
        # Configured again: gRPC may be there only now, and only this lane needs it.
        Stage("interop build", ["tools/build.sh", "release", "mls_peer", "mls-client"],
              lane="interop", needs="interop setup",
              env={"MAYFLY_CMAKE_ARGS": "-DMAYFLY_TESTS=ON"}),
        ctest("interop", "release", "-L", "^interop$", lane="interop", minutes_max=20,
              needs="interop build"),
    ]


def long_stages(fuzz_seconds, leave_out):
    # One build with the sanitizers serves the tests and the fuzzing.
    both = {"lane": "sanitize fuzz"}
    programs = ["fuzz/all"] if "sanitize" in leave_out else []
    wasm = {"lane": "wasm"}
    return [
        setup("sanitizer setup", "fuzz", **both),
        build("sanitizer build", "fuzz", programs, minutes_max=25, needs="sanitizer setup",
              env={"MAYFLY_CMAKE_ARGS": "-DMAYFLY_TESTS=ON"}, **both),
        ctest("sanitizer tests", "fuzz", "-LE", NOT_HERE, needs="sanitizer build",
              lane="sanitize"),
        Stage(f"fuzz, {fuzz_seconds} s a target", ["tools/fuzz.sh", str(fuzz_seconds)],
              needs="sanitizer build", minutes_max=10 + fuzz_seconds / 2, counts="line",
              lane="fuzz"),
        setup("wasm setup", "wasm", **wasm),
        Stage("wasm libcrypto", ["tools/build_wasm_deps.sh"], needs="wasm setup", **wasm),
        build("wasm build", "wasm", needs="wasm libcrypto", **wasm),
        ctest("wasm tests", "wasm", needs="wasm build", **wasm),
    ] + web_stages()


def web_stages():
    web = {"lane": "web"}
    return [
        setup("web setup", "build", "test", "wasm", "web", **web),
        Stage("web engine and client", ["tools/web.sh"], needs="web setup", **web),
        # It talks to the real relay; instant where the programs are built already.
        build("web relay", "release", needs="web setup",
              env={"MAYFLY_CMAKE_ARGS": "-DMAYFLY_TESTS=ON"}, targets=["apps/all"], **web),
        Stage("web tests", ["tools/web.sh", "test"], needs="web engine and client", counts="line",
              minutes_max=12, **web),
    ]


def stages_of(lane, leave_out):
    fuzz_seconds = int(os.environ.get("FUZZ_SECONDS") or 20)
    if lane == "test":
        return main_stages(1000) + interop_stages() + long_stages(fuzz_seconds, leave_out)
    if lane == "nightly":
        fuzz_seconds = max(fuzz_seconds, 600)
        return main_stages(20000) + interop_stages() + long_stages(fuzz_seconds, leave_out)
    if lane == "check":
        return [stage for stage in main_stages(20) if stage.lane != "functional"]
    if lane == "interop":
        return interop_stages()
    if lane in LONG_LANES:
        stages = long_stages(fuzz_seconds, leave_out)
        return [stage for stage in stages if lane in stage.lane.split()]
    sys.exit(f"run_stages: error: no such lane: {lane}\n"
             "run_stages: hint: test, check, nightly, interop, sanitize, fuzz, wasm or web")


def run(stage):
    print(f"\n=== {stage.name}", flush=True)
    log = REPORTS / f"{slug(stage.name)}.log"
    report = REPORTS / f"{slug(stage.name)}.xml"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    with subprocess.Popen(stage.command, cwd=ROOT, env=os.environ | stage.env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as process:
        code = stream(process, log, start + stage.minutes_max * 60)
    seconds = time.monotonic() - start
    outcome = Outcome(stage, "ok" if code == 0 else "FAILED", seconds)
    if stage.counts == "ctest":
        count_report(outcome, report)
    elif stage.counts == "line":
        count_line(outcome, log.read_text(errors="replace"))
    elif stage.counts == "program":
        outcome.passed = 1 if code == 0 else 0
    # A stage must never fail without a failure in the totals.
    if code != 0 and outcome.failed == 0:
        outcome.failed = 1
    if code == 0 and outcome.failed:
        outcome.state = "FAILED"
    if stage.counts != "none" and not (outcome.passed or outcome.failed or outcome.skipped):
        outcome.state = "no tests"
    return outcome


def stream(process, log, deadline):
    """Copies the output to ours and to the log; ends the process group at the deadline."""
    os.set_blocking(process.stdout.fileno(), False)
    with open(log, "wb") as copy:
        while True:
            chunk = process.stdout.read()
            if chunk:
                copy.write(chunk)
                sys.stdout.buffer.write(chunk)
                sys.stdout.flush()
            elif process.poll() is not None:
                return process.returncode
            elif time.monotonic() > deadline:
                print("run_stages: error: the stage took too long and was ended", flush=True)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return 1
            else:
                time.sleep(0.02)


def count_report(outcome, report):
    """Counts cases where a program prints totals (GoogleTest, unittest, ours), else programs."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        output = "".join(case.itertext())
        passed, failed, skipped = counts_in(output)
        status = case.get("status")
        if status == "fail":
            failed = max(failed, 1)
        elif status in ("disabled", "notrun"):
            skipped = max(skipped, 1)
        elif not (passed or failed or skipped):
            passed = 1
        outcome.passed += passed
        outcome.failed += failed
        outcome.skipped += skipped


def counts_in(output):
    def number(pattern):
        found = re.findall(pattern, output, re.MULTILINE)
        return int(found[-1]) if found else 0

    totals = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.MULTILINE)
    if totals:
        return tuple(int(n or 0) for n in totals[-1])
    unittest = re.findall(r"^Ran (\d+) tests? in [^\n]*\n+(?:OK|FAILED)(.*)$", output, re.MULTILINE)
    if unittest:
        bad, skipped = (sum(map(int, re.findall(rf"(?:{kind})=(\d+)", unittest[-1][1])))
                        for kind in ("failures|errors", "skipped"))
        return int(unittest[-1][0]) - bad - skipped, bad, skipped
    return (number(r"^\[  PASSED  \] (\d+) test"), number(r"^\[  FAILED  \] (\d+) tests?, listed"),
            number(r"^\[  SKIPPED \] (\d+) tests?, listed"))


def count_line(outcome, output):
    outcome.passed, outcome.failed, outcome.skipped = counts_in(output)


def table(outcomes):
    width = max(len(outcome.stage.name) for outcome in outcomes)
    print(f"\n{'stage':<{width}}  {'result':<8}  {'time':>8}  passed  failed  skipped")
    for o in outcomes:
        minutes, seconds = divmod(round(o.seconds), 60)
        print(f"{o.stage.name:<{width}}  {o.state:<8}  {minutes:>4}m{seconds:02}s  "
              f"{o.passed:>6}  {o.failed:>6}  {o.skipped:>7}")
    minutes, seconds = divmod(round(sum(o.seconds for o in outcomes)), 60)
    print(f"{'all':<{width}}  {'':<8}  {minutes:>4}m{seconds:02}s")


def main():
    lane = sys.argv[1] if len(sys.argv) == 2 else ""
    leave_out = set(re.split(r"[ ,]+", os.environ.get("SKIP", "").strip())) - {""}
    unknown = leave_out - set(LANES)
    if unknown:
        sys.exit(f"run_stages: error: SKIP has no lane {', '.join(sorted(unknown))}\n"
                 f"run_stages: hint: the lanes are {' '.join(LANES)}")
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    done = {}
    for stage in stages_of(lane, leave_out):
        if set(stage.lane.split()) <= leave_out:
            outcome = Outcome(stage, "skipped", skipped=1 if stage.counts != "none" else 0)
        elif stage.needs and done.get(stage.needs) != "ok":
            outcome = Outcome(stage, "not run", failed=1 if stage.counts != "none" else 0)
        else:
            outcome = run(stage)
        done[stage.name] = outcome.state
        outcomes.append(outcome)
    table(outcomes)
    totals = [sum(getattr(o, key) for o in outcomes) for key in ("passed", "failed", "skipped")]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped", flush=True)
    sys.exit(1 if totals[1] or totals[0] == 0 else 0)


if __name__ == "__main__":
    main()
