"""The acceptance lines on cameras and on bad input: each ends as promised and says what to do.

A real RTSP server stands in for good cameras, a socket that accepts and says nothing for a bad one.
"""
import copy
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


class Cameras(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        folder = pathlib.Path(held.name)
        cls.listed = Site(folder, {"man": [frame(CLIP, 60, "", folder / "man.jpg")]}, {"car": CLIP})

    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def site(self, cameras: dict) -> Site:
        """The same list, with an authority for these cameras."""
        site = copy.copy(self.listed)
        site.folder = self.folder
        site.authorise(cameras)
        return site

    def silent_camera(self) -> str:
        listener = socket.create_server(("127.0.0.1", 0))  # The kernel accepts; nobody answers.
        self.addCleanup(listener.close)
        return f"rtsp://127.0.0.1:{listener.getsockname()[1]}/stream"

    def certificate(self, name: str) -> tuple[pathlib.Path, pathlib.Path]:
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return certificate, key

    def camera_over_tls(self, certificate: pathlib.Path, key: pathlib.Path) -> str:
        server = subprocess.Popen([*SERVER, "--certificate", certificate, "--key", key],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        ports = dict(line.split() for line in iter(server.stdout.readline, "ready\n"))
        return f"rtsps://127.0.0.1:{ports['tls']}/clip"

    def test_a_camera_that_never_answers_holds_nobody_up_and_alone_ends_the_run(self):
        alone = Run(self.site({"silent": self.silent_camera()}))
        began = time.monotonic()
        beside = Run(self.site({"silent": self.silent_camera(), "car": CLIP}))

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
        certificate, key = self.certificate("camera")
        other, _ = self.certificate("other")
        shown = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"],
                               check=True, capture_output=True, text=True)
        pin = shown.stdout.strip().split("=")[1]
        site = self.site({"gate": self.camera_over_tls(certificate, key)})
        for trust, state in ((["--ca", certificate], f"camera authenticated (CA {certificate})"),
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
        whole = media(self.folder / "whole.mp4", "-i", MEDIA / "bikes.mp4", "-c", "copy", "-movflags", "faststart")
        cut = self.folder / "cut.mp4"
        cut.write_bytes(whole.read_bytes()[:whole.stat().st_size // 2])
        for clip, is_cut in ((cut, True), (whole, False)):
            with self.subTest(clip=clip.name):
                code, said, cameras = Run(self.site({"one": clip})).end()
                self.assertEqual(code, os.EX_OK, said)
                self.assertEqual(cameras["one"]["frames"] < 250, is_cut)
                self.assertGreater(cameras["one"]["frames"], 50)
                self.assertEqual(bool(cameras["one"]["warnings"]), is_cut)

    def test_sound_alone_is_no_video(self):
        clip = media(self.folder / "sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")
        code, said, _ = Run(self.site({"one": clip})).end()
        self.assertEqual(code, 1)
        self.assertIn(f"no video in {clip}", said)

    def test_the_largest_pictures_run_and_larger_ones_are_refused(self):
        for size, expected in (("7680x4320", os.EX_OK), ("7682x4320", 1)):
            with self.subTest(size=size):
                clip = media(self.folder / f"{size}.mov", "-f", "lavfi", "-i", f"color=s={size}:r=1:d=1",
                             "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")
                code, said, cameras = Run(self.site({"one": clip})).end()
                self.assertEqual(code, expected, said)
                self.assertEqual(cameras["one"]["frames"], 1 if expected == os.EX_OK else 0)
                self.assertEqual("the limit is 7680x4320" in said, expected != os.EX_OK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
