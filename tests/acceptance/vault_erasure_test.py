"""What has expired is gone, also from yesterday's copies with all that the machine still has; what has not stays.

On SQLite and on PostgreSQL. PROVISO_FULL=1: 1000 entries and 20 kills, else 20 and 3.
"""
import itertools
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from deployment_tool import FULL, with_clock
from site_tool import MODELS, PROGRAM
from vault_tool import POSTGRES, PostgresServer, VaultTest, later, template_of

ENTRIES = 1000 if FULL else 20
KILLS = 20 if FULL else 3
BATCH = 200  # Entries of one command line.


class Erasure(VaultTest):
    """With the rows in SQLite."""

    engine = "SQLite"

    # Rows in another place: copied, lost, put in place, changed by hand.
    def location(self) -> str:
        return json.loads((self.office.site / "vault/vault.json").read_text())["database"]

    def place(self, database: str, keys: pathlib.Path | None = None):
        file = self.office.site / "vault/vault.json"
        settings = json.loads(file.read_text()) | {"database": database}
        if keys:
            settings["keys"] = str(keys)
        file.write_text(json.dumps(settings, sort_keys=True, separators=(",", ":")) + "\n")

    names = itertools.count()

    def copied(self) -> str:
        """A copy of the rows, with the database's log where there is one."""
        to = self.folder / f"copy{next(self.names)}.db"
        for end in ("", "-wal", "-shm"):
            source = self.location().removeprefix("sqlite:") + end
            if os.path.exists(source):
                shutil.copyfile(source, f"{to}{end}")
        to.chmod(0o600)
        return f"sqlite:{to}"

    def empty(self) -> str:
        return f"sqlite:{self.folder / f'empty{next(self.names)}.db'}"

    def change(self, database: str, statement: str):
        connection = sqlite3.connect(database.removeprefix("sqlite:"))
        connection.execute(statement)
        connection.commit()
        connection.close()

    def key_files(self) -> list[str]:
        return sorted(path.name for path in (self.office.site / "vault/keys").glob("list-key.*"))

    def many(self, entries: int) -> tuple[list[str], list[str]]:
        """Approved entries, of whom 40 of 100 expire in an hour: those, and the others."""
        ids = [f"w-{number}" for number in range(entries)]
        going, staying = ids[:entries * 2 // 5], ids[entries * 2 // 5:]
        body = json.loads(self.request().read_text())
        soon = later(1 / 24)
        file = self.folder / "many.json"
        file.write_text(json.dumps([body | {"id": entry} | ({"expires_at": soon} if entry in set(going) else {})
                                    for entry in ids]))
        self.vault("import", file, "--models", MODELS)
        for begin in range(0, entries, BATCH):
            self.vault("approve", *ids[begin:begin + BATCH], "--yes", by="max")
        return going, staying

    def all_left_out(self, ids: list[str]):
        self.assertEqual(self.listed(), dict.fromkeys(ids, False))

    def test_of_the_expired_nothing_opens_from_yesterdays_copies_and_the_others_stay(self):
        going, staying = self.many(ENTRIES)
        identity, recipient = self.identity(self.folder)
        backup = self.folder / "backup.age"
        self.vault("backup", "-o", backup, "--to", recipient)
        live, copy, thief = self.location(), self.copied(), self.copied()
        keys = self.office.site / "vault/keys"
        old_keys = shutil.copytree(keys, self.folder / "old keys")
        self.assertEqual(self.active(), {*going, *staying}, "the control: before")

        self.environment = with_clock("+2h")
        self.assertIn(f"erased  {len(going)} entries", self.vault("expire"))
        self.assertEqual(self.active(), set(staying), "the live rows, and what is sealed of them")
        self.vault("show", going[0], code=1)
        self.assertIn(": expired", self.vault("trace", going[0]))

        self.place(copy)
        self.assertIn("a copy of the database was put back", self.vault("list", code=1))
        self.change(thief, "UPDATE vault_list SET epoch = 2")
        self.place(thief)
        self.all_left_out([*going, *staying])
        self.vault("show", going[0], code=1)

        self.place(self.empty())
        said = self.vault("restore", backup, "--identity", identity)
        self.assertIn(f"restored  {len(staying)} entries", said)
        self.assertEqual({line.split()[2] for line in said.splitlines() if line.startswith("left out")}, set(going))
        self.assertEqual(said.count("it was erased at"), len(going))
        self.assertEqual(self.active(), set(staying), "a backup taken before brings back the others alone")
        self.assertIn(": expired", self.vault("trace", going[0]))

        self.environment = None
        self.place(self.empty())
        (keys / "entry-keys").unlink()
        said = self.vault("restore", backup, "--identity", identity)
        self.assertEqual(said.count("no key opens it"), ENTRIES, "without the keys that were kept nobody comes back")
        self.assertEqual(self.listed(), {})

        self.place(copy, old_keys)
        self.assertEqual(self.active(), {*going, *staying}, "the control: with the old list key they open")
        self.place(live)
        print(f"{self.engine}: {len(going)} of {ENTRIES} (of 1000) expired; 0 opened from the live rows, a copy of them, "
              "a copy under today's number, a backup", flush=True)

    def test_an_erasure_that_is_killed_is_ended_by_the_next_command(self):
        going, staying = self.many(5)
        self.vault("expire")
        settings = {"rows": self.copied(), "vault": shutil.copytree(self.office.site / "vault", self.folder / "kept")}
        random.seed(11)
        words = [PROGRAM, "vault", "expire", "--as", "mia", "--site", self.office.site, "--unlock", self.unlock]
        self.environment = with_clock("+2h")
        begun = time.monotonic()
        self.assertIn("erased  2 entries", self.vault("expire"))
        took_s = time.monotonic() - begun
        killed = {"before": 0, "under way": 0, "too late": 0}
        told = self.office.site / "vault/erased"
        for trial in range(KILLS):
            shutil.rmtree(self.office.site / "vault")
            shutil.copytree(settings["vault"], self.office.site / "vault")
            rows = self.again(settings["rows"])
            self.place(rows)
            self.assertEqual(self.active(), set(staying), "the clock says that they have expired")
            before = self.copied()
            process = subprocess.Popen([str(word) for word in words], env=self.environment, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            # One at any time, one as soon as it has told the runs, which is before the first key goes, one a little later.
            while trial % 3 and not told.exists() and process.poll() is None:
                pass
            until = time.monotonic() + random.uniform(0, (took_s, 0, 0.02)[trial % 3])
            while time.monotonic() < until and process.poll() is None:
                pass
            process.kill()
            process.communicate()
            killed["too late" if process.returncode == 0 else "under way" if told.exists() else "before"] += 1
            self.until_free()
            self.vault("expire")
            self.assertEqual(self.active(), set(staying))
            self.assertEqual(self.key_files(), ["list-key.2"])
            self.change(before, "UPDATE vault_list SET epoch = 2")
            self.place(before)
            self.assertEqual({entry for entry, is_active in self.listed().items() if is_active}, set())
        print(f"{self.engine}: ran {KILLS} of 20 kills of an erasure: {killed}; each was ended", flush=True)
        self.assertGreater(killed["under way"], 0)

    def again(self, rows: str) -> str:
        self.place(rows)
        return self.copied()

    def until_free(self):
        """A server may see the end of a killed process late."""


@unittest.skipUnless(POSTGRES.exists(), "SKIPPED: PostgreSQL 15 is not installed: ./dev setup")
class ErasureOnPostgresql(Erasure):
    """With the rows in a server."""

    engine = "PostgreSQL"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = PostgresServer()
        cls.addClassCleanup(cls.server.stop)

    def places(self) -> list:
        return ["--database", self.server.make(f"vault{next(self.names)}")]

    def copied(self) -> str:
        return self.server.make(f"copy{next(self.names)}", self.location().rsplit("/", 1)[1])

    def empty(self) -> str:
        return self.server.make(f"empty{next(self.names)}")

    def change(self, database: str, statement: str):
        self.server.run(database, statement)

    def until_free(self):
        while "one process at a time" in self.office_says():
            pass

    def office_says(self) -> str:
        done = subprocess.run([PROGRAM, "vault", "trace", "w-0", "--as", "mia", "--site", self.office.site, "--unlock",
                               self.unlock, "--passphrase-file", self.office.passphrase], capture_output=True, text=True,
                              env=self.environment)
        return done.stderr


def no_core_limit():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Memory(VaultTest):
    """What a command leaves that has erased somebody, and is killed before it ends."""

    def revoking(self) -> subprocess.Popen:
        """A `vault revoke` that has erased, and cannot say so because nobody reads what it says."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            while True:
                os.write(writing, bytes(4096))
        except BlockingIOError:
            os.set_blocking(writing, True)
        self.addCleanup(os.close, reading)
        words = [PROGRAM, "vault", "revoke", "w-1", "--reason", "cleared", "--as", "mia", "--site", self.office.site,
                 "--unlock", self.unlock, "--passphrase-file", self.office.passphrase]
        process = subprocess.Popen([str(word) for word in words], stdout=writing, stdin=subprocess.DEVNULL,
                                   cwd=self.folder, preexec_fn=no_core_limit)
        os.close(writing)
        erased = self.office.site / "vault/keys"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            waits = pathlib.Path(f"/proc/{process.pid}/wchan").read_text()
            if [path.name for path in erased.glob("list-key.*")] == ["list-key.2"] and "pipe" in waits:
                return process
        self.fail(f"it does not wait at its output: {waits}")

    def dumps(self, process: subprocess.Popen) -> bool:
        """Whether the kernel wrote a core of it, wherever cores go here."""
        process.send_signal(signal.SIGSEGV)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGSEGV
        self.assertTrue(os.WIFSIGNALED(status))
        return os.WCOREDUMP(status)

    def test_no_core_is_made_of_a_command_that_has_erased(self):
        self.ask()
        self.vault("approve", "w-1", "--yes", by="max")
        control = subprocess.Popen(["sleep", "60"], cwd=self.folder, preexec_fn=no_core_limit)
        if not self.dumps(control):
            self.skipTest("SKIPPED LOUDLY: this machine makes no cores at all")
        self.assertFalse(self.dumps(self.revoking()))
        self.assertEqual(self.listed(), {}, "it is erased all the same")

    @unittest.skipUnless(os.geteuid() == 0, "SKIPPED LOUDLY: only root may read such a process's memory")
    def test_the_memory_of_a_command_that_has_erased_holds_no_photograph_and_no_template(self):
        self.ask()
        self.vault("approve", "w-1", "--yes", by="max")
        template = template_of(self.photograph)
        photograph = self.photograph.read_bytes()
        needles = [photograph[400:500], photograph[-200:-100], template[:64], template[-64:]]
        process = self.revoking()
        memory = self.memory_of(process)
        process.kill()
        process.wait()
        self.assertGreaterEqual(memory.count(b"deletion_certified"), 1, "the control: it has just erased")
        self.assertEqual([memory.count(needle) for needle in needles], [0, 0, 0, 0])

    @staticmethod
    def memory_of(process: subprocess.Popen) -> bytes:
        parts = []
        with open(f"/proc/{process.pid}/maps") as maps, open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if not rights.startswith("rw"):
                    continue
                begin, end = (int(number, 16) for number in span.split("-"))
                try:
                    memory.seek(begin)
                    parts.append(memory.read(end - begin))
                except OSError:
                    continue  # A guard page.
        return b"".join(parts)


if __name__ == "__main__":
    unittest.main(verbosity=2)
