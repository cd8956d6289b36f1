"""Seeded tampers of a log: each is caught, by ours and by golang.org/x/mod/sumdb, and none takes long.

    bit, cut, append, swap, delete   in the files that the checkpoint's tree needs
    replay                           an old checkpoint under new files; an old file under the new checkpoint
    rollback                         the same log, shorter, signed with the true key
    fork                             a log of the same size and key that differs from some leaf on

Only a pinned checkpoint shows the last two: without one neither finds a fault (the control).
"""
import pathlib
import random
import shutil
import tempfile
import time
import unittest

import checkers
from agreement_test import MEMORY, flipped, parts_of
from checkers import IS_FULL, Go, beside, make_log, ours

SEEDS = 1_000
RUN = SEEDS if IS_FULL else 80
SIZE, EARLIER = 1_500, 1_100
KINDS = ("bit", "cut", "append", "swap", "delete", "replay", "rollback", "fork")
NEED_A_PIN = ("rollback", "fork")
SLOWEST_S = 10


class Tamper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        cls.log = make_log(cls.folder / "log", 1, SIZE)
        cls.earlier = make_log(cls.folder / "earlier", 1, EARLIER)
        cls.key = beside(cls.log, ".vkey")
        cls.pinned = cls.folder / "pinned"  # Of the whole log: somebody kept its last checkpoint.
        shutil.copy(cls.log / "checkpoint", cls.pinned)
        cls.go = Go(cls.key.read_text().strip())

    def tampered(self, kind: str, chance: random.Random) -> pathlib.Path:
        log = self.folder / "tampered"
        shutil.rmtree(log, ignore_errors=True)
        if kind == "rollback":
            return make_log(log, 1, chance.randrange(SIZE))
        if kind == "fork":
            return make_log(log, 1, SIZE, chance.randrange(SIZE), 2)
        shutil.copytree(self.log, log)
        files = sorted(parts_of(log, SIZE)) + [log / "checkpoint"]
        file, other = chance.sample(files, 2)
        content = file.read_bytes()
        match kind:
            case "bit":
                flipped(file, chance)
            case "cut":
                file.write_bytes(content[:chance.randrange(len(content))])
            case "append":
                file.write_bytes(content + chance.randbytes(chance.randrange(1, 64)))
            case "swap":
                file.write_bytes(other.read_bytes())
                other.write_bytes(content)
            case "delete":
                file.unlink()
            case "replay":
                old = [log / "checkpoint"] + [log / "tile" / name for name in ("0", "entries")]
                name = chance.choice(old)
                if name.is_dir():  # The last full files of the earlier log's end are partial there: cut to width.
                    partial = next((self.earlier / name.relative_to(log)).glob("*.p/*"))
                    (name / partial.parent.name.removesuffix(".p")).write_bytes(partial.read_bytes())
                else:
                    shutil.copy(self.earlier / "checkpoint", name)
        return log

    def test_each_is_caught_by_ours_and_by_go(self):
        caught, slowest_s = dict.fromkeys(KINDS, 0), 0.0
        for seed in range(RUN):
            kind = KINDS[seed % len(KINDS)]
            log = self.tampered(kind, random.Random(seed))
            with self.subTest(seed=seed, kind=kind):
                start = time.monotonic()
                code, report = ours("log", log, key=self.key, pinned=self.pinned)
                slowest_s = max(slowest_s, time.monotonic() - start)
                self.assertEqual((code, report.get("verdict")), (1, "fault"), report)
                self.assertRegex(self.go.judge((log, self.pinned))[0], "^refused: ")
                caught[kind] += 1
                if kind in NEED_A_PIN:
                    self.assertRegex(self.go.judge((log,))[0], r"^\d+ ")
                    self.assertNotIn("fault", ours("log", log, key=self.key)[1])
        self.assertLess(slowest_s, SLOWEST_S)
        print(f"tampers caught by ours and by Go: {sum(caught.values())} {caught}; slowest of ours {slowest_s:.2f} s; "
              f"ran {RUN} of {SEEDS} seeds")

    def test_the_log_as_it_is_is_proven(self):
        for _ in range(3):
            code, report = ours("log", self.log, key=self.key, pinned=self.pinned)
            self.assertEqual((code, report["verdict"]), (0, "proven"), report)
        self.assertRegex(self.go.judge((self.log, self.pinned))[0], rf"^{SIZE} ")


if __name__ == "__main__":
    unittest.main(argv=checkers.sys.argv[:1])
