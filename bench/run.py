#!/usr/bin/env python3
"""./dev bench [OPTION...] [NAME...]: measures side by side with others and keeps the results.

Names: path dlib search cameras start steps log lists, all of them by default; decode is path without OpenCV.
Writes bench/results/bench-DATE-COMMIT.json and .svg, and a table on the terminal.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

for part in ("path", "audit", "vault"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / part))

import cameras  # noqa: E402
import lists  # noqa: E402
import log  # noqa: E402
import report  # noqa: E402
import whole_path  # noqa: E402
from inputs import Inputs  # noqa: E402
from measure import ROOT, circumstances, load  # noqa: E402

RESULTS = ROOT / "bench" / "results"
TURNS_MAX = 3
NICENESS = 5


def search(inputs: Inputs) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "search.json")
        before = load()
        # Its exit code says whether lines are met; so does our table.
        subprocess.run([sys.executable, ROOT / "bench/search/compare_faiss.py", inputs.programs / "bench_search",
                        "--out", out], stdout=subprocess.DEVNULL, check=False)
        return json.loads(out.read_text()) | {"load_average": [before, load()]}


MEASUREMENTS = {
    "path": lambda inputs, turns: whole_path.measure(inputs, turns),
    "decode": lambda inputs, turns: whole_path.decode_only(inputs, turns),
    "dlib": lambda inputs, turns: whole_path.against_dlib(inputs, turns),
    "search": lambda inputs, _: search(inputs),
    "cameras": lambda inputs, _: cameras.measure(inputs),
    "start": lambda inputs, _: cameras.start(inputs),
    "steps": lambda inputs, turns: cameras.steps(inputs, turns),
    "log": lambda inputs, turns: log.measure(inputs.programs, ROOT / ".deps", turns),
    "lists": lambda inputs, _: {"import": lists.enrolment(inputs.proviso), "loading": lists.loading(inputs.programs)},
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--turns", type=int, default=TURNS_MAX, choices=range(1, TURNS_MAX + 1),
                        help="fewer are faster, and wider in their interval")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin",
                        help="folder of the built programs")
    parser.add_argument("--out", type=pathlib.Path, default=RESULTS, help="folder for the results")
    options = parser.parse_args()
    unknown = set(options.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    return options


def main() -> int:
    options = arguments()
    os.nice(NICENESS)
    results = circumstances()
    inputs = Inputs(options.programs.resolve())
    results |= {"turns": options.turns,
                "clip": {"sha256": inputs.header["video_sha256"], "seed": inputs.header["seed"],
                         "frames": inputs.frames, "passes": len(inputs.passes), "note": inputs.header["note"]},
                "measured": {}}
    for name in options.names or [name for name in MEASUREMENTS if name != "decode"]:
        print(f"  {name} ...", file=sys.stderr, flush=True)
        results["measured"][name] = MEASUREMENTS[name](inputs, options.turns)
    results["lines"] = report.lines_of(results["measured"])
    results["load_average_at_end"] = load()

    stem = f"bench-{results['date'][:10]}-{results['commit']}"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{stem}.json").write_text(json.dumps(results, indent=1) + "\n")
    caption = (f"{results['machine']['cpu']}, {results['machine']['cores']} cores; {results['date'][:10]}, "
               f"{results['commit']}; load average {results['load_average_at_start']} at start")
    (options.out / f"{stem}.svg").write_text(report.plot(results["lines"], caption))
    print(caption)
    print(report.table(results["lines"]))
    if "steps" in results["measured"]:
        print(report.steps_table(results["measured"]["steps"]))
    if not results["machine_was_quiet"]:
        print("The machine was not quiet: wall times, latencies and cameras must be measured again on a quiet one.")
    print(f"results: {(options.out / stem).with_suffix('.json')}")
    return 0


sys.exit(main())
