"""Every system call of one append fails in turn (EIO, ENOSPC) or kills the process there: the log stays proven, no
signed checkpoint stands for bytes that are not there, nothing lost is acknowledged, and the next append goes through."""
import collections
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import checkers
from checkers import IS_FULL, PROGRAMS, beside, ours

CALLS = ("open", "openat", "read", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir",
         "mkdirat", "unlink", "unlinkat", "rmdir", "ftruncate", "flock", "close", "getdents64")
CHANGING = ("write", "fsync", "rename", "mkdir")
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL") if IS_FULL else ("error=EIO", "signal=KILL")
LEAVES = 255  # The next fills a tile: files, directories and removals of every kind.
MEMORY = pathlib.Path("/dev/shm")


@unittest.skipUnless(shutil.which("strace"), "NOT TESTED: strace is not there; run ./dev setup")
class Syscalls(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.whole = self.folder / "whole"
        for _ in range(LEAVES):
            subprocess.run([PROGRAMS / "one_append_tool", self.whole], check=True, capture_output=True)

    def copy(self) -> pathlib.Path:
        log = self.folder / "log"
        shutil.rmtree(log, ignore_errors=True)
        shutil.copytree(self.whole, log)
        for ending in (".key", ".vkey"):
            shutil.copy(beside(self.whole, ending), beside(log, ending))
        return log

    def append(self, log: pathlib.Path, *fault: str) -> tuple[bool, str]:
        """Whether the append was acknowledged, and what strace saw."""
        trace = self.folder / "trace"
        done = subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=" + ",".join(f"?{call}" for call in CALLS), *fault,
                               PROGRAMS / "one_append_tool", log], capture_output=True, text=True, check=False)
        return done.stdout.strip() == str(LEAVES), trace.read_text()

    def size(self, log: pathlib.Path) -> int:
        return int((log / "checkpoint").read_text().splitlines()[1])

    def check(self, log: pathlib.Path, where: str) -> None:
        code, report = ours("log", log, key=beside(log, ".vkey"))
        self.assertEqual(code, 0, f"{where}: {report}")
        staged = log / ".staging/checkpoint"
        if staged.exists() and staged.read_bytes().endswith(b"=\n"):
            # A whole signed checkpoint that did not get its place: what it covers must be there too.
            other = self.folder / "staged"
            shutil.rmtree(other, ignore_errors=True)
            shutil.copytree(log, other)
            shutil.copy(staged, other / "checkpoint")
            code, report = ours("log", other, key=beside(log, ".vkey"))
            self.assertEqual(code, 0, f"{where}, staged: {report}")

    def one(self, call: str, number: int, fault: str) -> bool:
        log, where = self.copy(), f"{call} {number} {fault}"
        acknowledged, seen = self.append(log, "-e", f"inject={call}:{fault}:when={number}")
        self.check(log, where)
        if acknowledged:
            self.assertEqual(self.size(log), LEAVES + 1, where)
        went_on = subprocess.run([PROGRAMS / "one_append_tool", log], capture_output=True, text=True, check=False)
        self.assertEqual(went_on.returncode, 0, f"{where}: {went_on.stderr}")
        self.check(log, f"{where}, then one more")
        return "INJECTED" in seen or "KILL" in seen

    def test_each_call_fails_in_turn(self):
        log = self.copy()
        acknowledged, trace = self.append(log)
        self.assertTrue(acknowledged)
        self.assertEqual(self.size(log), LEAVES + 1)
        counts = collections.Counter(re.findall(r"^\d+ +(\w+)\(", trace, re.M))
        runs = hit = 0
        for call, count in sorted(counts.items()):
            if not IS_FULL and call not in CHANGING:
                continue
            for number in range(1, count + 1):
                for fault in FAULTS:
                    with self.subTest(call=call, number=number, fault=fault):
                        hit += self.one(call, number, fault)
                        runs += 1
        print(f"{runs} faults in {dict(counts)}, {hit} seen")
        self.assertGreater(hit, 0.9 * runs, "faults that never came prove nothing")


if __name__ == "__main__":
    unittest.main(argv=[__file__])
