"""OpenCV's FaceDetectorYN and FaceRecognizerSF on photographs, as its samples do it, in one process.

    opencv_enrolment.py MODELS FOLDER COUNT

The first COUNT of FOLDER/*.jpg: read, one face looked for at the photograph's own size, its template made. Default
threads, the same weights, confidence and smallest face as ours. Prints one JSON line: accepted (their names),
seconds (without loading the models), threads.
"""
import json
import pathlib
import sys
import time

import cv2

CONFIDENCE_MIN, NMS_IOU, TOP_K = 0.6, 0.3, 5000
FACE_WIDTH_PX_MIN = 40  # policies/demonstration.toml, operating_point.enrolment_face_width_px_min


def main(models: str, folder: str, count: str) -> None:
    detector = cv2.FaceDetectorYN.create(f"{models}/yunet.onnx", "", (320, 320), CONFIDENCE_MIN, NMS_IOU, TOP_K)
    embedder = cv2.FaceRecognizerSF.create(f"{models}/sface.onnx", "")
    accepted = []
    start = time.perf_counter()
    for path in sorted(pathlib.Path(folder).glob("*.jpg"))[:int(count)]:
        pixels = cv2.imread(str(path))
        detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        found = detector.detect(pixels)[1]
        if found is None or len(found) != 1 or found[0][2] < FACE_WIDTH_PX_MIN:
            continue
        embedder.feature(embedder.alignCrop(pixels, found[0]))
        accepted.append(path.stem)
    print(json.dumps({"accepted": accepted, "seconds": time.perf_counter() - start, "threads": cv2.getNumThreads()}))


main(*sys.argv[1:])
