"""./dev test: lint, the unit tests sanitised and as released, and the acceptance tests, each phase with its time.

Counts are of single tests where a program writes GoogleTest's report, else of ctest's. The last
line, alone, is `N passed, N failed, N skipped`.
"""
import collections
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as xml

import builds
import lint
from steps import ROOT, Failed, say
from set_up import set_up

SANITISED = {
    # OneTBB opens a library with RTLD_DEEPBIND, at which the sanitizers abort, unless this is set.
    "TBB_ENABLE_SANITIZERS": "1",
    # g++ 12's runtime crashes when a thread of OneTBB ends, unless these two are off.
    "ASAN_OPTIONS": "use_sigaltstack=0:intercept_tls_get_addr=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"suppressions={ROOT / 'tools/tsan.supp'}",
}
TSAN_TARGETS = ["base_core_test", "app_pipeline_test"]
TSAN_TESTS = "^(base/core|app/pipeline)$"
# Whose code is chosen by the processor, and differs where it is optimised; --full runs every folder's in the release build.
BY_PROCESSOR = ["base/image", "stages/search"]
# By default as released alone: the command line takes nearly a quarter of the sanitised build, for tests that read and print
# arguments, and the other two spend their time in networks that no sanitizer sees into.
AS_RELEASED = ["app/commands", "app/enrolment", "app/evaluation"]
OF_RELEASE = "app/models"  # Its claims are about the release build: with the acceptance tests.
EVERYTHING = ["base", "safeguards", "stages", "adapters", "app"]
ACCEPTANCE = "^acceptance$"
CORES = os.cpu_count() or 1
TIMEOUT_S = 900  # Of one test program; every count of the issues takes longer on a slow machine.
TIMEOUT_S_FULL = 3600
SEEDS = re.compile(r"ran (\d+) of (\d+) seeds")

Count = collections.Counter


class Phases:
    """What ran, how long it took, and what came out."""

    def __init__(self) -> None:
        self.durations_s: dict[str, float] = {}
        self.counts = Count(passed=0, failed=0, skipped=0)
        self.failures: list[str] = []
        self.seeds: dict[str, str] = {}

    def run(self, title: str, work, *arguments) -> None:
        say(f"{title}")
        start = time.monotonic()
        try:
            work(*arguments)
        except Failed as failure:
            say(f"{failure}")
            self.counts["failed"] += 1
            self.failures.append(title)
        self.durations_s[title] = round(time.monotonic() - start, 1)
        say(f"  = {title}: {self.durations_s[title]:.0f} s")


def gtest_report(reports: pathlib.Path, test: str) -> tuple[Count, list[str]] | None:
    file = reports / (test.replace("/", "_").removesuffix("_test") + "_test.xml")
    if not file.exists():
        return None
    count, failures = Count(), []
    for case in xml.parse(file).getroot().iter("testcase"):
        failure = case.find("failure")
        if failure is not None:
            count["failed"] += 1
            failures.append(f"{test}: {case.get('classname')}.{case.get('name')}")
            say(f"{failures[-1]}\n{failure.text}")
        elif case.get("status") == "run" and case.get("result") != "skipped":
            count["passed"] += 1
        else:
            count["skipped"] += 1
    return count, failures


def count_results(phases: Phases, title: str, junit: pathlib.Path, reports: pathlib.Path) -> None:
    total = Count()
    for case in xml.parse(junit).getroot().iter("testcase"):
        test, status = case.get("name"), case.get("status")
        output = case.findtext("system-out") or ""
        for ran, wanted in SEEDS.findall(output):
            phases.seeds[f"{title}: {test}"] = f"{ran} of {wanted}"
        report = gtest_report(reports, test)
        if report and (status == "run" or report[1]):
            total += report[0]
            phases.failures += [f"{title}: {failure}" for failure in report[1]]
        elif status == "run":
            total["passed"] += 1
        elif status == "fail":  # Also a program that died, or leaked at its end.
            total["failed"] += 1
            phases.failures.append(f"{title}: {test}")
            say(output[-4000:])
        else:
            total["skipped"] += 1
    phases.counts += total
    say(f"  {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")


def ctest(phases: Phases, title: str, preset: str, environment: dict[str, str], *chosen: str, jobs: int = CORES) -> None:
    folder = builds.folder(preset)
    reports, junit = folder / "reports", folder / "ctest.xml"
    shutil.rmtree(reports, ignore_errors=True)
    junit.unlink(missing_ok=True)
    timeout_s = str(TIMEOUT_S_FULL if os.environ.get("PROVISO_FULL") == "1" else TIMEOUT_S)
    # ctest's own code is not asked: the report says what failed, and an absent report is a failure.
    done = subprocess.run(
        ["ctest", "--test-dir", folder, "-j", str(jobs), "--timeout", timeout_s, "--output-junit", junit,
         "--test-output-size-passed", "65536", "--test-output-size-failed", "65536",
         "--no-tests=ignore", *chosen],
        env={**os.environ, **environment, "GTEST_OUTPUT": f"xml:{reports}/"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if not junit.exists():
        raise Failed(f"ctest left no report: {done.stderr or done.stdout}")
    count_results(phases, title, junit, reports)
    for line in done.stdout.splitlines():
        if "***" in line:
            say("  " + line.strip())


def test_folders(parts: list[str]) -> list[str]:
    """The folders of these parts of src/ that have unit tests."""
    return sorted({str(file.parent.relative_to(ROOT / "src"))
                   for part in parts for file in (ROOT / "src" / part).rglob("*_test.cpp")})


def test_programs(folders: list[str]) -> list[str]:
    return [folder.replace("/", "_") + "_test" for folder in folders]


def sanitised(phases: Phases, title: str, is_full: bool, chosen: list[str]) -> None:
    left_out = [OF_RELEASE] if is_full or chosen else [OF_RELEASE, *AS_RELEASED]
    builds.configure("asan", "PROVISO_TESTS=ON", f"PROVISO_ALL_CHECKS={'ON' if is_full else 'OFF'}")
    builds.build("asan", *test_programs([folder for folder in test_folders(EVERYTHING) if folder not in left_out]))
    ctest(phases, title, "asan", SANITISED, "-LE", ACCEPTANCE, "-E", f"^({'|'.join(left_out)})$", *chosen)


def threaded(phases: Phases, title: str) -> None:
    builds.configure("tsan", "PROVISO_TESTS=ON")
    builds.build("tsan", *TSAN_TARGETS)
    ctest(phases, title, "tsan", SANITISED, "-R", TSAN_TESTS)


def optimised(phases: Phases, title: str, parts: list[str]) -> None:
    """The unit tests of these parts of src/ against what is shipped: the release build."""
    folders = test_folders(parts)
    builds.configure("release", "PROVISO_TESTS=ON")
    builds.build("release", *test_programs(folders))
    ctest(phases, title, "release", {}, "-LE", ACCEPTANCE, "-R", f"^({'|'.join(folders)})$")


def accepted(phases: Phases, title: str, is_full: bool, chosen: list[str]) -> None:
    builds.configure("release", "PROVISO_TESTS=ON")
    builds.build("release", "proviso", "acceptance")
    # They wait for files, clocks and each other's processes: one more than there are cores keeps these busy. With every
    # count they compute instead.
    ctest(phases, title, "release", {}, "-L", ACCEPTANCE, *chosen, jobs=CORES if is_full else CORES + 1)


def run_tests(is_full: bool, pattern: str | None) -> int:
    """Runs every phase, or with `pattern` the tests whose names match it. Returns the exit code."""
    started = time.monotonic()
    phases = Phases()
    if is_full:
        os.environ["PROVISO_FULL"] = "1"
    phases.run("set-up", set_up, "test")
    chosen = ["-R", pattern] if pattern else []
    if not pattern:
        # Without clang-tidy, which takes a quarter of an hour from nothing: `./dev lint` is for it.
        phases.run("lint", lint.lint, False)
    title = "address and undefined behaviour sanitizers"
    phases.run(title, sanitised, phases, title, is_full, chosen)
    if not pattern:
        phases.run("thread sanitizer", threaded, phases, "thread sanitizer")
        title = "unit tests of the release build"
        phases.run(title, optimised, phases, title, EVERYTHING if is_full else [*BY_PROCESSOR, *AS_RELEASED])
    phases.run("acceptance", accepted, phases, "acceptance", is_full, chosen)

    durations = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in phases.durations_s.items())
    say(f"\n{durations}; together {time.monotonic() - started:.0f} s")
    for test, seeds in phases.seeds.items():
        say(f"seeds: {test}: {seeds}")
    for failure in phases.failures:
        say(f"FAILED {failure}")
    if is_full:
        write_result(phases)
    count = phases.counts
    say(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not count["passed"] else 0


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def write_result(phases: Phases) -> None:
    commit, today = git("rev-parse", "--short=12", "HEAD"), datetime.date.today().isoformat()
    file = ROOT / "bench" / "results" / f"test-full-{today}-{commit}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({
        "commit": commit,
        "tree_changed": bool(git("status", "--porcelain", "--untracked-files=no")),
        "date": today,
        "cores": os.cpu_count(),
        "counts": dict(phases.counts),
        "failures": phases.failures,
        "durations_s": phases.durations_s,
        "seeds": phases.seeds,
    }, indent=2) + "\n")
    say(f"result: {file.relative_to(ROOT)} (commit it)")
