"""./dev lint: formatter, layers, documents and sizes, and clang-tidy over the debug preset."""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import builds
from steps import DEPS, ROOT, Failed, say, step

FOLDERS = ["src", "tests", "bench", "fuzz"]
VENV = DEPS / "venv" / "bin"
# Tests run under the sanitizers and end on a wrong access, and take their time: only the code itself gets these.
CHECKS_NOT_FOR_TESTS = ",".join([
    "-clang-analyzer-*", "-performance-*", "-bugprone-unchecked-optional-access", "-bugprone-exception-escape",
    "-bugprone-throwing-static-initialization"])
OF_THE_COMPILER = [f"--extra-arg={option}" for option in (
    "-Wno-unknown-warning-option",
    "-Wno-deprecated-declarations",  # g++ 12's stable_sort; of our own code g++ itself warns.
    # The analyzer leaves a function after so many steps, not after 225,000: two fifths of the time.
    "-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000")]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def sources() -> list[pathlib.Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.[hc]*")
                  if path.suffix in (".h", ".cpp"))


def format_sources() -> None:
    subprocess.run([VENV / "clang-format", "-i", *sources()], check=True)


def check_format() -> None:
    done = subprocess.run([VENV / "clang-format", "--dry-run", "-Werror", *sources()],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        files = sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})
        named = "\n".join(f"  {os.path.relpath(file, ROOT)}" for file in files)
        raise Failed(f"not formatted ({len(files)} files; ./dev format does it):\n{named}")


def check_with(tool: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / tool, ROOT],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stdout + done.stderr)


@functools.cache
def content_and_includes(file: pathlib.Path) -> frozenset[pathlib.Path]:
    found = {file}
    for name in INCLUDE.findall(file.read_text()):
        for included in (ROOT / "src" / name, file.parent / name):
            if included.exists():
                found |= content_and_includes(included)
                break
    return frozenset(found)


def tidy_key(file: pathlib.Path, command: str) -> str:
    """Hash of all of ours that clang-tidy sees of `file`: the same again needs no second look."""
    digest = hashlib.sha256(command.encode())
    for part in [ROOT / ".clang-tidy", pathlib.Path(__file__), ROOT / "tools/dev/requirements/lint.txt",
                 *sorted(content_and_includes(file))]:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def tidy_one(file: pathlib.Path, stamp: pathlib.Path) -> str:
    checks = [f"--checks={CHECKS_NOT_FOR_TESTS}"] if file.stem.endswith(("_test", "_tool")) else []
    done = subprocess.run([VENV / "clang-tidy", "-quiet", "-p", builds.folder("debug"),
                           *OF_THE_COMPILER, *checks, file],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stdout or done.stderr
    stamp.touch()
    return ""


def tidy() -> None:
    builds.configure("debug", "PROVISO_TESTS=ON")
    stamps = DEPS / "stamps" / "tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    waiting = []
    for entry in json.loads((builds.folder("debug") / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        stamp = stamps / tidy_key(file, entry["command"])
        if not stamp.exists():
            waiting.append((file, stamp))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [text for text in pool.map(lambda work: tidy_one(*work), waiting) if text]
    if faults:
        raise Failed(f"clang-tidy, {len(faults)} of {len(waiting)} files:\n" + "\n".join(faults))


def lint(with_tidy: bool = True) -> None:
    """Runs all checks, then raises Failed with what every one of them found."""
    checks = {
        "format": check_format,
        "layers": lambda: check_with("check_layers.py"),
        "documents and sizes": lambda: check_with("check_docs.py"),
    }
    if with_tidy:
        checks["clang-tidy"] = tidy
    faults = []
    for title, check in checks.items():
        try:
            with step(title):
                check()
        except Failed as failure:
            faults.append(f"{title}: {failure}")
    if faults:
        raise Failed("\n".join(faults))
