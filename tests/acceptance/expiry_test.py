"""What stops being true while it runs stops the engine, in real time: the end, the clock, an officer, a full disk.

PROVISO_FULL=1 runs five trials of the end and every wrong clock.
"""
import contextlib
import datetime
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from deployment_tool import CLIP, FAKETIME, FULL, Deployment, at, now, with_clock, z
from site_tool import Office

TRIALS = 5 if FULL else 1
ELSEWHERE = "52.0000,-0.4500; 52.0000,-0.4490; 52.0008,-0.4490"  # No other deployment is there.
RUN_S = 8  # That a window still lasts once its authority is signed, at least.
SEEN_S = 1.0
DISK_BYTES = 4 << 20
STOP_S = 1.0  # Everything is still within so long of the end.


class SmallDisk:
    """A file system of a few megabytes, in memory, which can be filled and freed."""

    def __init__(self, test: unittest.TestCase):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=test.base))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.folder],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            test.skipTest(f"SKIPPED LOUDLY: no file system can be mounted here: {mounted.stderr.strip()}; run as root")
        test.addCleanup(subprocess.run, ["umount", "--lazy", self.folder], check=True)

    def free_bytes(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self):
        with (self.folder / "filling").open("wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)

    def free(self):
        (self.folder / "filling").unlink()


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
        settings = ["-2h", "@2106-02-07 06:28:17", frozen, "+2h", "@1970-01-01 00:01:00", "@2105-12-31 00:00:00"]
        chosen = settings if FULL else settings[::2][:2]
        print(f"ran {len(chosen)} of {len(settings)} seeds: {chosen}", flush=True)
        for setting in chosen:
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

    def test_a_full_disk_withholds_the_alert_and_the_run_goes_on_within_ten_seconds_of_its_being_freed(self):
        disk = SmallDisk(self)
        one = self.started.copy(disk.folder)
        log, record = one.office.site / "log/checkpoint", one.office.site / "deployments/test.jsonl"
        before = log.read_bytes(), record.read_bytes()
        process = one.begin("--real-time")
        lines = queue.Queue()
        threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()
        self.wait(lambda: log.read_bytes() != before[0] and record.read_bytes() != before[1], "the run does not start")
        disk.fill()
        said = ""
        while "is withheld" not in said:
            said = process.stderr.readline()
            self.assertTrue(said, "the control: the man is recognised")
        withheld = re.search("alert-[0-9a-f]+", said)[0]
        self.wait(lambda: disk.free_bytes() == 0 and lines.empty(), "an alert left that is in no log")
        disk.free()
        began = time.monotonic()
        alert = json.loads(lines.get(timeout=10))
        back_s = time.monotonic() - began
        print(f"disk freed: the next alert after {back_s:.2f} s", flush=True)
        self.assertLess(back_s, 10)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 0, process.stderr.read())
        self.assertEqual((alert["entry"], alert["kind"]), ("man", "new"), "nobody had seen the first")
        acts = [(entry["kind"], entry["body"].get("reason") or entry["body"].get("alert")) for entry in one.office.journal()]
        begun = len(acts) - 1 - [kind for kind, _ in reversed(acts)].index("run_started")
        self.assertEqual(acts[begun + 1:begun + 5], [("run_suspended", "journal"), ("alert_withheld", withheld),
                                                     ("run_resumed", None), ("alert_raised", alert["alert"])])
        one.office.run("audit", "verify")
        process.stderr.close()

    @unittest.skipUnless(FULL, "SKIPPED: only ./dev test --full takes the time")
    def test_a_run_does_not_start_on_a_full_disk_and_does_once_there_is_room(self):
        disk = SmallDisk(self)
        one = self.started.copy(disk.folder)
        disk.fill()
        code, alerts, summary, said = one.run(until_alert=False)
        self.assertEqual((code, alerts, summary["inferences"]), (1, [], 0), said)
        self.assertIn("No space left on device", said)
        disk.free()
        code, alerts, _, said = one.run(until_alert=True)
        self.assertEqual((code, alerts[0]["entry"]), (0, "man"), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
