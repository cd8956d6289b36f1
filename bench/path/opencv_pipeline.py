"""OpenCV's FaceDetectorYN and FaceRecognizerSF on every frame, as its samples do it, in turns.

    opencv_pipeline.py CLIP PHOTOGRAPHS MODELS SCALE THREADS ALERTS

Reads a number of frames from stdin, does them, and answers with one JSON line: for each second of
video its wall and processor time; at the end of the input the alerts are in the file ALERTS.

The same weights, confidence, smallest face, list and threshold as ours. A listed person raises an alert
when SHOTS_MIN frames within a second reach the threshold, as ours asks for three shots; the file has
those of a single frame, too (key "shots"). Times are without start and without writing.
"""
import json
import pathlib
import sys
import time

import cv2
import numpy as np

CONFIDENCE_MIN, NMS_IOU, TOP_K = 0.6, 0.3, 5000
FACE_WIDTH_PX_MIN = 32
THRESHOLD = 0.45
SHOTS_MIN = 3
FRAMES_PER_S = 25


class Pipeline:
    def __init__(self, models: pathlib.Path, scale: float):
        self.scale = scale
        self.detector = cv2.FaceDetectorYN.create(
            str(models / "yunet.onnx"), "", (320, 320), CONFIDENCE_MIN, NMS_IOU, TOP_K)
        self.embedder = cv2.FaceRecognizerSF.create(str(models / "sface.onnx"), "")
        self.names: list[str] = []
        self.templates = np.zeros((0, 128), np.float32)

    def faces(self, pixels: np.ndarray, scale: float) -> np.ndarray:
        small = pixels if scale == 1 else cv2.resize(pixels, None, fx=scale, fy=scale,
                                                     interpolation=cv2.INTER_AREA)
        self.detector.setInputSize((small.shape[1], small.shape[0]))
        found = self.detector.detect(small)[1]
        if found is None:
            return np.zeros((0, 15), np.float32)
        found[:, :14] /= scale
        return found

    def template(self, pixels: np.ndarray, face: np.ndarray) -> np.ndarray:
        values = np.ravel(self.embedder.feature(self.embedder.alignCrop(pixels, face)))
        return values / np.linalg.norm(values)

    def enrol(self, photographs: pathlib.Path) -> None:
        rows = []
        for path in sorted(photographs.glob("*.jpg")):
            pixels = cv2.imread(str(path))
            face = max(self.faces(pixels, 1), key=lambda one: one[2])
            self.names.append(path.stem)
            rows.append(self.template(pixels, face))
        self.templates = np.stack(rows)

    def matches(self, pixels: np.ndarray):
        """Yields entry, score and box of each comparison that reaches the threshold."""
        for face in self.faces(pixels, self.scale):
            if face[2] < FACE_WIDTH_PX_MIN:
                continue
            scores = self.templates @ self.template(pixels, face)
            for entry in np.flatnonzero(scores >= THRESHOLD):
                yield self.names[entry], float(scores[entry]), [round(float(x), 1) for x in face[:4]]


class Alerts:
    """One alert when enough frames within a second agree; a further one after a second without."""

    def __init__(self, shots_min: int):
        self.shots_min = shots_min
        self.seen: dict[str, list[int]] = {}
        self.lines: list[dict] = []

    def add(self, frame: int, entry: str, score: float, box: list[float]) -> None:
        seen = self.seen.get(entry, [])
        if seen and frame - seen[-1] > FRAMES_PER_S:
            seen = []
        seen = [*seen, frame]
        self.seen[entry] = seen
        if len(seen) == self.shots_min:
            is_first = all(line["entry"] != entry for line in self.lines)
            self.lines.append({"shots": self.shots_min, "kind": "new" if is_first else "update", "entry": entry,
                               "media_time_ms": frame * 1000 // FRAMES_PER_S, "score": score, "box": box})


def main(clip: str, photographs: str, models: str, scale: str, threads: str, alerts_file: str) -> None:
    cv2.setNumThreads(int(threads))
    pipeline = Pipeline(pathlib.Path(models), float(scale))
    pipeline.enrol(pathlib.Path(photographs))
    capture = cv2.VideoCapture(clip, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, int(threads)])
    rules = [Alerts(SHOTS_MIN), Alerts(1)]
    frame = 0
    for line in sys.stdin:
        wall_ms, cpu_ms = [], []
        for _ in range(int(line) // FRAMES_PER_S):
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(FRAMES_PER_S):
                read, pixels = capture.read()
                assert read, f"{clip}: no frame {frame}"
                for match in pipeline.matches(pixels):
                    for rule in rules:
                        rule.add(frame, *match)
                frame += 1
            wall_ms.append((time.perf_counter() - wall) * 1e3)
            cpu_ms.append((time.process_time() - cpu) * 1e3)
        print(json.dumps({"wall_ms": wall_ms, "cpu_ms": cpu_ms}), flush=True)
    lines = [line for rule in rules for line in rule.lines]
    pathlib.Path(alerts_file).write_text("".join(json.dumps(line) + "\n" for line in lines))


main(*sys.argv[1:])
