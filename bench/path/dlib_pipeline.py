"""dlib as `face_recognition` calls it by default, on every STEPth frame of the clip; one JSON line.

    dlib_pipeline.py CLIP PHOTOGRAPHS MODELS STEP FRAMES

Gradient histograms with one doubling of the picture find faces, five points align them, the
residual network describes them, and a distance of at most 0.6 is a match. dlib runs all this on one
thread. Only what face_recognition would do with a frame is timed, not its decoding.
"""
import json
import pathlib
import sys
import time

import cv2
import dlib
import numpy as np

DOUBLINGS = 1
DISTANCE_MAX = 0.6


class Recogniser:
    def __init__(self, models: pathlib.Path):
        self.find = dlib.get_frontal_face_detector()
        self.points = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self.network = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def describe(self, rgb: np.ndarray) -> list[np.ndarray]:
        return [np.array(self.network.compute_face_descriptor(rgb, self.points(rgb, box), 1))
                for box in self.find(rgb, DOUBLINGS)]


def main(clip: str, photographs: str, models: str, step: str, frames: str) -> None:
    recogniser = Recogniser(pathlib.Path(models))
    listed = {path.stem: recogniser.describe(dlib.load_rgb_image(str(path)))
              for path in sorted(pathlib.Path(photographs).glob("*.jpg"))}
    listed = {name: faces[0] for name, faces in listed.items() if faces}
    capture = cv2.VideoCapture(clip)
    wall_ms, cpu_ms, faces, matches = [], [], 0, []
    for frame in range(int(frames)):
        assert capture.grab(), f"{clip}: no frame {frame}"
        if frame % int(step):
            continue
        rgb = cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB)
        wall, cpu = time.perf_counter(), time.process_time()
        found = recogniser.describe(rgb)
        near = [name for one in found for name, other in listed.items()
                if np.linalg.norm(one - other) <= DISTANCE_MAX]
        wall_ms.append((time.perf_counter() - wall) * 1e3)
        cpu_ms.append((time.process_time() - cpu) * 1e3)
        faces += len(found)
        matches += [{"frame": frame, "entry": name} for name in near]
    print(json.dumps({"wall_ms": wall_ms, "cpu_ms": cpu_ms, "faces": faces, "matches": matches,
                      "enrolled": sorted(listed)}))


main(*sys.argv[1:])
