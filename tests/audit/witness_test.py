"""A real witness, litewitness of filippo.io/torchwood, on loopback: it cosigns what grows, and catches a log that was
cut short and one that was told anew, both signed with the true key, which no reader of the log alone can see.

Its program for adding a log cannot be had, so the two rows that it would write are written here.
"""
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

import checkers
from checkers import PROGRAMS, Go, beside, make_log, ours

POLICY = checkers.ROOT / "policies" / "uk.toml"
NAME = "witness.example/w1"
LITEWITNESS = "filippo.io/torchwood/cmd/litewitness"
START_S = 30
EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Litewitness:
    """With a new key in an agent of its own, and one log that it knows."""

    def __init__(self, folder: pathlib.Path, origin: str, log_key: str):
        self.folder, self.database = folder, folder / "witness.db"
        self.program = checkers.go_checkers.build("litewitness", LITEWITNESS, module="witness")
        self.children = []
        key, agent = folder / "key", folder / "agent"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.start(["ssh-agent", "-D", "-a", agent], lambda: self.answers(agent))
        subprocess.run(["ssh-add", "-q", key], check=True, env={"SSH_AUTH_SOCK": str(agent)})
        listed = subprocess.run(["ssh-keygen", "-lf", key], check=True, capture_output=True, text=True).stdout
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        said = folder / "said"
        self.start([self.program, "-name", NAME, "-db", self.database, "-ssh-agent", agent, "-listen",
                    f"127.0.0.1:{port}", "-key", listed.split()[1]],
                   lambda: "listening" in said.read_text() and self.answers(port), said)
        self.key = re.search(r"vkey=(\S+)", said.read_text())[1].strip('"')
        with sqlite3.connect(self.database) as rows:
            rows.execute("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", (origin, EMPTY_ROOT))
            rows.execute("INSERT INTO key (origin, key) VALUES (?, ?)", (origin, log_key))

    @staticmethod
    def answers(at: int | pathlib.Path) -> bool:
        is_path = isinstance(at, pathlib.Path)
        family, address = (socket.AF_UNIX, str(at)) if is_path else (socket.AF_INET, ("127.0.0.1", at))
        with socket.socket(family) as probe:
            return probe.connect_ex(address) == 0

    def start(self, words: list, is_ready, said: pathlib.Path | None = None) -> None:
        with (said or self.folder / "agent-said").open("w") as out:
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.children.append(child)
        deadline = time.monotonic() + START_S
        while not is_ready():
            assert child.poll() is None and time.monotonic() < deadline, f"{words[0]} does not start"
            time.sleep(0.01)  # Neither program says when it is ready in a way that could be waited for.

    def stop(self) -> None:
        for child in reversed(self.children):
            child.kill()
            child.wait()


class Witness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        cls.log_key = beside(make_log(cls.folder / "first", 1, 1), ".vkey").read_text().strip()

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.witness = Litewitness(folder, self.log_key.split("+")[0], self.log_key)
        self.addCleanup(self.witness.stop)
        self.site = folder / "site"
        self.log = self.site / "log"
        words = folder / "words"
        words.touch(mode=0o600)
        words.write_text("four words for a test\n")
        subprocess.run([PROGRAMS / "proviso", "site", "new", "northgate", "--policy", POLICY, "--site", self.site,
                        "--passphrase-file", words], stdout=subprocess.DEVNULL, check=True)

    def log_of(self, size: int, *fork: int) -> None:
        """The site's log is now this one. What the witness cosigned stays beside it."""
        shutil.rmtree(self.log, ignore_errors=True)
        make_log(self.log, 1, size, *fork)

    def submit(self, key: str | None = None) -> str:
        done = subprocess.run([PROGRAMS / "proviso", "audit", "witness", self.witness.url, "--key",
                               key or self.witness.key, "--site", self.site], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0 if done.stdout.startswith("cosigned ") else 1, done)
        return done.stdout + done.stderr

    def forget(self) -> None:
        shutil.rmtree(beside(self.log, ".cosigned"))

    def test_what_grows_is_cosigned_and_the_kept_checkpoint_pins_the_log(self):
        for size in (1, 2, 255, 256, 257, 1_000, 66_000):
            self.log_of(size)
            self.assertRegex(self.submit(), rf"^cosigned +{size} leaves at 2\d\d\d-.* by {NAME}")
        kept, = (file for file in beside(self.log, ".cosigned").iterdir() if file.name != "lock")
        self.assertIn(f"— {NAME} ", kept.read_text())
        key = beside(self.log, ".vkey")
        self.assertEqual(ours("log", self.log, key=key, pinned=kept)[0], 0)
        self.assertRegex(Go(self.log_key).judge((self.log, kept))[0], "^66000 ")
        self.log_of(65_999)
        self.assertEqual(ours("log", self.log, key=key, pinned=kept)[0], 1)
        self.assertRegex(Go(self.log_key).judge((self.log, kept))[0], "^refused: ")

    def test_a_site_that_forgot_how_far_its_witness_has_seen_is_told(self):
        self.log_of(300)
        self.submit()
        self.forget()
        self.log_of(500)
        self.assertRegex(self.submit(), "^cosigned +500 ")

    def test_a_log_cut_short_is_caught(self):
        self.log_of(500)
        self.submit()
        self.log_of(400)
        self.assertEqual(Go(self.log_key).judge((self.log,))[0][:4], "400 ")  # The control: it is whole in itself.
        self.assertRegex(self.submit(), "a log only grows; .*cut short")
        self.forget()
        self.assertRegex(self.submit(), "a log only grows; .*has seen 500 leaves, and here there are 400")

    def test_a_log_told_anew_is_caught(self):
        self.log_of(500)
        self.submit()
        for size in (500, 501, 900):
            self.log_of(size, 123, 2)
            self.assertRegex(Go(self.log_key).judge((self.log,))[0], f"^{size} ")
            self.assertRegex(self.submit(), "a log only grows; .*told anew")
        self.log_of(900)
        self.assertRegex(self.submit(), "^cosigned +900 ")

    def test_it_goes_on_until_it_is_told_to_stop(self):
        self.log_of(300)
        with subprocess.Popen([PROGRAMS / "proviso", "audit", "witness", self.witness.url, "--key", self.witness.key,
                               "--site", self.site, "--follow"], stdout=subprocess.PIPE, text=True) as command:
            self.assertRegex(command.stdout.readline(), "^cosigned +300 ")
            command.terminate()
            self.assertEqual(command.wait(), 0)

    def test_a_stranger_gets_and_gives_nothing(self):
        self.log_of(5)
        self.assertRegex(self.submit(key=f"{NAME}+00000000+BAAA"), "a witness's key is ")
        with sqlite3.connect(self.witness.database) as rows:
            rows.execute("DELETE FROM key")
        self.assertRegex(self.submit(), "add the log's key")
        self.witness.stop()
        self.assertRegex(self.submit(), "must answer in time")


if __name__ == "__main__":
    unittest.main(argv=checkers.sys.argv[:1])
