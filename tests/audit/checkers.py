"""The programs of tests/audit: ours, and the checker of others over golang.org/x/mod."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
import go_checkers  # noqa: E402

PROGRAMS = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin").resolve()
IS_FULL = os.environ.get("PROVISO_FULL") == "1"
SLOWEST_S = 10


def make_log(folder: pathlib.Path, seed: int, size: int, *fork: int) -> pathlib.Path:
    """A log with FOLDER.vkey, FOLDER.pinned and, unless it is empty, FOLDER.proof beside it."""
    words = [PROGRAMS / "log_tool", "make", folder, *map(str, (seed, size, *fork))]
    subprocess.run(words, check=True)
    return folder


def beside(folder: pathlib.Path, suffix: str) -> pathlib.Path:
    return folder.with_name(folder.name + suffix)


def ours(command: str, *operands, key: pathlib.Path, pinned: pathlib.Path | None = None) -> tuple[int, dict]:
    """proviso-verify's exit code and report. Never longer than SLOWEST_S."""
    words = [PROGRAMS / "proviso-verify", command, *operands, "--key", key, "--json"]
    words += ["--pinned", pinned] if pinned else []
    done = subprocess.run(words, capture_output=True, text=True, timeout=SLOWEST_S, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}


class Go:
    """The checker of tests/independent/log with one key."""

    def __init__(self, key: str):
        self.program, self.key = go_checkers.build("log"), key

    def judge(self, *folders: tuple) -> list[str]:
        """For each (DIR,) or (DIR, PINNED): `SIZE ROOT`, or `refused: REASON`."""
        lines = "".join(" ".join(map(str, words)) + "\n" for words in folders)
        done = subprocess.run([self.program, "judge", self.key], input=lines, capture_output=True, text=True,
                              timeout=SLOWEST_S * len(folders), check=True)
        return done.stdout.splitlines()

    def evidence(self, proof: str) -> str | None:
        done = subprocess.run([self.program, "evidence", self.key], input=proof, capture_output=True, text=True,
                              timeout=SLOWEST_S, check=False)
        return done.stdout if done.returncode == 0 else None
