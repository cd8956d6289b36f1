"""Nothing runs without its written authority: each way around it, on a recording and on a camera.

Every case is a copy of one started deployment with one thing changed. Its control is the same copy
with that thing put right: it runs. Where that is a copy with nothing changed, it runs once for all;
PROVISO_FULL=1 runs it for each, and swaps files for longer. "0 inferences" is the models' own
count, from the summary.
"""
import base64
import datetime
import hashlib
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from cameras_test import HAS_SERVER, SERVER
from deployment_tool import CLIP, FAKETIME, FULL, Deployment, now, with_clock, z
from site_tool import MODELS


def edit(file: pathlib.Path, change) -> None:
    file.write_bytes(change(file.read_bytes()))


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


def signature_lines(note: bytes) -> tuple[bytes, list[bytes]]:
    text, lines = note.rsplit(b"\n\n", 1)
    return text + b"\n\n", lines.splitlines(keepends=True)


def under_another_name(note: bytes) -> bytes:
    """The first signature once more, as if the second officer had made it with the same key."""
    text, (first, second) = signature_lines(note)
    name = second.split()[1]
    blob = base64.b64decode(first.split()[2])
    key_id = hashlib.sha256(name + b"\n\x01" + blob[4:36]).digest()[:4]
    return text + first + b"\xe2\x80\x94 " + name + b" " + base64.b64encode(key_id + blob[4:]) + b"\n"


class TwelveCases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.base = pathlib.Path(held.name)
        cameras = {"car": CLIP}
        if HAS_SERVER:
            server = subprocess.Popen([*SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            cls.addClassCleanup(server.stdout.close)
            cls.addClassCleanup(server.wait)
            cls.addClassCleanup(server.kill)
            ports = dict(line.split() for line in iter(server.stdout.readline, "ready\n"))
            cameras["gate"] = f"rtsp://127.0.0.1:{ports['plain']}/clip"
        cls.started = Deployment(cls.base, cameras)

    def check(self, name: str, reason: str, said: str, break_it, mend=None):
        """Refused with one thing broken, on every kind of source; with it mended, all run."""
        deployment = self.started.copy(self.base)
        break_it(deployment)
        for camera, source in deployment.cameras.items():
            with self.subTest(case=name, source=camera):
                deployment.source = f"{deployment.source.split('=')[0] if name == 'other camera' else camera}={source}"
                refused_before = len(deployment.office.refusals())
                code, alerts, summary, text = deployment.run(until_alert=False)
                self.assertEqual((code, alerts, summary["inferences"]), (1, [], 0), text)
                self.assertRegex(summary["stop_rule"], reason)
                self.assertIn(said, text)
                self.assertEqual(deployment.office.refusals()[refused_before:], [summary["stop_rule"]])
        if mend or FULL:
            self.check_control(name, mend)

    def test_0_the_control_of_every_case_that_breaks_one_thing(self):
        self.check_control("nothing is broken", None)

    def check_control(self, name: str, mend):
        control = self.started.copy(self.base)
        if mend:
            mend(control)
        for camera, source in control.cameras.items():
            with self.subTest(control=name, source=camera):
                control.source = f"{camera}={source}"
                code, alerts, summary, text = control.run(until_alert=camera == "gate")
                self.assertEqual((code, alerts[0]["entry"]), (0, "man"), text)
                self.assertGreater(summary["inferences"], 0)

    def test_1_none(self):
        self.check("none", "authority-missing", "a written authority is needed", lambda one: setattr(one, "note", None))

    def test_2_one_signature(self):
        def break_it(one):
            text, lines = signature_lines(one.note.read_bytes())
            one.note.write_bytes(text + lines[0])
        self.check("one signature", "signature", "sign", break_it)

    def test_3_two_signatures_by_one_person(self):
        def break_it(one):
            text, lines = signature_lines(one.note.read_bytes())
            one.note.write_bytes(text + lines[0] + lines[0])
        self.check("two by one person", "signature|authority", "sign", break_it)

    def test_4_one_key_under_two_names(self):
        self.check("one key under two names", "signature|authority", "sign",
                   lambda one: edit(one.note, under_another_name))

    @unittest.skipUnless(FAKETIME, "SKIPPED LOUDLY: no libfaketime; run ./dev test, which installs it")
    def test_5_expired(self):
        self.check("expired", "window", "ended at", lambda one: setattr(one, "environment", with_clock("+2h")))

    def test_6_not_yet_valid(self):
        def break_it(one):
            one.note = one.office.signed(
                one.sealed, one.cameras, "later", start=z(now() + datetime.timedelta(hours=1)))
        self.check("not yet valid", "window", "not valid before", break_it)

    def test_7_other_camera(self):
        self.check("other camera", "camera", "is not named in it", lambda one: setattr(one, "source", f"other={CLIP}"))

    def test_8_other_model(self):
        def break_it(one):
            one.models = one.office.folder / "models"
            shutil.copytree(MODELS, one.models)
            edit(one.models / "pack.toml", lambda text: text + b"\n# Another pack.\n")
        self.check("other model", "model-pack", "the model pack is", break_it)

    def test_9_edited_byte(self):
        self.check("edited byte", "authority-refused", "", lambda one: edit(
            one.note, lambda note: note.replace(b'"threshold_millionths":450000', b'"threshold_millionths":450001', 1)))

    def test_10_unknown_field(self):
        self.check("unknown field", "authority-refused", "", lambda one: edit(
            one.note, lambda note: note.replace(b"\n{", b'\n{"a_field":1,', 1)))

    def test_11_revoked_officer(self):
        self.check("revoked officer", "signature|authority", "sign", lambda one: one.office.revoke("sam"))

    @unittest.skipUnless(FAKETIME, "SKIPPED LOUDLY: no libfaketime; run ./dev test, which installs it")
    def test_12_role_expired(self):
        def certify(one):
            one.office.certify("sam", "authorising-officer:1")

        def break_it(one):
            certify(one)
            one.environment = with_clock("+25h")
        self.check("role expired", "signature|authority", "sign", break_it, mend=certify)


class Swaps(unittest.TestCase):
    """One byte changed on the disk, before or between check and load."""

    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.base = pathlib.Path(held.name)
        cls.started = Deployment(cls.base, {"car": CLIP})

    def test_one_byte_of_a_model_or_of_the_list_is_refused(self):
        for name in ("yunet.onnx", "sface.onnx", "pack.toml", "list"):
            with self.subTest(file=name):
                one = self.started.copy(self.base)
                one.models = one.office.folder / "models"
                shutil.copytree(MODELS, one.models)
                code, alerts, _, said = one.run(until_alert=False)
                self.assertEqual((code, len(alerts)), (0, 1), said)  # The control.
                file = one.sealed if name == "list" else one.models / name
                edit(file, lambda content: flipped(content, len(content) // 2))
                code, alerts, summary, said = one.run(until_alert=False)
                self.assertEqual((code, alerts, summary["inferences"]), (1, [], 0), said)
                self.assertEqual(one.office.refusals()[-1], summary["stop_rule"])

    def test_files_that_are_swapped_all_the_time_run_as_named_or_not_at_all(self):
        one = self.started.copy(self.base)
        one.models = one.office.folder / "models"
        shutil.copytree(MODELS, one.models)
        good = {file: file.read_bytes() for file in (one.models / "sface.onnx", one.sealed)}
        done = threading.Event()

        def swap():
            number = 0
            while not done.is_set():
                for file, content in good.items():
                    other = file.with_suffix(".other")
                    other.write_bytes(content if number % 2 else flipped(content, len(content) - 9))
                    other.rename(file)
                number += 1
                time.sleep(0.003)
        swapper = threading.Thread(target=swap)
        swapper.start()
        outcomes = []
        try:
            for _ in range(20 if FULL else 8):
                code, alerts, summary, said = one.run(until_alert=False)
                outcomes.append(code)
                if code == 0:
                    self.assertEqual([alert["entry"] for alert in alerts], ["man"])
                else:
                    self.assertEqual((code, alerts, summary["inferences"]), (1, [], 0), said)
        finally:
            done.set()
            swapper.join()
        for file, content in good.items():
            file.write_bytes(content)
        self.assertEqual(one.run(until_alert=False)[0], 0, "the control: both as named")
        print(f"swapped: {outcomes.count(0)} ran as named, {outcomes.count(1)} were refused", flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
