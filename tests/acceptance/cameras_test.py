"""The acceptance lines on cameras and on bad input: each ends as promised and says what to do.

A real RTSP server stands in for good cameras, a socket that accepts and says nothing for a bad one.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from clips_test import MEDIA, Site, frame
from site_tool import PROGRAM, ROOT

CLIP = MEDIA / "carphone_pristine.mp4"
SERVER = ["/usr/bin/python3", ROOT / "tests/integration/rtsp_server.py", "--clip", CLIP]
HAS_SERVER = subprocess.run(["/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"],
                            capture_output=True, check=False).returncode == 0
OFFLINE_S = 20  # A camera is offline after so long.
STOP_S = 1  # Ctrl-C ends a run within so long.


def media(to: pathlib.Path, *arguments) -> pathlib.Path:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *map(str, arguments), to], check=True)
    return to


class Run:
    """A `watch` under way: its alerts as they come, its end."""

    def __init__(self, site: Site, *more):
        self.process = subprocess.Popen(
            [PROGRAM, *map(str, site.words()), "--json", *map(str, more)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def alert(self):
        return json.loads(self.process.stdout.readline())

    def interrupt(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        return time.monotonic() - began

    def end(self):
        """Its exit code, what it said, and its cameras by name."""
        out, said = self.process.communicate(timeout=60)
        summaries = [line["summary"] for line in map(json.loads, out.splitlines()) if "summary" in line]
        cameras = {camera["camera"]: camera for summary in summaries for camera in summary["cameras"]}
        return self.process.returncode, said, cameras


def silent_camera() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))  # The kernel accepts; nobody answers.


def certificate(folder: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


class Cameras(unittest.TestCase):
    """One deployment names every camera; a test watches those that it is about."""

    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        listener = silent_camera()
        cls.addClassCleanup(listener.close)
        cls.certificate, key = certificate(cls.folder, "camera")
        cls.site = Site(cls.folder, {"man": [frame(CLIP, 60, "", cls.folder / "man.jpg")]}, {
            "car": CLIP, "silent": f"rtsp://127.0.0.1:{listener.getsockname()[1]}/stream",
            "gate": cls.camera_over_tls(key) if HAS_SERVER else CLIP, **cls.clips()})

    @classmethod
    def camera_over_tls(cls, key: pathlib.Path) -> str:
        server = subprocess.Popen([*SERVER, "--certificate", cls.certificate, "--key", key],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.kill)
        ports = dict(line.split() for line in iter(server.stdout.readline, "ready\n"))
        return f"rtsps://127.0.0.1:{ports['tls']}/clip"

    @classmethod
    def clips(cls) -> dict:
        whole = media(cls.folder / "whole.mp4", "-i", MEDIA / "bikes.mp4", "-c", "copy", "-movflags", "faststart")
        cut = cls.folder / "cut.mp4"
        cut.write_bytes(whole.read_bytes()[:whole.stat().st_size // 2])
        sound = media(cls.folder / "sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")
        largest, larger = (media(cls.folder / f"{size}.mov", "-f", "lavfi", "-i", f"color=s={size}:r=1:d=1",
                                 "-c:v", "mjpeg", "-pix_fmt", "yuvj420p") for size in ("7680x4320", "7682x4320"))
        return {"whole": whole, "cut": cut, "sound": sound, "largest": largest, "larger": larger}

    def test_a_camera_that_never_answers_holds_nobody_up_and_alone_ends_the_run(self):
        alone = Run(self.site.only("silent"))
        began = time.monotonic()
        beside = Run(self.site.copied(pathlib.Path(tempfile.mkdtemp(dir=self.folder))).only("silent", "car"))

        self.assertEqual(beside.alert()["entry"], "man")
        self.assertLess(beside.interrupt(), STOP_S)
        code, said, cameras = beside.end()
        self.assertEqual(code, os.EX_OK, said)
        self.assertEqual(cameras["silent"]["state"], "connecting")

        code, said, cameras = alone.end()
        self.assertEqual(code, 1, said)
        self.assertLess(time.monotonic() - began, OFFLINE_S + 10)  # And loading the models.
        self.assertIn("no camera answers; check", said)
        self.assertIn("no answer within 10000 ms; check", said)
        self.assertEqual(cameras["silent"]["state"], "offline")

    @unittest.skipUnless(HAS_SERVER, "SKIPPED LOUDLY: no GStreamer RTSP server; run ./dev test, which installs it")
    def test_a_camera_over_tls_is_authenticated_by_ca_or_pin_or_not_read_at_all(self):
        other, _ = certificate(self.folder, "other")
        shown = subprocess.run(["openssl", "x509", "-in", self.certificate, "-noout", "-fingerprint", "-sha256"],
                               check=True, capture_output=True, text=True)
        pin = shown.stdout.strip().split("=")[1]
        site = self.site.only("gate")
        for trust, state in ((["--ca", self.certificate], f"camera authenticated (CA {self.certificate})"),
                             (["--pin", f"gate={pin}"], f"camera authenticated (pinned {pin.replace(':', '').lower()})"),
                             ([], "camera not authenticated (rtsps without CA or fingerprint; it shows "
                                  f"{pin.replace(':', '').lower()})")):
            with self.subTest(trust=trust):
                run = Run(site, *trust)
                self.assertEqual(run.alert()["entry"], "man")
                self.assertLess(run.interrupt(), STOP_S)
                code, said, cameras = run.end()
                self.assertEqual(code, os.EX_OK, said)
                self.assertEqual(cameras["gate"]["peer"], state)
        for trust in (["--ca", other], ["--pin", "0" * 64]):
            with self.subTest(trust=trust):
                code, said, _ = Run(site, *trust).end()
                self.assertEqual(code, 1, said)
                self.assertIn("the certificate of 127.0.0.1 is refused", said)

    def test_cut_video_is_processed_to_the_cut_with_a_warning(self):
        for clip in ("cut", "whole"):
            with self.subTest(clip=clip):
                code, said, cameras = Run(self.site.only(clip)).end()
                self.assertEqual(code, os.EX_OK, said)
                self.assertEqual(cameras[clip]["frames"] < 250, clip == "cut")
                self.assertGreater(cameras[clip]["frames"], 50)
                self.assertEqual(bool(cameras[clip]["warnings"]), clip == "cut")

    def test_sound_alone_is_no_video(self):
        code, said, _ = Run(self.site.only("sound")).end()
        self.assertEqual(code, 1)
        self.assertIn(f"no video in {self.folder / 'sound.mp4'}", said)

    def test_the_largest_pictures_run_and_larger_ones_are_refused(self):
        for clip, expected in (("largest", os.EX_OK), ("larger", 1)):
            with self.subTest(clip=clip):
                code, said, cameras = Run(self.site.only(clip)).end()
                self.assertEqual(code, expected, said)
                self.assertEqual(cameras[clip]["frames"], 1 if expected == os.EX_OK else 0)
                self.assertEqual("the limit is 7680x4320" in said, expected != os.EX_OK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
