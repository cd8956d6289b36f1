"""Photographs that should not be enrolled unseen, made of real ones: morphs, averages, poor images, and no faces at all.

A morph is two photographs (an average: more) warped to the mean of their face's points and laid over one another. Warped
piece by piece between the detector's five points, the rim of its box and the rim of the picture; or, `is_simple`, moved
by one similarity alone. `spliced`, only the middle of the face is mixed, inside one of the two photographs.
"""
import pathlib

import cv2
import numpy as np

from clips_test import MEDIA
from site_tool import MODELS

PEOPLE = MEDIA / "orl"
JPEG_QUALITY = 92


class Faces:
    def __init__(self):
        cv2.setNumThreads(1)
        self.detector = cv2.FaceDetectorYN.create(str(pathlib.Path(MODELS) / "yunet.onnx"), "", (320, 320), 0.6, 0.3)

    def of(self, picture: np.ndarray) -> list[np.ndarray]:
        """The largest first; of each the box (x, y, width, height), five points, and the score."""
        self.detector.setInputSize((picture.shape[1], picture.shape[0]))
        found = self.detector.detect(picture)[1]
        return [] if found is None else sorted(found, key=lambda face: -face[2] * face[3])

    def portrait(self, picture: np.ndarray, width_px: int) -> tuple[np.ndarray, np.ndarray]:
        """The picture upright about its largest face, which is `width_px` wide; and the face's control points in it."""
        face = self.of(picture)[0]
        x, y, width, height = face[:4]
        right, left = face[4:6], face[6:8]
        scale = width_px / width
        if scale < 0.67:
            picture = cv2.GaussianBlur(picture, (0, 0), 0.5 / scale)
        middle = (float(x + width / 2), float(y + height / 2))
        tilt = float(np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])))
        move = cv2.getRotationMatrix2D(middle, tilt, float(scale))
        size = (int(width_px * 1.9), int(width_px * 2.4))
        move[:, 2] += [size[0] / 2 - middle[0], size[1] * 0.52 - middle[1]]
        made = cv2.warpAffine(picture, move, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return made, self._points(made)

    def _points(self, picture: np.ndarray) -> np.ndarray:
        rows, columns = picture.shape[:2]
        face = self.of(picture)[0]
        x, y, width, height = face[:4]
        rim = [(0, .35), (1, .35), (.08, .75), (.92, .75), (.5, 1), (.25, .95), (.75, .95), (.5, 0), (.15, .06), (.85, .06)]
        corners = [(a * (columns - 1), b * (rows - 1)) for a in (0, .5, 1) for b in (0, .5, 1) if (a, b) != (.5, .5)]
        on_face = [(x + across * width, y + down * height) for across, down in rim]
        return np.float32([*face[4:14].reshape(5, 2), *on_face, *corners])

    def mixed(self, pictures: list[np.ndarray], is_simple=False, spliced=False) -> np.ndarray:
        width_px = int(min(self.of(picture)[0][2] for picture in pictures))
        portraits = [self.portrait(picture, width_px) for picture in pictures]
        rows, columns = portraits[0][0].shape[:2]
        mean = np.mean([points for _, points in portraits], axis=0).astype(np.float32)
        if is_simple:
            warped = [moved(picture, points, mean) for picture, points in portraits]
        else:
            triangles = triangles_of(mean, columns, rows)
            warped = [warped_by(picture, points, mean, triangles) for picture, points in portraits]
        mix = np.mean([picture.astype(np.float32) for picture in warped], axis=0)
        if spliced:
            low, high = mean[:15].min(axis=0), mean[:15].max(axis=0)
            mask = np.zeros((rows, columns), np.float32)
            middle, axes = (low + high) / 2, (high - low) * (0.42, 0.45)
            cv2.ellipse(mask, [int(v) for v in middle], [int(v) for v in axes], 0, 0, 360, 1, -1)
            mask = cv2.GaussianBlur(mask, (0, 0), columns * 0.03)[..., None]
            mix = mix * mask + warped[0] * (1 - mask)
        return np.clip(mix + 0.5, 0, 255).astype(np.uint8)


def moved(picture: np.ndarray, points: np.ndarray, mean: np.ndarray) -> np.ndarray:
    move = cv2.estimateAffinePartial2D(points[:5], mean[:5], method=cv2.LMEDS)[0]
    return cv2.warpAffine(picture, move, picture.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def triangles_of(points: np.ndarray, columns: int, rows: int) -> list[list[int]]:
    division = cv2.Subdiv2D((0, 0, columns, rows))
    inside = np.clip(points, 0, [columns - 1.01, rows - 1.01]).astype(np.float32)
    for point in inside:
        division.insert((float(point[0]), float(point[1])))
    found = []
    for triangle in division.getTriangleList().reshape(-1, 3, 2):
        corners = [int(np.argmin(((inside - corner) ** 2).sum(axis=1))) for corner in triangle]
        if len(set(corners)) == 3 and triangle.min() >= 0 and triangle.max() <= max(columns, rows):
            found.append(corners)
    return found


def warped_by(picture: np.ndarray, points: np.ndarray, mean: np.ndarray, triangles: list[list[int]]) -> np.ndarray:
    rows, columns = picture.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    from_x, from_y = x.copy(), y.copy()
    for corners in triangles:
        back = cv2.getAffineTransform(mean[corners], points[corners])
        mask = np.zeros((rows, columns), np.uint8)
        cv2.fillConvexPoly(mask, np.round(mean[corners]).astype(np.int32), 1)
        within = mask > 0
        from_x[within] = (back[0, 0] * x + back[0, 1] * y + back[0, 2])[within]
        from_y[within] = (back[1, 0] * x + back[1, 1] * y + back[1, 2])[within]
    return cv2.remap(picture, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def photograph(person: int, number: int) -> np.ndarray:
    """One of the ten photographs of one of the forty people, both from 1."""
    return cv2.imread(str(PEOPLE / f"s{person}" / f"{number}.pgm"))


def poor(picture: np.ndarray, way: int) -> np.ndarray:
    rows, columns = picture.shape[:2]
    match way % 7:
        case 0:  # Tiny: under 40 px of face.
            return cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        case 1:  # Enlarged from next to nothing.
            return cv2.resize(cv2.resize(picture, (18, 22), interpolation=cv2.INTER_AREA), (columns * 2, rows * 2))
        case 2:  # Out of focus.
            return cv2.GaussianBlur(picture, (0, 0), 6)
        case 3:  # Dark.
            return (picture * 0.08).astype(np.uint8)
        case 4:  # Overexposed.
            return np.clip(picture.astype(np.float32) * 3 + 160, 0, 255).astype(np.uint8)
        case 5:  # Half a face.
            return picture[:, : columns * 9 // 20]
        case _:  # Lying.
            return cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)


def no_face(way: int, chance: np.random.Generator) -> np.ndarray:
    rows, columns = 240, 200
    y, x = np.mgrid[0:rows, 0:columns]
    blank = np.full((rows, columns, 3), 200, np.uint8)
    match way % 10:
        case 0:  # Noise.
            return chance.integers(0, 256, (rows, columns, 3), np.uint8)
        case 1:  # Clouds.
            return np.uint8(cv2.GaussianBlur(chance.random((rows, columns, 3)), (0, 0), 9) * 255)
        case 2:  # Stripes and squares.
            return np.uint8(np.where((x // (8 + way) + y // 16) % 2, 220, 40))[..., None].repeat(3, axis=2)
        case 3:  # Words.
            for line in range(8):
                cv2.putText(blank, f"Record {chance.integers(1e6)}", (8, 30 + 26 * line), 0, 0.7, (20, 20, 20), 2)
            return blank
        case 4:  # Nothing.
            return blank
        case 5:  # A face that was drawn.
            cv2.ellipse(blank, (100, 120), (60, 80), 0, 0, 360, (40, 40, 40), 3)
            for eye in (75, 125):
                cv2.circle(blank, (eye, 100), 8, (40, 40, 40), -1)
            cv2.ellipse(blank, (100, 155), (28, 14), 0, 0, 180, (40, 40, 40), 3)
            return blank
        case 6:  # Things: circles of all sizes.
            for _ in range(30):
                cv2.circle(blank, [int(v) for v in chance.integers(0, 200, 2)], int(chance.integers(4, 40)),
                           [int(v) for v in chance.integers(0, 255, 3)], -1)
            return blank
        case 7:  # A drawn face, shaded.
            shade = 255 - np.hypot((x - 100) / 60, (y - 120) / 80) * 90
            drawn = np.uint8(np.clip(shade, 0, 255))[..., None].repeat(3, axis=2)
            for eye in (75, 125):
                cv2.ellipse(drawn, (eye, 100), (12, 6), 0, 0, 360, (240, 240, 240), -1)
                cv2.circle(drawn, (eye, 100), 5, (30, 30, 30), -1)
            cv2.line(drawn, (100, 105), (96, 135), (120, 120, 120), 3)
            cv2.ellipse(drawn, (100, 160), (25, 6), 0, 0, 360, (60, 60, 150), -1)
            return cv2.GaussianBlur(drawn, (0, 0), 1.5)
        case 8:  # An animal of a drawn film.
            return frame(MEDIA / "bigbuckbunny.mp4", 10 + 7 * way)
        case _:  # A park, where everybody turns their back.
            return cv2.GaussianBlur(frame(MEDIA / "bikes.mp4", 5 + 3 * way)[-100:, :160], (0, 0), 1)


def frame(clip: pathlib.Path, number: int) -> np.ndarray:
    film = cv2.VideoCapture(str(clip))
    count = int(film.get(cv2.CAP_PROP_FRAME_COUNT))
    for _ in range(number % max(count, 1)):
        film.grab()
    return film.read()[1]
