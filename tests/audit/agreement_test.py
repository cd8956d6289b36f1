"""Random logs: ours and golang.org/x/mod/sumdb come to the same root and the same verdict, for the log, for a
pinned checkpoint, and for the evidence of a leaf. Tessera's fsck has a look at some (its verdict is its text:
its exit code says nothing, promises.md section e)."""
import pathlib
import random
import subprocess
import tempfile
import unittest

import checkers
from checkers import IS_FULL, Go, beside, make_log, ours

SEEDS = 500
RUN = SEEDS if IS_FULL else 20
SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000)
SIZE_MAX = 70_000
FSCK_RUN = len(SIZES)
FSCK_S = 60
FSCK_SAYS = "Successfully fsck'd"
# Files are made by the ten thousand, and what a power cut leaves of them is not the question here.
MEMORY = pathlib.Path("/dev/shm")


def size_of(seed: int) -> int:
    """Each of the sizes around a tile's edge first, then any, small ones as often as large ones."""
    if seed < len(SIZES):
        return SIZES[seed]
    chance = random.Random(seed)
    if chance.random() < 0.1:
        return chance.choice(SIZES)
    return int(SIZE_MAX ** chance.random())


def flipped(file: pathlib.Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)


def parts_of(log: pathlib.Path, size: int) -> list[pathlib.Path]:
    """The files that the checkpoint's tree needs; partial ones of earlier checkpoints, which Go does not look at,
    are none."""
    needed = [f"{size >> shift}" for shift in (0, 8, 16)]
    widths = {folder: int(count) % 256 for folder, count in zip(("entries", "0", "1", "2"), needed[:1] + needed)}
    return [file for file in (log / "tile").rglob("*") if file.is_file() and
            (not file.parent.name.endswith(".p") or int(file.name) == widths[file.relative_to(log / "tile").parts[0]])]


class Agreement(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def one(self, seed: int) -> None:
        size, chance = size_of(seed), random.Random(seed)
        log = make_log(self.folder / f"log-{seed}", seed, size)
        key, pinned = beside(log, ".vkey"), beside(log, ".pinned")
        go = Go(key.read_text().strip())
        origin, signed_size, root = (log / "checkpoint").read_text().splitlines()[:3]
        self.assertEqual(int(signed_size), size, origin)
        code, report = ours("log", log, key=key, pinned=pinned)
        self.assertEqual((code, report["verdict"]), (0, "proven"), report)
        self.assertEqual(go.judge((log, pinned)), [f"{size} {root}"])
        if size:
            proof = beside(log, ".proof")
            self.assertEqual(ours("evidence", proof, key=key)[0], 0)
            self.assertRegex(go.evidence(proof.read_text()), r'^{"at":')
            flipped(proof, chance)  # In any part of it: the leaf, its index, a hash, the checkpoint.
            theirs = go.evidence(proof.read_text(errors="replace"))
            if ours("evidence", proof, key=key)[0] == 0:
                self.assertIsNotNone(theirs, "ours takes a proof that Go refuses")
            flipped(chance.choice(parts_of(log, size)), chance)
            self.assertEqual(ours("log", log, key=key, pinned=pinned)[0], 1)
            self.assertRegex(go.judge((log, pinned))[0], "^refused: ")

    def test_random_logs_get_one_root_and_one_verdict(self):
        for seed in range(RUN):
            with self.subTest(seed=seed, size=size_of(seed)):
                self.one(seed)
        print(f"agreement with golang.org/x/mod/sumdb: ran {RUN} of {SEEDS} seeds")

    def fsck(self, program: pathlib.Path, log: pathlib.Path, key: str) -> str:
        (self.folder / "vkey").write_text(key)
        try:
            done = subprocess.run(
                [program, f"--storage_url=file://{log}/", f"--public_key={self.folder}/vkey", "--N=4", "--ui=false"],
                capture_output=True, text=True, timeout=FSCK_S, check=False)
        except subprocess.TimeoutExpired:
            return "it hangs"
        return done.stdout + done.stderr

    def test_tessera_finds_nothing_to_say_against_our_logs(self):
        program = checkers.go_checkers.build(
            "fsck", "github.com/transparency-dev/tessera/cmd/fsck", module="tessera")
        for seed in range(1, FSCK_RUN):  # Not the empty log: there is nothing to look at.
            with self.subTest(size=size_of(seed)):
                log = make_log(self.folder / f"log-{seed}", seed, size_of(seed))
                key = beside(log, ".vkey").read_text().strip()
                self.assertIn(FSCK_SAYS, self.fsck(program, log, key))
        flipped(next(iter((log / "tile" / "entries").rglob("000"))), random.Random(1))
        self.assertNotIn(FSCK_SAYS, self.fsck(program, log, key))


if __name__ == "__main__":
    unittest.main(argv=checkers.sys.argv[:1])
