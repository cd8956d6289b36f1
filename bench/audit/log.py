"""The log: a million leaves checked, evidence made and checked, and durable appends in turns with Tessera's POSIX log.

An append counts once a signed checkpoint over it is durable and published. Tessera publishes at most every 100 ms, so
callers that wait for one entry at a time are slow there by design; many callers at once are the fair comparison.
"""
import json
import os
import pathlib
import subprocess
import tempfile

from measure import load

HERE = pathlib.Path(__file__).resolve().parent
CALLERS = (1, 64, 256)
APPEND_S = 5
LEAVES, LEAF_BYTES = 1_000_000, 256
CHECK_S_MAX = 2.0  # Hashes and signature of LEAVES, the processor's time.


def ran(*words) -> dict:
    return json.loads(subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True).stdout)


def tessera(deps: pathlib.Path, into: pathlib.Path) -> pathlib.Path | None:
    """Tessera's appender, or None where Go or its modules are out of reach."""
    go = next(deps.glob("venv/lib/python3*/site-packages/go/bin/go"), None)
    if not go:
        return None
    environment = {**os.environ, "GOROOT": str(go.parent.parent), "GOTOOLCHAIN": "local", "GOWORK": "off",
                   "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false", "CGO_ENABLED": "0",
                   "GOMODCACHE": str(deps / "go/modules"), "GOCACHE": str(deps / "go/cache")}
    built = subprocess.run([go, "build", "-o", into / "tessera", "."], cwd=HERE / "tessera", env=environment, check=False)
    return into / "tessera" if built.returncode == 0 else None


def appends(program: list, callers: int, folder: pathlib.Path) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as log:
        done = ran(*program, log, callers, APPEND_S, LEAF_BYTES)
        return round(done["appended"] / done["seconds"], 1)


def measure(programs: pathlib.Path, deps: pathlib.Path, turns: int) -> dict:
    ours = programs / "bench_log"
    with tempfile.TemporaryDirectory() as held, tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        folder = pathlib.Path(held)
        checked = ran(ours, "verify", memory, LEAVES, LEAF_BYTES)
        result = {"check": checked | {"line_s": CHECK_S_MAX, "met": checked["hashes_and_signature_cpu_s"] <= CHECK_S_MAX},
                  "evidence": ran(ours, "prove", memory), "appends_per_s": {}, "load_average": [load()]}
        other = tessera(deps, folder)
        for callers in CALLERS:
            rates = {"ours": [], "tessera": []}
            for _ in range(turns):
                rates["ours"].append(appends([ours, "append"], callers, folder))
                if other:
                    rates["tessera"].append(appends([other], callers, folder))
            result["appends_per_s"][callers] = rates
        result["load_average"].append(load())
        return result
