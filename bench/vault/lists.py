"""Lists: `proviso vault import` against OpenCV on the same photographs, and how long a sealed list takes to load."""
import csv
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

from inputs import DEPS, KEPT, MODELS
from measure import ROOT, load, run

sys.path.insert(0, str(ROOT / "tests/acceptance"))

import site_tool  # noqa: E402
from signed_site import LIGHT_KEY  # noqa: E402

ENTRIES = 20_000
OPENCV_SHARE = 10  # It sees each tenth part of them: the rate does not depend on how many there are.
PORTRAITS = KEPT / "portraits"
THUMBNAIL_BYTES = 3000  # As enrolment makes them.


def portraits(program: pathlib.Path) -> pathlib.Path:
    made = PORTRAITS / "persons.csv"
    if not made.exists() or sum(1 for _ in made.open()) != ENTRIES + 1:
        run(program, "simulate", "portraits", "--count", ENTRIES, "--out", PORTRAITS, "--models", MODELS,
            "--media", DEPS / "media", cores=64)
    return PORTRAITS


def table(folder: pathlib.Path, count: int) -> pathlib.Path:
    """A request for each portrait, as CSV beside them."""
    expires = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = folder / "requests.csv"
    with path.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("id", "label", "category", "legal_basis", "reason", "requested_response", "approved_by",
                       "expires_at", "file", "source", "taken_on", "provenance"))
        for number in range(1, count + 1):
            rows.writerow((f"{number:06}", f"Portrait {number}", "missing-at-risk", "A court's order", "A measurement",
                           "Speak to the person", "max", expires, f"{number:06}.jpg", "custody", "2026-03-14", "Made"))
    return path


def vault_of(program: pathlib.Path, folder: pathlib.Path):
    """Words of a command on a new vault."""
    site_tool.PROGRAM = program
    office = site_tool.Office.copy(folder)
    for name in ("mia", "max"):
        office.officer(name, "sergeant", "watchlist-manager")
    unlock = office.folder / "unlock"
    unlock.touch(mode=0o600)
    unlock.write_text("the vault has words of its own")
    by = ("--as", "mia", "--unlock", unlock, "--site", office.site, "--passphrase-file", office.passphrase)
    run(program, "vault", "new", *by, *LIGHT_KEY, cores=64)
    return lambda name, *words: (program, "vault", name, *words, *by)


def enrolment(program: pathlib.Path, entries: int = ENTRIES) -> dict:
    before = load()
    folder = portraits(program)
    with tempfile.TemporaryDirectory() as held:
        command = vault_of(program, pathlib.Path(held))
        ours = run(*command("import", table(folder, entries), "--models", MODELS, "--skip-faulty", "--json"), cores=64,
                   check=False)
        rows = ours.lines()
    seen = max(1, entries // OPENCV_SHARE)
    theirs = json.loads(subprocess.run([sys.executable, ROOT / "bench/vault/opencv_enrolment.py", MODELS, folder,
                                        str(seen)], capture_output=True, text=True, check=True).stdout)
    accepted = {row["entry"] for row in rows if row["standing"] == "new" and row["entry"] <= f"{seen:06}"}
    differ = accepted ^ set(theirs["accepted"])
    rate, opencv_rate = entries / ours.wall_s, seen / theirs["seconds"]
    return {"entries": entries, "seconds": round(ours.wall_s, 1), "cpu_seconds": round(ours.cpu_s, 1),
            "images_per_s": round(rate, 1),
            "accepted": sum(row["standing"] == "new" for row in rows),
            "opencv": {"images": seen, "images_per_s": round(opencv_rate, 1), "threads": theirs["threads"],
                       "accepted": len(theirs["accepted"])},
            "accepted_by_one_only": len(differ), "accepted_by_one_only_share": round(len(differ) / seen, 4),
            "ratio": round(rate / opencv_rate, 2), "load_average": [before, load()]}


def loading(programs: pathlib.Path) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        return [json.loads(run(programs / "bench_list", pathlib.Path(folder, "list"), entries, THUMBNAIL_BYTES, repeats,
                               cores=64).stdout) | {"line_s": line_s, "load_average": [load(), load()]}
                for entries, repeats, line_s in ((20_000, 5, 1.0), (1_000_000, 3, 10.0))]
