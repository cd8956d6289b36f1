"""The acceptance line on a simulated crowd: every listed pass alerts, no other does, repeats are updates.

Two minutes, 60 passes, 12 of them listed, faces of 50 to 120 px, at full speed. Runs the program
given as the first argument, as a user would. A functional check, not an accuracy figure.
PROVISO_FULL=1 runs every seed.
"""
import json
import os
import pathlib
import tempfile
import unittest

from site_tool import MODELS, ROOT, Office, proviso

MEDIA = ROOT / ".deps/media"
SEEDS = [1, 2, 3, 4, 5]
RUN = SEEDS if os.environ.get("PROVISO_FULL") == "1" else SEEDS[:1]


def watch(folder: pathlib.Path, video: pathlib.Path, photographs: pathlib.Path) -> pathlib.Path:
    """Import, seal, authority, watch; the file of alert lines."""
    draft, sealed = folder / "list.draft", folder / "list.sealed"
    proviso("watchlist", "new", draft, "--models", MODELS)
    proviso("watchlist", "import", draft, photographs, "--models", MODELS)
    proviso("watchlist", "seal", draft, "-o", sealed)
    office = Office.copy(folder)
    note = office.started(sealed, {"street": video})
    done = proviso("watch", f"street={video}", "--site", office.site, "--authority", note, "--watchlist", sealed,
                   "--models", MODELS, timeout=1200)
    alerts = folder / "alerts.jsonl"
    alerts.write_text(done.stdout)
    return alerts


class Crowd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"ran {len(RUN)} of {len(SEEDS)} seeds: {RUN}", flush=True)

    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def test_every_listed_pass_alerts_no_other_does_and_repeats_are_updates(self):
        missed, total = [], 0
        for seed in RUN:
            with self.subTest(seed=seed):
                folder = self.folder / str(seed)
                said = proviso("simulate", "crowd", "--seed", seed, "--out", folder,
                               "--models", MODELS, "--media", MEDIA, "--json").stdout
                made = json.loads(said)
                self.assertEqual((made["passes"], made["passes_listed"]), (60, 12))
                self.check_the_scene(pathlib.Path(made["truth"]))
                alerts = watch(folder, made["video"], made["list"])
                score = self.score(made["truth"], alerts)
                total += score["usable_listed"]
                missed += score["missed"]
                self.check_the_score(score)
        print(f"listed passes missed: {len(missed)} of {total}", flush=True)

    def check_the_scene(self, truth: pathlib.Path):
        header, *passes = map(json.loads, truth.read_text().splitlines())
        self.assertEqual((header["frames"], header["frames_per_s"]), (3000, 25))
        self.assertEqual((header["width_px"], header["height_px"]), (1920, 1080))
        widths = [width / 10 for one in passes for width in one["boxes"][2::5]]
        self.assertGreaterEqual(min(widths), 50)
        self.assertLessEqual(max(widths), 120)
        self.assertGreater(max(widths), 110)

    def check_the_score(self, score: dict):
        self.assertEqual(score["note"], "functional check, not an accuracy figure")
        self.assertEqual(score["usable_listed"], 12)
        self.assertEqual(score["missed"], [])
        self.assertEqual(score["recognised"], 12)
        self.assertEqual(score["false_alerts"], 0)
        self.assertEqual(score["alerted_others"], 0)
        # Six people, each of whom comes again within the minute.
        self.assertEqual(score["new_alerts"], 6)
        self.assertGreaterEqual(score["updates"], 6)
        self.assertEqual(score["wrong_kind"], 0)

    def score(self, truth, alerts) -> dict:
        return json.loads(proviso("evaluate", "--truth", truth, "--alerts", alerts, "--json").stdout)


class Evaluate(unittest.TestCase):
    """The control: a score that could not fail would say nothing."""

    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        boxes = [1000, 1000, 600, 700, 1000] * 50
        header = {"kind": "ground-truth", "version": 2, "note": "functional check, not an accuracy figure",
                  "scene": "crowd", "seed": 1, "video_sha256": "00", "frames_per_s": 25, "frames": 50,
                  "width_px": 1920, "height_px": 1080, "passes": 1,
                  "persons": [{"id": "anna", "listed": True, "same_image": False, "usable": True}]}
        one = {"kind": "pass", "id": 1, "person": "anna", "listed": True, "same_image": False,
               "first_frame": 0, "last_frame": 49, "boxes": boxes}
        self.truth = self.folder / "truth.jsonl"
        self.truth.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in (header, one)))

    def score(self, *lines):
        alerts = self.folder / "alerts.jsonl"
        alerts.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
        said = proviso("evaluate", "--truth", self.truth, "--alerts", alerts, "--json").stdout
        return json.loads(said)

    def test_a_silent_run_recognises_nobody_and_an_alert_elsewhere_is_false(self):
        alert = {"kind": "new", "alert": "a1", "entry": "anna", "media_time_ms": 400, "box": [100, 100, 60, 70]}
        self.assertEqual(self.score()["missed"], [1])
        self.assertEqual(self.score(alert)["recognised"], 1)
        self.assertEqual(self.score(alert | {"box": [900, 100, 60, 70]})["false_alerts"], 1)
        self.assertEqual(self.score(alert | {"entry": "bert"})["false_alerts"], 1)
        self.assertEqual(self.score(alert | {"kind": "update"})["wrong_kind"], 1)

    def test_a_truth_that_is_none_is_refused(self):
        self.truth.write_text("no truth\n")
        done = proviso("evaluate", "--truth", self.truth, "--alerts", self.truth, code=1)
        self.assertIn("proviso:", done.stderr)

    def test_text_names_counts_intervals_and_that_it_is_no_accuracy_figure(self):
        alerts = self.folder / "none.jsonl"
        alerts.write_text("")
        text = proviso("evaluate", "--truth", self.truth, "--alerts", alerts).stdout
        self.assertIn("0 of 1 usable passes (95 % interval 0 to 793 in 1000)", text)
        self.assertIn("functional check, not an accuracy figure", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
