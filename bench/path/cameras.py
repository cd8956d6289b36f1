"""How many cameras two cores carry in real time, how late alerts are, and how long the start takes."""
import statistics

from inputs import CYCLE_S, KEY_FRAME_S, MODELS, Inputs
from measure import load, percentile, run, summary, wilson

CORES = 2
COUNTS = (1, 2, 5, 10)
FACE_WIDTH_PX_MIN = 32
START_RUNS = 10
REPEAT_MS = 60_000  # Of the alerter.


def begun_at_s(number: int, count: int, in_step: bool) -> int:
    """Where camera `number` begins: all at once, or spread over the cycle as far as key frames allow."""
    return 0 if in_step else number * CYCLE_S // count // KEY_FRAME_S * KEY_FRAME_S


def latencies(alerts: list[dict], field: str) -> dict:
    values = [alert[field] for alert in alerts]
    return {f"p{rank}": percentile(values, rank / 100) for rank in (50, 95, 99)} | {"n": len(values)}


def as_if_alone(alerts: list[dict]) -> list[dict]:
    """One camera's alerts: what updates an alert of another camera alone would be new here."""
    last_at: dict[str, int] = {}
    own = []
    for alert in alerts:
        before = last_at.get(alert["entry"])
        at = alert["media_time_ms"]
        own.append(alert | {"kind": "update" if before is not None and abs(at - before) <= REPEAT_MS else "new"})
        last_at[alert["entry"]] = at
    return own


def one_run(inputs: Inputs, count: int, in_step: bool) -> dict:
    begins = {f"c{number}": begun_at_s(number, count, in_step) for number in range(count)}
    cameras = {camera: inputs.begun_at(second) for camera, second in begins.items()}
    authority = inputs.authority(cameras)
    before = load()
    ran, alerts, watched = inputs.watch(cameras, authority, CORES, "--real-time")
    missed_listed = usable_listed = false_alerts = 0
    for camera, begin in begins.items():
        own = [alert | {"media_time_ms": (alert["media_time_ms"] + begin * 1000) % int(inputs.seconds * 1000)}
               for alert in as_if_alone([alert for alert in alerts if alert["camera"] == camera])]
        score = inputs.score(own)
        usable_listed += score["usable_listed"]
        missed_listed += len(score["missed"])
        false_alerts += score["false_alerts"]
    usable = inputs.usable_passes(FACE_WIDTH_PX_MIN)
    compared = [camera["compared"] for camera in watched["cameras"]]
    dropped = sum(camera["frames_dropped"] for camera in watched["cameras"])
    offered = count * inputs.frames
    return {
        "cameras": count, "in_step": in_step, "load_average": [before, load()],
        "usable_tracks": usable * count, "compared": sum(compared),
        "usable_tracks_missed": sum(max(0, usable - one) for one in compared),
        "usable_listed": usable_listed, "listed_missed": missed_listed, "false_alerts": false_alerts,
        "listed_recognised_interval": wilson(usable_listed - missed_listed, usable_listed),
        "frames": offered, "frames_dropped": dropped, "dropped_share": round(dropped / offered, 4),
        "shed": sum(camera["shed"] for camera in watched["cameras"]),
        "cores_busy": round(ran.cpu_s / ran.wall_s, 3), "wall_s": round(ran.wall_s, 2),
        "latency_ms": latencies(alerts, "latency_ms"),
        "latency_from_first_usable_ms": latencies(alerts, "latency_from_first_usable_ms"),
        "latencies_ms": [alert["latency_ms"] for alert in alerts],
    }


def measure(inputs: Inputs) -> dict:
    runs = [one_run(inputs, count, in_step) for count in COUNTS for in_step in (True, False)
            if count > 1 or in_step]
    return {"what": f"the standard clip as N recordings in real time, {CORES} cores; in step: every crowd at once; "
                    "else spread over the cycle",
            "runs": runs}


def pooled_latency(runs: list[dict], count_max: int) -> dict:
    """Of all alerts of runs with at most `count_max` cameras, spread: each camera's clip is like each other's."""
    values = [value for one in runs if one["cameras"] <= count_max and (not one["in_step"] or one["cameras"] == 1)
              for value in one["latencies_ms"]]
    return {f"p{rank}": percentile(values, rank / 100) for rank in (50, 95, 99)} | {"n": len(values)}


def start(inputs: Inputs) -> dict:
    """Start, first frame and end of a recording of one frame: more than start to first frame."""
    cameras = {"bench": inputs.one_frame()}
    authority = inputs.authority(cameras)
    before = load()
    runs = [inputs.watch(cameras, authority, CORES)[0] for _ in range(START_RUNS)]
    return {"what": "the whole of a run over one frame: an upper bound of start to first frame",
            "load_average": [before, load()],
            "wall_s": summary([one.wall_s for one in runs]), "cpu_s": summary([one.cpu_s for one in runs])}


def steps(inputs: Inputs, repeats: int) -> dict:
    """Processor time of each step for a second of video, and what of it is the gate's."""
    authority = inputs.authority({"bench": inputs.clip})
    from_inputs = [inputs.programs / "bench_steps", inputs.site(), authority, inputs.sealed]
    result: dict = {"what": "processor milliseconds for a second of the standard clip, step by step, nothing at once",
                    "load_average": [load()]}
    for lanes in (1, 2):
        *plays, gate = run(*from_inputs, MODELS, lanes, repeats, cores=lanes).lines()
        middle = {name: summary([play["cpu_ms"][name] / inputs.seconds for play in plays])
                  for name in plays[0]["cpu_ms"]}
        whole = statistics.median(play["whole_cpu_ms"] - play["cpu_ms"]["motion_alone"] for play in plays)
        counts = {name: statistics.median(play[name] for play in plays)
                  for name in ("frames", "sweeps", "frames_with_near_looks", "faces_seen", "embeddings", "comparisons",
                               "alerts")}
        confirms = counts["comparisons"] + counts["alerts"]
        looks = gate["looks_a_second"] * inputs.seconds
        gate_ms = (gate["admit_us"] * counts["frames"] + gate["confirm_us"] * confirms + gate["look_us"] * looks) / 1e3
        result[f"{lanes} lanes"] = {
            "cpu_ms_a_second_of_video": middle, "whole_cpu_ms_a_second": round(whole / inputs.seconds, 3),
            "counts": counts, "ms_a_sweep": round(middle["sweeps"]["median"] * inputs.seconds / counts["sweeps"], 3),
            "ms_an_embedding": round(middle["embed"]["median"] * inputs.seconds / counts["embeddings"], 3),
            "gate": gate | {"admits": counts["frames"], "confirms": confirms, "share_of_path": gate_ms / whole},
        }
    result["load_average"].append(load())
    return result
