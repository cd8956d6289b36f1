"""The commands behind ./dev."""
import inspect
import os
import pathlib
import sys

import builds
import fuzzers
import lint
import tests
from set_up import GROUPS, set_up
from steps import DEPS, ROOT, VENV_PYTHON, Failed, say

HELP = """\
usage: ./dev COMMAND

  demo [OPTION...]        set-up, build, and the main job on real video
  test [--full] [FILTER]  set-up, then lint, sanitizers, unit tests as released and acceptance tests; FILTER: a pattern of test names;
                          --full: every seed the issues name, and a result file in bench/results
  setup [GROUP]           set-up alone: {groups}
  build [PRESET]          debug (default), release, asan or tsan
  bench [NAME...]         measures side by side with others, as ratios: path decode dlib search cameras start steps log lists
  fuzz [SECONDS]          each fuzzer of fuzz/ on its corpus, 60 s by default; what it finds is kept in .deps/fuzz
  lint                    formatter, layers, documents and clang-tidy over everything
  format                  formats the sources
  help                    this text
"""


def exec_program(program: pathlib.Path, *words: object) -> None:
    sys.stdout.flush()
    os.execv(program, [str(program), *map(str, words)])


def demo(*words: str) -> int:
    set_up("build")
    # Tests need packages that a demonstration does not: switched off unless someone switched them on.
    if not builds.is_configured("release"):
        builds.configure("release", "PROVISO_TESTS=OFF")
    builds.build("release", "proviso")
    exec_program(builds.folder("release") / "bin" / "proviso", "demo", "--models", DEPS / "models",
                 "--media", DEPS / "media", "--policy", ROOT / "policies/demonstration.toml", *words)
    return 0


def test(*words: str) -> int:
    filters = [word for word in words if word != "--full"]
    if len(filters) > 1:
        raise Usage("test takes one FILTER")
    return tests.run_tests("--full" in words, filters[0] if filters else None)


def setup(group: str = "build") -> int:
    if group not in GROUPS:
        raise Usage(f"no group '{group}'; there are {', '.join(GROUPS)}")
    set_up(group)
    say(f"set-up: {group} is complete")
    return 0


def build(preset: str = "debug") -> int:
    set_up("test")
    builds.configure(preset, "PROVISO_TESTS=ON")
    builds.build(preset)
    return 0


def bench(*words: str) -> int:
    set_up("test")  # The release preset has the tests in it, and clips are cut with ffmpeg.
    set_up("bench")
    builds.configure("release", "PROVISO_BENCH=ON")
    builds.build("release", "proviso", "bench")
    exec_program(VENV_PYTHON, ROOT / "bench" / "run.py", *words)
    return 0


def fuzz(seconds: str = "60") -> int:
    if not seconds.isdecimal():
        raise Usage(f"fuzz takes a number of seconds, not '{seconds}'")
    set_up("fuzz")
    builds.configure("fuzz")
    builds.build("fuzz", "fuzz")
    return fuzzers.run_all(int(seconds))


def lint_all() -> int:
    set_up("test")
    lint.lint()
    return 0


def format_all() -> int:
    set_up("lint")
    lint.format_sources()
    return 0


def show_help() -> int:
    say(HELP.format(groups=", ".join(GROUPS)))
    return 0


class Usage(Exception):
    """The command line asks for what does not exist."""


COMMANDS = {"demo": demo, "test": test, "setup": setup, "build": build, "bench": bench, "fuzz": fuzz,
            "lint": lint_all, "format": format_all, "help": show_help}


def main(name: str = "help", *words: str) -> int:
    command = COMMANDS.get("help" if name in ("-h", "--help") else name)
    if command is None:
        raise Usage(f"no command '{name}'")
    try:
        inspect.signature(command).bind(*words)
    except TypeError:
        raise Usage(f"{name} does not take: {' '.join(words)}") from None
    return command(*words)


try:
    sys.exit(main(*sys.argv[1:]))
except Usage as usage:
    print(f"dev: {usage}. ./dev help lists the commands.", file=sys.stderr)
    sys.exit(2)
except Failed as failure:
    print(f"dev: {failure}", file=sys.stderr)
    sys.exit(1)
except KeyboardInterrupt:
    sys.exit(130)
