"""Runs the commands behind a step: one line on the screen, everything else in a log."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = ROOT / ".deps"
LOG = DEPS / "logs" / "setup.log"
VENV_PYTHON = DEPS / "venv" / "bin" / "python"

TRIES_MAX = 3
PAUSE_S = 5  # Before another try at a step that needs the network.
TAIL_LINES = 30
LAST_BYTES = 2000  # Enough for the last line of a log.


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
            print(f"\n  no success, trying again ({attempt + 1} of {TRIES_MAX})", file=sys.stderr)
            time.sleep(PAUSE_S * attempt)


def last_line(log: pathlib.Path) -> str:
    """Where a long command has got to, as far as its output tells (ninja: [12/80] ...)."""
    try:
        with log.open("rb") as text:
            text.seek(max(0, log.stat().st_size - LAST_BYTES))
            lines = text.read().decode(errors="replace").replace("\r", "\n").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def show_progress(title: str, start: float, log: pathlib.Path, done: threading.Event) -> None:
    while not done.wait(1):
        line = f"  {title}: {elapsed(start)}  {last_line(log)}"
        width = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + "".join(filter(str.isprintable, line))[:width], end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str, log: pathlib.Path | None = None):
    """One line with the time taken, on stderr; on a terminal, meanwhile, how far it has got."""
    start, done = time.monotonic(), threading.Event()
    is_terminal = sys.stderr.isatty()
    if is_terminal:
        ticker = threading.Thread(target=show_progress, args=(title, start, log or LOG, done), daemon=True)
        ticker.start()
    word = "failed after "
    try:
        yield
        word = ""
    finally:
        done.set()
        if is_terminal:
            ticker.join()
        line = f"  {title:<44} {word}{elapsed(start):>7}"
        print(("\r\033[K" if is_terminal else "") + line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def only_one():
    """Two set-ups of one tree take turns."""
    DEPS.mkdir(exist_ok=True)
    with (DEPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def as_root(*command: str) -> list[str]:
    return list(command) if os.geteuid() == 0 else ["sudo", *command]
