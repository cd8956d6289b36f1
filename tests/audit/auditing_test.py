"""docs/auditing.md word for word: each command of its sections on checking is run as it stands there, with the words in
capitals filled in, on a whole log and on a broken one."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import checkers
from checkers import PROGRAMS, beside, make_log

SECTIONS = ("With our verifier", "With tools that are not ours")
SIZE = 700


def commands() -> list[str]:
    """The indented lines of the sections."""
    found, section = [], ""
    for line in (checkers.ROOT / "docs" / "auditing.md").read_text().splitlines():
        section = line.removeprefix("## ") if line.startswith("## ") else section
        if section in SECTIONS and line.startswith("    "):
            found.append(line.strip().split("   #")[0])
    return found


class Auditing(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        checkers.go_checkers.build("log")  # Skips where no module can be had.
        go = next(checkers.go_checkers.DEPS.glob("venv/lib/python3*/site-packages/go/bin"))
        self.environment = {**os.environ, "GOROOT": str(go.parent), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
                            "GOFLAGS": "-modcacherw", "GOMODCACHE": str(checkers.go_checkers.HELD / "modules"),
                            "GOCACHE": str(checkers.go_checkers.HELD / "cache"),
                            "PATH": f"{PROGRAMS}:{go}:{os.environ['PATH']}"}

    def run_all(self, log: pathlib.Path, proof: pathlib.Path) -> dict[str, int]:
        """The exit code of each command."""
        key = beside(log, ".vkey")
        filled = {"KEYFILE": key, "KEPT": beside(log, ".pinned"), "KEY": key.read_text().strip(), "FOLDER": log,
                  "FILE": proof, "/tmp/": f"{self.folder}/"}
        words = re.compile(r"/tmp/|\b(?:KEYFILE|KEPT|KEY|FOLDER|FILE)\b")
        codes = {}
        for command in commands():
            line = words.sub(lambda found: str(filled[found[0]]), command)
            done = subprocess.run(["sh", "-c", line], cwd=checkers.ROOT, env=self.environment, capture_output=True,
                                  text=True, check=False)
            codes[command] = done.returncode
        return codes

    def test_every_command_of_the_page_tells_a_whole_log_from_a_broken_one(self):
        log = make_log(self.folder / "log", 1, SIZE)
        whole = self.run_all(log, beside(log, ".proof"))
        self.assertEqual(len(whole), 9, whole)
        self.assertEqual(set(whole.values()), {0}, whole)

        broken = self.folder / "broken"
        shutil.copytree(log, broken)
        for suffix in (".vkey", ".pinned"):
            shutil.copy(beside(log, suffix), beside(broken, suffix))
        bundle = broken / "tile" / "entries" / "000"
        bundle.write_bytes(bundle.read_bytes().replace(b'"count":17', b'"count":71'))
        tile = broken / "tile" / "0" / "000"
        tile.write_bytes(tile.read_bytes()[:-1] + b"!")
        proof = beside(broken, ".proof")
        proof.write_text(beside(log, ".proof").read_text().replace("index ", "index 1", 1))
        for command, code in self.run_all(broken, proof).items():
            if "go build" in command:
                self.assertEqual(code, 0, command)
            elif "consistency" not in command:  # It reads only the tiles on its way.
                self.assertNotEqual(code, 0, command)


if __name__ == "__main__":
    unittest.main(argv=checkers.sys.argv[:1])
