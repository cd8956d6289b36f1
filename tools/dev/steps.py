"""Runs the commands behind a step: one line on the screen, everything else in a log."""
import contextlib
import fcntl
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = ROOT / ".deps"
LOG = DEPS / "logs" / "setup.log"
VENV_PYTHON = DEPS / "venv" / "bin" / "python"

TRIES_MAX = 3
PAUSE_S = 5  # Before another try at a step that needs the network.
TAIL_LINES = 30


class Failed(Exception):
    """A step could not be done; the message says what to do next."""


def say(text: str) -> None:
    print(text, flush=True)


def elapsed(since: float) -> str:
    return f"{time.monotonic() - since:.0f} s"


def run(*command: object, log: pathlib.Path | None = None, **options) -> None:
    """Runs `command`, output to the log. Raises Failed with the end of the log."""
    log = log or LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a") as out:
        out.write(f"\n$ {' '.join(words)}\n")
        out.flush()
        start = out.tell()
        code = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                              cwd=options.pop("cwd", ROOT), **options).returncode
    if code:
        with log.open(errors="replace") as text:
            text.seek(start)
            tail = text.read().splitlines()[-TAIL_LINES:]
        shown = "\n".join("    " + line for line in tail)
        raise Failed(f"{words[0]} ended with {code}:\n{shown}\n  all of it: {log.relative_to(ROOT)}")


def run_from_network(*command: object, **options) -> None:
    """As run, but a lost connection gets another try. Commands must be safe to repeat."""
    for attempt in range(1, TRIES_MAX + 1):
        try:
            return run(*command, **options)
        except Failed as failure:
            if attempt == TRIES_MAX:
                raise Failed(f"{failure}\n  If the connection was lost: repeat the same command. "
                             "What was fetched is kept.") from failure
            say(f"  no success, trying again ({attempt + 1} of {TRIES_MAX})")
            time.sleep(PAUSE_S * attempt)


@contextlib.contextmanager
def step(title: str):
    """Prints one line with the time taken around the work of a step."""
    start = time.monotonic()
    on_terminal = sys.stdout.isatty()
    if on_terminal:
        print(f"  {title} ...", end="", flush=True)
    try:
        yield
    except BaseException:
        if on_terminal:
            print()
        say(f"  {title:<44} failed after {elapsed(start)}")
        raise
    say(("\r" if on_terminal else "") + f"  {title:<44} {elapsed(start):>7}")


@contextlib.contextmanager
def only_one():
    """Two set-ups of one tree take turns."""
    DEPS.mkdir(exist_ok=True)
    with (DEPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def as_root(*command: str) -> list[str]:
    return list(command) if os.geteuid() == 0 else ["sudo", *command]
