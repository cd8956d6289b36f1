"""What every measurement shares: programs with their time, the load of the machine, and intervals."""
import dataclasses
import datetime
import json
import math
import os
import pathlib
import platform
import random
import resource
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESAMPLES = 2000
QUIET_LOAD = 0.5  # Load average at the start below which a machine counts as quiet.


@dataclasses.dataclass
class Ran:
    wall_s: float
    cpu_s: float
    stdout: str

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.stdout.splitlines() if line.startswith("{")]


def on_cores(cores: int):
    """For preexec_fn: the child and all its threads share the first `cores` cores that we may use."""
    allowed = set(sorted(os.sched_getaffinity(0))[:cores])
    return lambda: os.sched_setaffinity(0, allowed)


def run(*command: object, cores: int, check: bool = True) -> Ran:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          preexec_fn=on_cores(cores))
    wall_s, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr[-2000:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(wall_s, cpu_s, done.stdout)


def load() -> float:
    return round(os.getloadavg()[0], 2)


def percentile(values: list[float], rank: float) -> float | None:
    """Nearest rank, as the program's own summary."""
    ordered = sorted(values)
    return ordered[max(math.ceil(rank * len(ordered)), 1) - 1] if ordered else None


def summary(values: list[float], digits: int = 3) -> dict:
    return {"median": round(statistics.median(values), digits), "min": round(min(values), digits),
            "max": round(max(values), digits), "n": len(values)}


def resampled(strata: list[list[float]], dice: random.Random) -> float:
    return sum(statistics.fmean(dice.choices(values, k=len(values))) for values in strata) / len(strata)


def ratio(above: list[list[float]], below: list[list[float]]) -> dict:
    """Ratio of two costs, with a 95 % interval by bootstrap within strata.

    A cost is a list of strata (what is like: the same second of each cycle of the clip), each the list
    of its repeats. The interval says what repeating would change, not what another clip would.
    """
    dice = random.Random(20261)
    middle = (statistics.fmean(map(statistics.fmean, above)) / statistics.fmean(map(statistics.fmean, below)))
    drawn = sorted(resampled(above, dice) / resampled(below, dice) for _ in range(RESAMPLES))
    return {"ratio": round(middle, 3), "low": round(drawn[int(RESAMPLES * 0.025)], 3),
            "high": round(drawn[int(RESAMPLES * 0.975) - 1], 3),
            "n": [sum(map(len, above)), sum(map(len, below))]}


def wilson(successes: int, trials: int) -> list[float]:
    """95 % interval of a share; the same as app/evaluation/scoring."""
    if not trials:
        return [0.0, 1.0]
    z, rate = 1.96, successes / trials
    middle = rate + z * z / (2 * trials)
    reach = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    below = 1 + z * z / trials
    return [round(max(0.0, (middle - reach) / below), 4), round(min(1.0, (middle + reach) / below), 4)]


def git(*words: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False).stdout.strip()


def cpu_name() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def instruction_sets() -> list[str]:
    """Those that decide how fast networks and search are."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return sorted(set(line.split()) & {"avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8"})
    return []


def circumstances() -> dict:
    memory_kb = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "--short=12", "HEAD") or "none",
        "tree_had_changes": bool(git("status", "--porcelain", "--", "src", "bench", "cmake", "CMakeLists.txt")),
        "machine": {"cpu": cpu_name(), "instruction_sets": instruction_sets(), "cores": len(os.sched_getaffinity(0)),
                    "memory_gib": round(memory_kb / 2**20, 1), "system": platform.release()},
        "load_average_at_start": load(),
        "machine_was_quiet": load() < QUIET_LOAD,
    }
