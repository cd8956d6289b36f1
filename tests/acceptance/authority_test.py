"""Nothing runs without its written authority: each way around it, on a recording and on a camera.

Every case is a copy of one started deployment with one thing changed. Its control is the same copy
with that thing put right: it runs. "0 inferences" is the models' own count, from the summary.
PROVISO_FULL=1 runs five trials of what takes real time.
"""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from cameras_test import HAS_SERVER, SERVER
from clips_test import MEDIA, Site, frame
from site_tool import MODELS, PROGRAM, Office

CLIP = MEDIA / "carphone_pristine.mp4"
FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
TRIALS = 5 if os.environ.get("PROVISO_FULL") == "1" else 2
ELSEWHERE = "52.0000,-0.4500; 52.0000,-0.4490; 52.0008,-0.4490"  # No other deployment is there.
RUN_S = 8  # That a window still lasts once its authority is signed, at least.
SEEN_S = 1.0
STOP_S = 1.0  # Everything is still within so long of the end.
FULL = os.environ.get("PROVISO_FULL") == "1"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def z(time_at: datetime.datetime) -> str:
    return time_at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def with_clock(offset: str) -> dict:
    """The environment in which the wall clock is off by so much; a file's name: by what it says now."""
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1", "TZ": "UTC"}
    named = "FAKETIME_TIMESTAMP_FILE" if offset.startswith("/") else "FAKETIME"
    return os.environ | faked | {named: offset}


class Deployment:
    """A started deployment of two cameras, and its copies."""

    def __init__(self, folder: pathlib.Path, cameras: dict):
        photograph = frame(CLIP, 60, "", folder / "man.jpg")
        self.cameras = cameras
        site = Site(folder, {"man": [photograph]}, cameras)
        self.office, self.sealed, self.models, self.environment = site.office, site.sealed, MODELS, None
        self.note = site.authority
        self.source = f"car={CLIP}"

    def copy(self, folder: pathlib.Path) -> "Deployment":
        other = object.__new__(Deployment)
        other.__dict__ |= self.__dict__
        other.office = self.office.copied(pathlib.Path(tempfile.mkdtemp(dir=folder)))
        other.sealed = other.office.folder / "list.sealed"
        shutil.copyfile(self.sealed, other.sealed)
        other.note = other.office.site / "authorities" / self.note.name
        return other

    def words(self, *more) -> list[str]:
        authority = ["--authority", self.note] if self.note else []
        return [str(word) for word in ("watch", self.source, "--site", self.office.site, *authority, "--watchlist",
                                       self.sealed, "--models", self.models, "--json", *more)]

    def begin(self, *more) -> subprocess.Popen:
        return subprocess.Popen([PROGRAM, *self.words(*more)], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, until_alert: bool):
        """Exit code, alerts, summary and what was said; a camera's run is interrupted at its first alert."""
        process = self.begin()
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if until_alert and "alert" in lines[-1]:
                process.send_signal(signal.SIGINT)
                until_alert = False
        said = process.stderr.read()
        process.stderr.close()
        process.stdout.close()
        code = process.wait(timeout=60)
        return code, [line for line in lines if "alert" in line], lines[-1]["summary"], said


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


class WhileItRuns(unittest.TestCase):
    """What stops being true stops the engine."""

    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.base = pathlib.Path(held.name)
        cls.clip = cls.base / "long.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "20", "-i", CLIP, "-c", "copy", cls.clip],
                       check=True)
        Office.copy(cls.base)  # Made once; what a deployment takes is measured without it.
        began = time.monotonic()
        cls.started = Deployment(cls.base, {"car": cls.clip})
        cls.signing_s = time.monotonic() - began
        cls.started.source = f"car={cls.clip}"

    def stopped(self, deployment) -> list[dict]:
        return [entry for entry in deployment.office.journal() if entry["kind"] == "run_stopped"]

    def suspended(self, deployment) -> list[dict]:
        return [entry for entry in deployment.office.journal() if entry["kind"] == "run_suspended"]

    def wait(self, what, why: str, timeout_s: float = 20):
        """What `what` gives once it gives something."""
        until = time.monotonic() + timeout_s
        while not (found := what()):
            self.assertLess(time.monotonic(), until, why)
            time.sleep(0.02)
        return found

    def test_expiry_leaves_nothing_after_the_end(self):
        copies = [self.started.copy(self.base) for _ in range(TRIALS)]
        for number, one in enumerate(copies):
            with self.subTest(trial=number):
                end = now() + datetime.timedelta(seconds=int(2 * self.signing_s) + RUN_S)
                one.note = one.office.started(one.sealed, one.cameras, "short", minutes=None, end=z(end),
                                              place={"name": "Elsewhere", "polygon": ELSEWHERE})
                self.assertLess(now(), end, "the machine is busy with other things: the window is over")
                process = one.begin("--real-time")
                out, said = process.communicate(timeout=300)
                ended = at(z(end))
                *alerts, last = map(json.loads, out.splitlines())
                self.assertEqual((process.returncode, last["summary"]["stop_rule"]), (0, "window"), said)
                self.assertGreater(last["summary"]["inferences"], 0, "the control: it ran")
                for alert in alerts:
                    self.assertLess(at(alert["captured_at"]), ended)
                self.assertLessEqual((at(self.stopped(one)[-1]["at"]) - ended).total_seconds(), STOP_S)

    @unittest.skipUnless(FAKETIME, "SKIPPED LOUDLY: no libfaketime; run ./dev test, which installs it")
    def test_a_clock_that_is_set_suspends_within_a_second_and_only_a_signature_lifts_it(self):
        frozen = "frozen"
        for setting in ("-2h", "+2h", "@1970-01-01 00:01:00", "@2105-12-31 00:00:00", "@2106-02-07 06:28:17", frozen):
            with self.subTest(clock=setting):
                one = self.started.copy(self.base)
                clock = one.office.folder / "clock"
                clock.write_text("+0")
                one.environment = with_clock(str(clock))
                process = one.begin("--real-time")
                self.assertEqual(json.loads(process.stdout.readline())["entry"], "man", "the control: it ran")
                began = time.monotonic()
                replacement = one.office.folder / "clock.new"
                replacement.write_text(now().strftime("%Y-%m-%d %H:%M:%S") if setting == frozen else setting)
                replacement.rename(clock)
                record = one.office.site / "deployments/test.jsonl"
                self.wait(lambda: "halted" in record.read_text(), f"{setting} was not seen")
                seen_s = time.monotonic() - began
                self.assertLess(seen_s, SEEN_S)
                print(f"clock {setting}: halted after {seen_s:.2f} s", flush=True)
                _, said = process.communicate(timeout=30)
                self.assertEqual(process.returncode, 1, said)
                rule = "clock-still" if setting == frozen else "clock"
                self.assertIn(rule, [entry["body"]["reason"] for entry in self.suspended(one)])
                self.assertEqual(one.office.status()["suspended_by"], rule)
                one.environment = None
                code, _, summary, said = one.run(until_alert=False)
                self.assertEqual((code, summary["inferences"]), (1, 0), said)
                one.office.step("resume", "test", "--reason", "The clock is right again", officer="sam")
                code, alerts, _, said = one.run(until_alert=True)
                self.assertEqual((code, alerts[0]["entry"]), (0, "man"), said)

    def test_suspended_by_an_officer_it_waits_and_goes_on_when_resumed(self):
        one = self.started.copy(self.base)
        process = one.begin("--real-time")
        self.assertEqual(json.loads(process.stdout.readline())["entry"], "man")
        one.office.step("suspend", "test", "--reason", "A crowd gathers", officer="eve")
        self.wait(lambda: self.suspended(one), "the run was not suspended", 3)
        one.office.step("resume", "test", "--reason", "It has left", officer="jo", code=1)  # Not hers to resume.
        self.assertEqual(one.office.status()["suspended_by"], "suspension")
        one.office.step("resume", "test", "--reason", "It has left", officer="sam")
        self.assertEqual(one.office.status()["suspended_by"], "")
        self.assertIsNone(process.poll(), "it waits")
        one.office.step("stop", "test", "--reason", "Over")
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(self.stopped(one)[-1]["body"]["reason"], "deployment-stopped")

    def test_a_revoked_officer_ends_it_within_two_seconds(self):
        one = self.started.copy(self.base)
        process = one.begin("--real-time")
        self.assertEqual(json.loads(process.stdout.readline())["entry"], "man")
        one.office.revoke("sam")
        began = time.monotonic()
        _, said = process.communicate(timeout=30)
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(process.returncode, 1, said)
        self.assertRegex(said, "no longer holds")

    def test_false_alerts_suspend_at_the_limit_and_the_next_place_waits_for_the_review(self):
        one = self.started.copy(self.base)
        process = one.begin("--real-time")
        alert = json.loads(process.stdout.readline())["alert"]
        one.office.step("outcome", "test", "alert-of-nobody", "false-alert-confirmed", officer="eve", code=1)
        one.office.step("outcome", "test", alert, "false-alert-unconfirmed", officer="eve")
        self.assertEqual(one.office.status()["false_alerts"], 1)
        one.office.step("stop", "test", "--reason", "Over")
        process.communicate(timeout=30)
        report = (one.office.site / "deployments/test.cancellation.md").read_text()
        self.assertIn("| false-alert-unconfirmed | 1 |", report)
        one.office.signed(one.sealed, one.cameras, "next")
        self.assertIn("is not reviewed", one.office.step("open", "next", code=1))
        one.office.step("review", "test", "--report", one.office.site / "deployments/test.cancellation.md",
                        "--reason", "Complete", officer="sam")
        one.office.step("open", "next")


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
