"""A site with a vault, for the acceptance tests of the watchlist at rest.

    class Erasure(VaultTest): ...
        self.ask("w-1")                        mia asks
        self.vault("approve", "w-1", "--yes", by="max")
        self.active()                          whom `vault list` and a sealed list have, which must agree
"""
import base64
import datetime
import json
import os
import pathlib
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
import unittest

from clips_test import frame
from deployment_tool import CLIP
from signed_site import LIGHT_KEY
from site_tool import MODELS, Office, proviso

NEEDLE = "A needle that nobody else would write"
IMAGE = {"file": "man.jpg", "source": "custody", "taken_on": "2026-03-14", "provenance": "Custody record 25/1234"}
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


def forms_of(needle: bytes) -> list[bytes]:
    """The bytes, and how else they may be written: hexadecimal, base64 at each offset, UTF-16."""
    forms = [needle, needle.hex().encode(), needle.hex().upper().encode()]
    for offset in range(3):
        whole = base64.b64encode(bytes(offset) + needle)
        forms.append(whole[4:len(whole) // 4 * 4 - 4])  # Without what its neighbours share.
    text = needle.decode("latin-1")
    return [*forms, text.encode("utf-16-le"), text.encode("utf-16-be")]


def entries_in(sealed: bytes) -> list[str]:
    """The ids in the head of a locked list: docs/formats/watchlist.md. What it says of them, nothing here can open."""
    line, head = sealed.split(b"\n", 1)
    assert line == b"proviso/locked-list/v1", line
    _, header_line, rest = head.split(b"\n", 2)
    header = json.loads(header_line)
    at, ids, bytes_of_contents = 0, [], 0
    for _ in range(header["entries"]):
        length = rest[at]
        ids.append(rest[at + 1:at + 1 + length].decode())
        bytes_of_contents += int.from_bytes(rest[at + 1 + length:at + 5 + length], "little") + 40
        at += 1 + length + 4 + 32
    assert at == header["table_bytes"] and len(rest) == at + bytes_of_contents
    return ids


def template_of(photograph: pathlib.Path) -> bytes:
    """The template that enrolment makes of a photograph, by way of a list in the clear."""
    with tempfile.TemporaryDirectory() as held:
        draft, sealed = pathlib.Path(held, "draft"), pathlib.Path(held, "sealed")
        proviso("watchlist", "new", draft, "--models", MODELS)
        proviso("watchlist", "add", draft, "somebody", photograph, "--models", MODELS)
        proviso("watchlist", "seal", draft, "-o", sealed)
        _, header, rest = sealed.read_bytes().split(b"\n", 2)
    content = rest[json.loads(header)["table_bytes"]:]
    row_at = 16 + 1 + content[16] + 1
    row_at += 1 + 32 * content[row_at]
    template = content[row_at:row_at + 4 * json.loads(header)["dimension"]]
    assert abs(sum(value * value for value in struct.unpack(f"<{len(template) // 4}f", template)) - 1) < 1e-3
    return template


class PostgresServer:
    """A server of its own on loopback; databases are made by name."""

    def __init__(self):
        self.held = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.held.name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.as_postgres = []
        if os.geteuid() == 0:  # PostgreSQL does not run as root.
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self.as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"]
        subprocess.run([*self.as_postgres, POSTGRES / "initdb", "--auth=trust", "--username=postgres", "--no-sync",
                        f"--pgdata={folder / 'data'}"], check=True, capture_output=True, cwd="/")
        self.process = subprocess.Popen(
            [*self.as_postgres, POSTGRES / "postgres", "-D", folder / "data", "-p", str(self.port), "-c",
             "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "log_checkpoints=off"],
            stderr=subprocess.PIPE, text=True, cwd="/")
        for line in self.process.stderr:
            if "ready to accept connections" in line:
                return
        raise AssertionError("PostgreSQL did not start")

    def make(self, name: str, template="template1") -> str:
        subprocess.run([POSTGRES / "createdb", "--host=127.0.0.1", f"--port={self.port}", "--username=postgres",
                        f"--template={template}", name], check=True, cwd="/")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, database: str, statement: str):
        subprocess.run([POSTGRES / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", database, "-c", statement],
                       check=True, cwd="/", stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.held.cleanup()


def later(days: int) -> str:
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def body(entry: str, **changes) -> dict:
    """A request; what is changed to None is left out."""
    whole = {"id": entry, "label": "Alex Example", "category": "missing-at-risk", "legal_basis": "A court's order",
             "reason": NEEDLE, "requested_response": "Speak to the person", "approved_by": "max", "expires_at": later(10),
             "images": [IMAGE]} | changes
    return {name: value for name, value in whole.items() if value is not None}


def office_with_managers(folder: pathlib.Path) -> Office:
    """A site with the watchlist managers mia and max."""
    office = Office.copy(folder)
    for name in ("mia", "max"):
        office.officer(name, "sergeant", "watchlist-manager")
    return office


def vault_passphrase(folder: pathlib.Path) -> pathlib.Path:
    file = folder / "vault passphrase"
    file.touch(mode=0o600)
    file.write_text("the vault has words of its own")
    return file


class VaultTest(unittest.TestCase):
    """A site with a vault, its manager mia and the other manager max."""

    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.base = pathlib.Path(held.name)
        cls.first = office_with_managers(cls.base)
        cls.photograph = frame(CLIP, 60, "", cls.base / "man.jpg")

    def setUp(self):
        self.office = self.first.copied(pathlib.Path(tempfile.mkdtemp(dir=self.base)))
        self.folder = self.office.folder
        self.environment = None
        self.unlock = vault_passphrase(self.folder)
        self.vault("new", *LIGHT_KEY, *self.places(), by="mia")

    def places(self) -> list:
        """Where `vault new` puts rows and keys."""
        return []

    def vault(self, name, *words, by="mia", code=0) -> str:
        if name in ("approve", "show"):
            words = (*words, "--models", MODELS)
        return self.office.run("vault", name, *words, "--as", by, "--unlock", self.unlock, sealed_by=True, code=code,
                               environment=self.environment)

    def request(self, entry="w-1", **changes) -> pathlib.Path:
        shutil.copyfile(self.photograph, self.folder / "man.jpg")
        file = self.folder / f"{entry}.json"
        file.write_text(json.dumps(body(entry, **changes)))
        return file

    def ask(self, entry="w-1", code=0, by="mia", **changes) -> str:
        return self.vault("request", self.request(entry, **changes), "--models", MODELS, "--yes", by=by, code=code)

    def listed(self) -> dict:
        return {row["entry"]: row["active"] for row in map(json.loads, self.vault("list", "--json").splitlines())}

    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.office.journal()]

    def sealed(self) -> pathlib.Path:
        file = self.folder / "list.sealed"
        self.said = self.vault("seal", "-o", file)
        return file

    def active(self) -> set[str]:
        """Whom `vault list` says is active, which is whom a sealed list has: of each, two people signed the last request."""
        active = {entry for entry, is_active in self.listed().items() if is_active}
        if active:
            self.assertEqual(set(entries_in(self.sealed().read_bytes())), active)
        else:
            self.assertIn("nothing to seal", self.vault("seal", "-o", self.folder / "none", code=1))
        asked, approved = {}, {}
        for leaf in self.office.journal():
            body = leaf["body"]
            if leaf["kind"] == "entry_requested":
                asked[body["entry"]] = body["decision"]
            elif leaf["kind"] == "entry_activated":
                self.assertEqual(len(set(body["officers"])), 2, body)
                approved[body["entry"]] = body["decision"]
        for entry in active:
            self.assertEqual(asked[entry], approved[entry], "two people over the same bytes, the last that were asked for")
        return active

    def refusals(self) -> list[dict]:
        return [leaf["body"] for leaf in self.office.journal() if leaf["kind"] == "entry_refused"]

    def tried(self, what, *words, leaves=1, **more) -> str:
        """A try that is refused, and that the log knows of."""
        before = len(self.refusals())
        said = what(*words, code=1, **more)
        self.assertEqual(len(self.refusals()), before + leaves, f"{words}: a leaf for the try: {said}")
        return said

    @staticmethod
    def identity(folder: pathlib.Path, name="identity") -> tuple[pathlib.Path, str]:
        """A new key of age, and its recipient."""
        subprocess.run(["age-keygen", "-o", folder / name], check=True, capture_output=True)
        text = (folder / name).read_text()
        return folder / name, next(word for word in text.split() if word.startswith("age1"))
