"""Search at a million entries against FAISS IndexFlatIP: the same vectors, the same number of threads, one run.

    python bench/search/compare_faiss.py PROGRAM [--rows N] [--threads N] [--out FILE]

PROGRAM is bench_search. FAISS has two calls that answer the question: range_search with the threshold, which is the very
question, and search for the one nearest, which answers less; the faster of the two is what we are compared with. The two
programs take turns, so that what else the machine does falls on both; the medians of all turns are compared. Exit code 1 if a ratio misses its target or an id differs
by more than 1e-6 from the threshold.
"""
import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import faiss
import numpy as np

DIMENSION = 128
PROBES = 16
THRESHOLD = 0.45
NEAR_THRESHOLD = 1e-6
TURNS = 3
OUR_TIMES = ("one_ms", "all_ms", "read_first_pass_ms", "read_rows_ms")
TARGETS = {"one": 4.5, "sixteen": 15.0}


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def vectors(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Random unit vectors; each probe has a few rows around the threshold and above, so that there is something to find."""
    random = np.random.default_rng(20261)
    listed = unit(random.standard_normal((rows, DIMENSION), dtype=np.float32))
    probes = unit(random.standard_normal((PROBES, DIMENSION), dtype=np.float32))
    for number, probe in enumerate(probes):
        for step, score in enumerate((0.40, 0.4499, 0.45, 0.4501, 0.5, 0.7, 0.99)):
            row = (number * 7 + step) * (rows // (PROBES * 7))
            across = listed[row] - np.dot(listed[row], probe) * probe
            across /= np.linalg.norm(across)
            listed[row] = score * probe + np.sqrt(1 - score * score) * across
    return np.ascontiguousarray(listed, np.float32), np.ascontiguousarray(probes, np.float32)


def timed_ms(work) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def faiss_times(index, probes: np.ndarray, repeats: int, times: dict[str, list[float]]) -> None:
    for _ in range(repeats):
        for probe in probes:
            one = probe.reshape(1, -1)
            times["one range_search"].append(timed_ms(lambda: index.range_search(one, THRESHOLD)))
        one = probes[:1]
        times["one search"].append(timed_ms(lambda: index.search(one, 1)))
        times["sixteen range_search"].append(timed_ms(lambda: index.range_search(probes, THRESHOLD)))
        times["sixteen search"].append(timed_ms(lambda: index.search(probes, 1)))


def ids_that_differ(index, probes: np.ndarray, listed: np.ndarray, found: list) -> tuple[int, int, int]:
    """How many ids FAISS found, how many only one side found, and how many of those are not at the threshold."""
    limits, _, ids = index.range_search(probes, THRESHOLD)
    theirs = [set(ids[limits[p]:limits[p + 1]].tolist()) for p in range(len(probes))]
    differing = wrong = 0
    for probe, their, our in zip(probes, theirs, found):
        for row in their ^ {entry for entry, _ in our}:
            differing += 1
            score = float(np.dot(listed[row].astype(np.float64), probe.astype(np.float64)))
            wrong += abs(score - THRESHOLD) > NEAR_THRESHOLD
    return sum(map(len, theirs)), differing, wrong


def write_vectors(folder: str, listed: np.ndarray, probes: np.ndarray) -> None:
    listed.tofile(pathlib.Path(folder, "rows"))
    probes.tofile(pathlib.Path(folder, "probes"))


def run_program(options, folder: str) -> dict:
    command = [options.program, pathlib.Path(folder, "rows"), pathlib.Path(folder, "probes"), str(DIMENSION),
               str(THRESHOLD), str(options.threads), str(options.repeats)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def summary(times: list[float]) -> dict:
    return {"median_ms": round(statistics.median(times), 3), "min_ms": round(min(times), 3), "n": len(times)}


def measure(options) -> dict:
    listed, probes = vectors(options.rows)
    faiss.omp_set_num_threads(options.threads)
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(listed)
    times = {f"{count} {call}": [] for count in ("one", "sixteen") for call in ("range_search", "search")}
    ours: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        write_vectors(folder, listed, probes)
        for _ in range(TURNS):
            faiss_times(index, probes, options.repeats, times)
            turn = run_program(options, folder)
            ours = turn | {name: ours.get(name, []) + turn[name] for name in OUR_TIMES}

    theirs = {name: summary(values) for name, values in times.items()}
    both = {"one": summary(ours["one_ms"]), "sixteen": summary(ours["all_ms"])}
    ratios = {}
    for count in both:
        calls = {call: theirs[f"{count} {call}"]["median_ms"] for call in ("range_search", "search")}
        fastest = min(calls, key=calls.get)
        ratios[count] = {"ratio": round(calls[fastest] / both[count]["median_ms"], 2), "against": fastest,
                         "target": TARGETS[count]}
    their_ids, differing, wrong = ids_that_differ(index, probes, listed, ours["found"])
    return {
        "what": f"search at {options.rows} x {DIMENSION}, threshold {THRESHOLD}, {options.threads} threads on both sides",
        "machine": platform.processor() or platform.machine(), "code": ours["target"],
        "date": datetime.date.today().isoformat(), "faiss": f"{faiss.__version__} {faiss.get_compile_options().strip()}",
        "faiss_times": theirs, "proviso_times": both, "ratios": ratios,
        "floor": {"first pass bytes": ours["first_pass_bytes"], "reading them": summary(ours["read_first_pass_ms"]),
                  "row bytes": ours["row_bytes"], "reading all rows": summary(ours["read_rows_ms"])},
        "build_ms": round(ours["build_ms"], 1),
        "rows_after_first_pass": ours["after_high"], "rows_scored": ours["after_code"], "of_rows": options.rows * PROBES,
        "ids": {"faiss": their_ids, "differ": differing, "differ_beyond_1e-6": wrong},
    }


def show(result: dict) -> None:
    print(result["what"] + f"; {result['code']}; FAISS {result['faiss']}")
    print(f"{'':34}{'median ms':>11}{'min ms':>9}{'n':>6}")
    for name, times in [*((f"FAISS {n}", t) for n, t in result["faiss_times"].items()),
                        *((f"Proviso {n}", t) for n, t in result["proviso_times"].items()),
                        ("floor: reading the first pass", result["floor"]["reading them"]),
                        ("floor: reading all rows", result["floor"]["reading all rows"])]:
        print(f"{name:34}{times['median_ms']:11.2f}{times['min_ms']:9.2f}{times['n']:6}")
    for count, ratio in result["ratios"].items():
        print(f"{count}: {ratio['ratio']} x FAISS {ratio['against']} (needed {ratio['target']})")
    print(f"ids: FAISS {result['ids']['faiss']}, {result['ids']['differ']} differ, "
          f"{result['ids']['differ_beyond_1e-6']} beyond 1e-6 of the threshold; "
          f"{result['rows_after_first_pass']} rows after the first pass, {result['rows_scored']} scored, "
          f"of {result['of_rows']}; index built in {result['build_ms']} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5, help="in each of the turns")
    parser.add_argument("--out", type=pathlib.Path, help="where to write the result as JSON")
    options = parser.parse_args()
    result = measure(options)
    show(result)
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    met = all(ratio["ratio"] >= ratio["target"] for ratio in result["ratios"].values())
    return 0 if met and result["ids"]["differ_beyond_1e-6"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
