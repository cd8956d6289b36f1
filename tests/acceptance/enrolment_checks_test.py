"""Photographs that attack a watchlist are flagged before anybody signs, and ordinary ones are let be: the rates.

Listed: people 1 to 20 of the ORL database, by their first photograph. The cohort: the faces of the other photographs of
set-up. Nobody of people 21 to 40 is listed: theirs are the ordinary photographs, and what is made of strangers.
"""
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import cv2
import numpy as np

import face_mixing
from clips_test import MEDIA
from deployment_tool import FULL
from face_mixing import JPEG_QUALITY, photograph
from signed_site import LIGHT_KEY, ROOT
from site_tool import MODELS, PROGRAM
from vault_tool import IMAGE, body, office_with_managers, vault_passphrase

sys.path.insert(0, str(ROOT / "bench"))
from measure import wilson  # noqa: E402

LISTED, STRANGERS = range(1, 21), range(21, 41)
ROUNDS = 5 if FULL else 2
MUST_BE_FLAGGED = ("morph of two listed", "average", "no face", "poor", "duplicate")


def interval(flagged: int, count: int) -> str:
    return "{:.0f} to {:.0f} %".format(*(100 * end for end in wilson(flagged, count)))


class EnrolmentChecks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        cls.office, cls.unlock = office_with_managers(cls.folder), vault_passphrase(cls.folder)
        cls.vault("new", *LIGHT_KEY)
        cls.faces, cls.chance = face_mixing.Faces(), np.random.default_rng(20261128)
        cls.cohort = cls.folder / "cohort"
        cls.cohort.mkdir()
        cls.cut_out_cohort()
        cls.sent = itertools.count()
        cls.send([(f"listed-{person}", photograph(person, 1)) for person in LISTED])

    @classmethod
    def vault(cls, name, *words, by="mia", code=0) -> str:
        return cls.office.run("vault", name, *words, "--as", by, "--unlock", cls.unlock, sealed_by=True, code=code)

    @classmethod
    def cut_out_cohort(cls):
        for file in sorted(MEDIA.glob("*.jpg")):
            picture = cv2.imread(str(file))
            for n, face in enumerate(cls.faces.of(picture)):
                x, y, width, height = (int(v) for v in face[:4])
                if width < 60 or "partial" in file.name:
                    continue
                cut = picture[max(0, y - height // 2): y + height * 3 // 2, max(0, x - width // 2): x + width * 3 // 2]
                scale = min(1, 120 / width)
                cv2.imwrite(str(cls.cohort / f"{file.stem}-{n:02}.jpg"),
                            cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))

    @classmethod
    def send(cls, asked: list[tuple[str, np.ndarray]], *words) -> dict[str, dict]:
        """One import of (id, picture): what is said of each."""
        folder = cls.folder / f"import-{next(cls.sent)}"
        folder.mkdir()
        for entry, picture in asked:
            cv2.imwrite(str(folder / f"{entry}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        rows = [body(entry, images=[IMAGE | {"file": f"{entry}.jpg"}]) for entry, _ in asked]
        (folder / "requests.json").write_text(json.dumps(rows))
        done = subprocess.run([PROGRAM, "vault", "import", folder / "requests.json", "--models", MODELS, "--cohort", cls.cohort,
                               "--json", "--skip-faulty", *words, "--site", cls.office.site, "--as", "mia", "--unlock",
                               cls.unlock, "--passphrase-file", cls.office.passphrase],
                              capture_output=True, text=True, check=False)
        shutil.rmtree(folder)
        said = {row["entry"]: row for row in map(json.loads, done.stdout.splitlines())}
        assert list(said) == [entry for entry, _ in asked], done.stderr
        return said

    def mixes(self, name: str, people: list[int], numbers: tuple[int, int], turn: int) -> list[tuple[str, np.ndarray]]:
        """Ten morphs of pairs of `people`, nobody in two of them."""
        order = self.chance.permutation(people)
        made = []
        for n, pair in enumerate(zip(order[::2], order[1::2])):
            pictures = [photograph(person, int(self.chance.integers(*numbers))) for person in pair]
            made.append((f"{name}-{turn}-{n}", self.faces.mixed(pictures, is_simple=n % 3 == 1, spliced=n % 3 == 2)))
        return made

    def average(self, turn: int) -> np.ndarray:
        people = self.chance.choice(STRANGERS, 5 + turn % 6, replace=False)
        return self.faces.mixed([photograph(int(person), int(self.chance.integers(1, 11))) for person in people])

    def duplicate(self, person: int) -> np.ndarray:
        """Another photograph of somebody listed, or the same mirrored, cropped, or written again."""
        if person % 5 == 0:
            return photograph(person, 1)[6:-4, 5:-3]
        return cv2.flip(photograph(person, 1), 1) if person % 5 == 1 else photograph(person, 2 + person % 9)

    def batches(self):
        """Imports in which nobody comes twice, for those of one import are compared with each other: (class, id, picture)."""
        for turn in range(ROUNDS):
            yield [("ordinary", f"ordinary-{person}-{turn}", photograph(person, turn + 1)) for person in STRANGERS] + [
                ("duplicate", f"duplicate-{person}", self.duplicate(person)) for person in (2 * turn + 1, 2 * turn + 2)]
            yield [("morph of two listed", *one) for one in self.mixes("morph", list(LISTED), (2, 11), turn)] + [
                ("average", f"average-{turn}", self.average(turn))]
            yield [("morph of two strangers", *one) for one in self.mixes("absent", list(STRANGERS), (1, 11), turn)]
            yield [("average", f"average-{turn + 5}", self.average(turn + 5))] + [
                ("no face", f"none-{turn}-{n}", face_mixing.no_face(4 * turn + n, self.chance)) for n in range(4)] + [
                ("poor", f"poor-{turn}-{n}", face_mixing.poor(photograph(21 + 4 * turn + n, 6), 4 * turn + n))
                for n in range(4)]
            cohort = [cv2.imread(str(file)) for file in sorted(self.cohort.glob("sample*.jpg"))]
            order = self.chance.permutation(len(cohort))[:4]
            yield [("morph of two of the cohort", f"cohort-{turn}-{n}", self.faces.mixed([cohort[a], cohort[b]]))
                   for n, (a, b) in enumerate(zip(order[::2], order[1::2]))]

    def test_attacks_are_flagged_and_ordinary_photographs_are_let_be(self):
        counts, missed = {}, []
        for batch in self.batches():
            said = self.send([one[1:] for one in batch], "--dry-run")
            for kind, entry, _ in batch:
                row = said[entry]
                flagged = row["standing"] == "faulty" or bool(row["findings"])
                of_kind = counts.setdefault(kind, [0, 0])
                of_kind[0] += flagged
                of_kind[1] += 1
                if flagged == (kind == "ordinary"):
                    missed.append(f"{kind} {entry}: {row['why']}{row['findings']}")
        for kind, (flagged, count) in sorted(counts.items()):
            print(f"{kind}: {flagged} of {count} flagged, 95 % interval {interval(flagged, count)}")
        print(*missed, sep="\n", flush=True)
        flagged, count = (sum(counts[kind][n] for kind in MUST_BE_FLAGGED) for n in (0, 1))
        print(f"together, but for morphs of strangers: {flagged} of {count}, {interval(flagged, count)}")
        self.assertGreaterEqual(flagged / count, 0.95)
        self.assertLessEqual(counts["ordinary"][0] / counts["ordinary"][1], 0.05)

    def test_a_flagged_photograph_is_active_only_after_both_officers_have_been_shown_why(self):
        own = int(self.chance.integers(6, 10))
        asked = [("a-morph", self.faces.mixed([photograph(1, own), photograph(2, own)])), ("an-average", self.average(0)),
                 ("a-drawing", face_mixing.no_face(7, self.chance)), ("a-duplicate", photograph(5, own)),
                 ("a-dark-one", face_mixing.poor(photograph(30, 1), 3))]
        said = self.send(asked)
        self.assertEqual(said["a-dark-one"]["standing"], "faulty", said)
        flagged = {entry: row["findings"] for entry, row in said.items() if row["standing"] == "new"}
        self.assertRegex(flagged["a-duplicate"], "(same-face|look-alike) listed-5 ")
        self.assertIn("composite", flagged["an-average"])
        self.assertIn("doubtful-face", flagged["a-drawing"])
        self.assertTrue(all(flagged.values()), flagged)
        active = [json.loads(line)["active"] for line in self.vault("list", "--json").splitlines()]
        self.assertEqual((len(active), any(active)), (len(LISTED) + len(flagged), False), "asked for, by one officer")
        shown = self.vault("approve", *flagged, "--yes", "--models", MODELS, "--cohort", self.cohort, by="max")
        self.assertRegex(shown, "CONFLICT +composite .*: it looks as if several photographs were laid over one another")
        seen = [entry["body"] for entry in self.office.journal() if entry["kind"] == "conflict_seen"]
        for entry, findings in flagged.items():
            for name in (part.split()[0] for part in findings.split("; ")):
                officers = {body["officer"] for body in seen if (body["entry"], body["finding"]) == (entry, name)}
                self.assertEqual(officers, {"mia", "max"}, f"{entry}: {name}")

    def test_who_bears_the_name_of_a_face_of_the_cohort_is_still_found(self):
        self.assertEqual(self.send([("again", photograph(39, 2))], "--dry-run")["again"]["findings"], "", "control")
        self.send([("cohort.1", photograph(39, 1))])
        self.assertRegex(self.send([("again", photograph(39, 2))], "--dry-run")["again"]["findings"], "same-face cohort.1 ")

    def test_the_cohort_may_be_of_png(self):
        pictures, empty = self.folder / "pictures", self.folder / "empty"
        pictures.mkdir()
        empty.mkdir()
        for file in self.cohort.iterdir():
            cv2.imwrite(str(pictures / f"{file.stem}.png"), cv2.imread(str(file)))

        def shown(folder: pathlib.Path, code=0) -> str:
            return self.vault("show", "listed-1", "--models", MODELS, "--cohort", folder, code=code)

        self.assertRegex(shown(pictures), r"cohort +[1-9]\d faces")
        self.assertRegex(shown(self.cohort), r"cohort +[1-9]\d faces", "the control")
        self.assertIn("no face in the photographs", shown(empty, code=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
