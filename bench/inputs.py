"""The standard clip, its list and the authority for a run: made once, kept in .deps/bench."""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

from measure import ROOT, run

sys.path.insert(0, str(ROOT / "tests/acceptance"))

import site_tool  # noqa: E402

DEPS = ROOT / ".deps"
MODELS = DEPS / "models"
KEPT = DEPS / "bench"
SCENE = "standard_clip"
FRAMES_PER_S = 25
CYCLE_S = 20  # Eight walkers for half of it, then nobody.
KEY_FRAME_S = 2  # Of the simulated video: where it can be cut without decoding.


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Inputs:
    """Where everything is that a measurement runs on."""

    def __init__(self, programs: pathlib.Path):
        self.programs = programs
        self.proviso = programs / "proviso"
        self.folder = KEPT / SCENE
        self.clip = self.folder / f"{SCENE}.mp4"
        self.truth = self.folder / f"{SCENE}.truth.jsonl"
        self.photographs = self.folder / "list"
        self.make_clip()
        header, *passes = map(json.loads, self.truth.read_text().splitlines())
        self.header, self.passes = header, passes
        self.frames = header["frames"]
        self.seconds = self.frames / FRAMES_PER_S
        self.sealed = self.make_list()

    def make_clip(self) -> None:
        """Renders the clip if it is not there, or if the file is not the one its truth was written for."""
        if self.clip.exists() and self.truth.exists():
            header = json.loads(self.truth.open().readline())
            if "usable" in header["persons"][0] and header["video_sha256"] == sha256(self.clip):
                return
        shutil.rmtree(self.folder, ignore_errors=True)
        run(self.proviso, "simulate", SCENE, "--out", self.folder, "--models", MODELS,
            "--media", DEPS / "media", cores=64)

    def make_list(self) -> pathlib.Path:
        draft, sealed = KEPT / "list.draft", KEPT / "list.sealed"
        for path in (draft, sealed):
            path.unlink(missing_ok=True)
        for words in (("new", draft, "--models", MODELS), ("import", draft, self.photographs, "--models", MODELS),
                      ("seal", draft, "-o", sealed)):
            run(self.proviso, "watchlist", *words, cores=64)
        return sealed

    def site(self) -> pathlib.Path:
        return self.office.site

    def authority(self, cameras: dict[str, pathlib.Path]) -> pathlib.Path:
        """A started deployment of a site of its own."""
        site_tool.PROGRAM = self.proviso
        self.office = site_tool.Office.copy(KEPT)
        return self.office.started(self.sealed, cameras, minutes=720)

    def watch(self, cameras: dict[str, pathlib.Path], authority: pathlib.Path, cores: int, *more: object):
        """One run of `proviso watch`: what it took, its alert lines, its summary."""
        sources = [f"{camera}={clip}" for camera, clip in cameras.items()]
        ran = run(self.proviso, "watch", *sources, "--site", authority.parents[1], "--authority", authority,
                  "--watchlist", self.sealed, "--models", MODELS, "--lanes", cores, "--json", *more, cores=cores)
        *alerts, last = ran.lines()
        return ran, alerts, last["summary"]

    def score(self, alerts: list[dict], frames: int | None = None) -> dict:
        """Alert lines against the ground truth of the first `frames` frames, by bench_score."""
        frames = frames or self.frames
        taken = [one for one in self.passes if one["last_frame"] < frames]
        truth, lines = KEPT / "score.truth.jsonl", KEPT / "score.alerts.jsonl"
        header = self.header | {"passes": len(taken)}
        truth.write_text("".join(json.dumps(row, separators=(",", ":"), sort_keys=True) + "\n"
                                 for row in (header, *taken)))
        lines.write_text("".join(json.dumps(alert, separators=(",", ":")) + "\n" for alert in alerts))
        return run(self.programs / "bench_score", truth, lines, cores=1).lines()[0]

    def usable_passes(self, face_width_px_min: int) -> int:
        """Passes with three frames that may be compared, listed or not: the rule of app/evaluation/scoring.h."""
        def is_usable(boxes: list[int]) -> bool:
            widths, visible = boxes[2::5], boxes[4::5]
            return sum(w >= face_width_px_min * 10 and v >= 900 for w, v in zip(widths, visible)) >= 3
        seen = {person["id"] for person in self.header["persons"] if person["usable"]}
        return sum(one["person"] in seen and is_usable(one["boxes"]) for one in self.passes)

    def one_frame(self) -> pathlib.Path:
        return self.copied("one_frame.mp4", "-i", self.clip, "-frames:v", 1)

    def begun_at(self, second: int) -> pathlib.Path:
        """The clip from `second` (a key frame) to its end and on from its start: as long, but out of step."""
        if second == 0:
            return self.clip
        parts = KEPT / f"from_{second}.txt"
        parts.write_text(f"ffconcat version 1.0\nfile '{self.clip}'\ninpoint {second}\n"
                         f"file '{self.clip}'\noutpoint {second}\n")
        return self.copied(f"from_{second}.mp4", "-f", "concat", "-safe", 0, "-i", parts)

    def copied(self, name: str, *words: object) -> pathlib.Path:
        path = KEPT / name
        command = ["ffmpeg", "-v", "error", "-y", *words, "-c", "copy", path]
        subprocess.run([str(word) for word in command], check=True)
        return path
