#!/usr/bin/env python3
"""make_opencv_golden.py DEPS [CCTV]: what OpenCV's FaceDetectorYN and FaceRecognizerSF give.

Writes beside itself, from the weights and media in DEPS (the folder that set-up fills) and the
camera clips in CCTV:
  opencv_detections.csv   every face scored SCORE_MIN or more, at the picture's own size
  opencv_embeddings.csv   the template of each face of the photographs, not normalised

Coordinates are OpenCV's, which count from pixel centres: ours are larger by half a pixel.
Runs in the environment of the tests (opencv-python-headless).
"""
import pathlib
import sys

import cv2
import numpy as np

SCORE_MIN = 0.6
NMS_IOU = 0.3
TOP_K = 5000
HERE = pathlib.Path(__file__).parent


def pictures(folder: pathlib.Path):
    """Yields name, frame number and pixels of every photograph and every frame of every clip."""
    for path in sorted(folder.glob("*.jpg")):
        yield path.name, 0, cv2.imread(str(path))
    for path in sorted([*folder.glob("*.mp4"), *folder.glob("*.gif")]):
        capture = cv2.VideoCapture(str(path))
        frame = 0
        while True:
            read, pixels = capture.read()
            if not read:
                break
            yield path.name, frame, pixels
            frame += 1


def row(name: str, frame: int, numbers) -> str:
    return ",".join([name, str(frame), *(f"{number:.4f}" for number in numbers)]) + "\n"


deps = pathlib.Path(sys.argv[1])
folders = [deps / "media", *map(pathlib.Path, sys.argv[2:3])]
detector = cv2.FaceDetectorYN.create(
    str(deps / "models/yunet.onnx"), "", (320, 320), SCORE_MIN, NMS_IOU, TOP_K)
embedder = cv2.FaceRecognizerSF.create(str(deps / "models/sface.onnx"), "")
points = [f"{axis}{n}" for n in range(5) for axis in "xy"]
detections = [",".join(["picture", "frame", "x", "y", "width", "height", *points, "score"]) + "\n"]
embeddings = [",".join(["picture", "face", *(f"v{n}" for n in range(128))]) + "\n"]
for folder in folders:
    for name, frame, pixels in pictures(folder):
        detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        _, faces = detector.detect(pixels)
        for n, face in enumerate(faces if faces is not None else []):
            detections.append(row(name, frame, face))
            if name.endswith(".jpg"):
                crop = embedder.alignCrop(pixels, face)
                embeddings.append(row(name, n, np.ravel(embedder.feature(crop))))
(HERE / "opencv_detections.csv").write_text("".join(detections))
(HERE / "opencv_embeddings.csv").write_text("".join(embeddings))
print(f"{len(detections) - 1} faces, {len(embeddings) - 1} templates, OpenCV {cv2.__version__}")
