"""Lists: `proviso vault import` against OpenCV on the same photographs, and how long a sealed list takes to load."""
import csv
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

import cv2
from inputs import DEPS, KEPT, MODELS
from measure import ROOT, load, run

sys.path.insert(0, str(ROOT / "tests/acceptance"))

import site_tool  # noqa: E402
from signed_site import LIGHT_KEY  # noqa: E402

ENTRIES = 20_000
OPENCV_SHARE = 10  # It sees each tenth part of them: the rate does not depend on how many there are.
PACKS = (MODELS, DEPS / "models-bf16")  # The default first.
PORTRAITS = KEPT / "portraits"
LARGER_ENTRIES = 2_000
LARGER_BY = 2.5  # 1200x1500, as a photograph of an office is.
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


def size_of(folder: pathlib.Path) -> str:
    height, width = cv2.imread(str(folder / "000001.jpg")).shape[:2]
    return f"{width}x{height}"


def larger_portraits(folder: pathlib.Path) -> pathlib.Path:
    """The first of them as a camera of today would have taken them: no finer detail, as many pixels."""
    larger = KEPT / "portraits_larger"
    names = [f"{number:06}.jpg" for number in range(1, LARGER_ENTRIES + 1)]
    if all((larger / name).exists() for name in names):
        return larger
    larger.mkdir(exist_ok=True)
    for name in names:
        picture = cv2.imread(str(folder / name))
        grown = cv2.resize(picture, None, fx=LARGER_BY, fy=LARGER_BY, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(larger / name), grown, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return larger


def is_taken(program: pathlib.Path, pack: pathlib.Path) -> bool:
    """A processor that cannot compute in a pack's precision refuses it."""
    return subprocess.run([program, "models", "check", "--models", pack], capture_output=True, check=False).returncode == 0


def ours(program: pathlib.Path, folder: pathlib.Path, entries: int, pack: pathlib.Path) -> dict:
    before = load()
    with tempfile.TemporaryDirectory() as held:
        command = vault_of(program, pathlib.Path(held))
        ran = run(*command("import", table(folder, entries), "--models", pack, "--skip-faulty", "--json"), cores=64,
                  check=False)
    accepted = {row["entry"] for row in ran.lines() if row["standing"] == "new"}
    return {"pack": tomllib.loads((pack / "pack.toml").read_text())["name"], "seconds": round(ran.wall_s, 1),
            "cpu_seconds": round(ran.cpu_s, 1), "images_per_s": round(entries / ran.wall_s, 1), "accepted": accepted,
            "load_average": [before, load()]}


def opencv(folder: pathlib.Path, images: int) -> dict:
    before = load()
    said = json.loads(subprocess.run([sys.executable, ROOT / "bench/vault/opencv_enrolment.py", MODELS, folder,
                                      str(images)], capture_output=True, text=True, check=True).stdout)
    return {"images": images, "images_per_s": round(images / said["seconds"], 1), "threads": said["threads"],
            "accepted": set(said["accepted"]), "load_average": [before, load()]}


def side_by_side(program: pathlib.Path, folder: pathlib.Path, entries: int) -> dict:
    """The packs one after the other, and OpenCV between them."""
    first, *others = [pack for pack in PACKS if is_taken(program, pack)]
    runs = [ours(program, folder, entries, first)]
    seen = opencv(folder, max(1, entries // OPENCV_SHARE))
    runs += [ours(program, folder, entries, pack) for pack in others]
    for one in runs:
        of_seen = {entry for entry in one["accepted"] if entry <= f"{seen['images']:06}"}
        differ = len(of_seen ^ seen["accepted"])
        one |= {"accepted": len(one["accepted"]), "accepted_by_one_only": differ,
                "accepted_by_one_only_share": round(differ / seen["images"], 4),
                "ratio": round(one["images_per_s"] / seen["images_per_s"], 2)}
    return {"entries": entries, "size": size_of(folder), "ours": runs,
            "opencv": seen | {"accepted": len(seen["accepted"])}}


def enrolment(program: pathlib.Path) -> list[dict]:
    usual = portraits(program)
    return [side_by_side(program, folder, entries)
            for folder, entries in ((usual, ENTRIES), (larger_portraits(usual), LARGER_ENTRIES))]


def loading(programs: pathlib.Path) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        return [json.loads(run(programs / "bench_list", pathlib.Path(folder, f"list-{entries}"), entries, THUMBNAIL_BYTES, repeats,
                               cores=64).stdout) | {"line_s": line_s, "load_average": [load(), load()]}
                for entries, repeats, line_s in ((20_000, 5, 1.0), (1_000_000, 3, 10.0))]
