"""kill -9 at random points of a process that appends to the journal from four threads: every leaf that was
acknowledged is in the log with its index, the indexes have no gap, and the log verifies at each restart.

The control is the same process saying that it has appended before it does: it must lose some, or this test is blind.
"""
import json
import os
import pathlib
import random
import select
import signal
import subprocess
import tempfile
import time
import unittest

import checkers
from checkers import IS_FULL, PROGRAMS, Go, beside, ours

POINTS = 200
RUN = POINTS if IS_FULL else 20
CONTROLS = 10
LATEST_S = 0.4  # After the first leaf.
RESTART_S = 5
ENTRIES = 256


def leaves(log: pathlib.Path) -> list[dict]:
    """Of the bundles, read here and not by proviso."""
    size = int((log / "checkpoint").read_text().splitlines()[1])
    found = []
    for index in range(0, size, ENTRIES):
        number = f"{index // ENTRIES:03}"
        assert len(number) == 3, "more leaves than these paths name"
        full, width = log / "tile/entries" / number, min(ENTRIES, size - index)
        content = (full if full.exists() else full.with_name(f"{number}.p") / str(width)).read_bytes()
        for _ in range(width):
            length = int.from_bytes(content[:2], "big")
            found.append(json.loads(content[2:2 + length]))
            content = content[2 + length:]
    return found


class Killed:
    """One run, killed some time after it began to acknowledge."""

    def __init__(self, log: pathlib.Path, chance: random.Random, *words: str):
        start = time.monotonic()
        child = subprocess.Popen([PROGRAMS / "append_tool", log, *words], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        said = self.read(child, None)
        self.restart_s = time.monotonic() - start
        said += self.read(child, time.monotonic() + chance.random() * LATEST_S)
        is_early_end = child.poll() is not None
        child.send_signal(signal.SIGKILL)
        said += child.stdout.read()
        error = child.stderr.read().decode()
        child.wait()
        child.stdout.close()
        child.stderr.close()
        assert not is_early_end and not error, f"it ended by itself: {error}"
        lines = said.decode().splitlines(keepends=True)
        self.acknowledged = [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]

    @staticmethod
    def read(child: subprocess.Popen, until: float | None) -> bytes:
        """What it says until then, so that its pipe never fills; without a time, the first of it."""
        said = b""
        while until is None or (left := until - time.monotonic()) > 0:
            if select.select([child.stdout], [], [], RESTART_S if until is None else left)[0]:
                more = os.read(child.stdout.fileno(), 65_536)
                said += more
                if until is None or not more:
                    return said
            elif until is None:
                raise AssertionError(f"no leaf within {RESTART_S} s")
        return said


class Kill(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.log = pathlib.Path(held.name) / "log"

    def lost(self, acknowledged: list[tuple[int, int]]) -> int:
        found = [leaf["body"]["count"] for leaf in leaves(self.log)]
        return sum(index >= len(found) or found[index] != count for index, count in acknowledged)

    def test_no_acknowledged_leaf_is_lost_and_the_log_verifies_each_time(self):
        acknowledged, slowest_s, pinned = [], 0.0, None
        for seed in range(RUN):
            with self.subTest(seed=seed):
                run = Killed(self.log, random.Random(seed))
                slowest_s = max(slowest_s, run.restart_s)
                acknowledged += run.acknowledged
                key = beside(self.log, ".vkey")
                code, report = ours("log", self.log, key=key, pinned=pinned)
                self.assertEqual((code, report.get("verdict")), (0, "proven"), report)
                self.assertRegex(Go(key.read_text().strip()).judge((self.log, pinned or ""))[0], r"^\d+ ")
                self.assertEqual(self.lost(acknowledged), 0)  # Of all runs so far.
                pinned = beside(self.log, ".pinned")
                pinned.write_bytes((self.log / "checkpoint").read_bytes())
        indexes = sorted(index for index, _ in acknowledged)
        self.assertEqual(len(indexes), len(set(indexes)), "an index was given twice")
        self.assertLess(slowest_s, RESTART_S)
        print(f"kill -9: ran {RUN} of {POINTS} seeds; {len(acknowledged)} leaves acknowledged, 0 lost, "
              f"{len(leaves(self.log))} in the log; slowest restart {slowest_s:.2f} s to its first leaf")

    def test_the_control_that_acknowledges_too_early_loses_some(self):
        lost = 0
        for seed in range(CONTROLS):
            log = beside(self.log, f"-{seed}")
            said = Killed(log, random.Random(seed), "early").acknowledged
            there = {leaf["body"]["count"] for leaf in leaves(log)}
            lost += sum(count not in there for _, count in said)
        self.assertGreater(lost, 0, "this test would not see a loss")
        print(f"control: {lost} of the leaves that were acknowledged too early lost in {CONTROLS} runs")


if __name__ == "__main__":
    unittest.main(argv=checkers.sys.argv[:1])
