"""./dev fuzz: runs each fuzzer of fuzz/ from its kept corpus."""
import pathlib
import subprocess

import builds
from steps import DEPS, ROOT, Failed, say

CORPUS = ROOT / "fuzz" / "corpus"
FOUND = DEPS / "fuzz"
INPUT_BYTES_MAX = 1 << 16
INPUT_S_MAX = 1
MEMORY_MIB_MAX = 512


def run_one(program: pathlib.Path, seconds: int) -> bool:
    name = program.name.removeprefix("fuzz_")
    grown, reports = FOUND / name / "corpus", FOUND / name / "reports"
    for folder in (grown, reports):
        folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([program, grown, CORPUS / name, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}",
                           f"-timeout={INPUT_S_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}", f"-artifact_prefix={reports}/",
                           "-print_final_stats=1"], capture_output=True, text=True, check=False)
    runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
    say(f"fuzz {name}: {runs} inputs in {seconds} s, " + ("no report" if done.returncode == 0 else f"REPORT in {reports}"))
    if done.returncode:
        say(done.stderr[-4000:])
    return done.returncode == 0


def run_all(seconds: int) -> int:
    programs = sorted((builds.folder("fuzz") / "bin").glob("fuzz_*"))
    failed = [program.name for program in programs if not run_one(program, seconds)]
    if failed:
        raise Failed(f"fuzzers with reports: {', '.join(failed)}")
    return 0
