"""A signed site with officers for every step of a deployment, and started deployments in it.

    office = Office.copy(folder)               jo writes and operates, eve is the engagement officer,
                                               sam (superintendent) and lee (inspector) authorise
    note = office.started(sealed, {"car": clip})        drafted, signed, opened, attested, started

The first site of a program takes its time, because keys are sealed at their real cost; the others
are copies of it.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from signed_site import ROOT, SignedSite

MODELS = ROOT / ".deps/models"
# A test's first argument; unittest must not see it.
PROGRAM = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and pathlib.Path(sys.argv[1]).is_file() else "proviso")
PROGRAM = PROGRAM.resolve()


def proviso(*arguments, code=0, timeout=300):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


class Office(SignedSite):
    _first = None

    @classmethod
    def copy(cls, folder: pathlib.Path) -> "Office":
        if cls._first is None:
            cls._kept = tempfile.TemporaryDirectory()  # Until the program ends.
            first = cls(PROGRAM, MODELS, pathlib.Path(cls._kept.name))
            first.certify("jo", "author", "lfr-operator")
            first.officer("lee", "inspector", "authorising-officer")
            first.officer("eve", "constable", "engagement-officer")
            cls._first = first
        return cls._first.copied(pathlib.Path(tempfile.mkdtemp(dir=folder)))

    def copied(self, folder: pathlib.Path) -> "Office":
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        other = object.__new__(Office)
        other.__dict__ |= self.__dict__
        other.folder, other.site, other.passphrase = folder, folder / "site", folder / "passphrase"
        return other

    def certify(self, name: str, *roles: str):
        given = [word for role in roles for word in ("--role", role)]
        self.run("officer", "certify", name, *given, "--yes", sealed_by=True)

    def revoke(self, name: str):
        self.run("officer", "revoke", name, "--reason", "Lost", sealed_by=True)

    def drafted(self, sealed, cameras: dict, reference="test", **changes) -> pathlib.Path:
        answers = self.answers(sealed, cameras, reference) | changes
        return self.draft({name: value for name, value in answers.items() if value is not None})

    def note(self, reference="test") -> pathlib.Path:
        return self.site / "authorities" / f"{reference}.note"

    def signed(self, sealed, cameras: dict, reference="test", **changes) -> pathlib.Path:
        """An authority that jo and sam have signed."""
        self.drafted(sealed, cameras, reference, **changes)
        for officer in ("jo", "sam"):
            self.sign(reference, officer)
        return self.note(reference)

    def step(self, name, reference="test", *words, officer="jo", code=0) -> str:
        return self.run("deployment", name, reference, *words, "--as", officer, sealed_by=True, code=code)

    def start(self, reference="test"):
        self.step("open", reference)
        self.step("attest", reference, "--sign", "north", officer="eve")
        self.step("attest", reference, "--sign", "south", "--notice", self.folder / "notice", "--present", 2,
                  officer="eve")
        self.step("start", reference)

    def started(self, sealed, cameras: dict, reference="test", **changes) -> pathlib.Path:
        note = self.signed(sealed, cameras, reference, **changes)
        self.start(reference)
        return note

    def status(self, reference="test") -> dict:
        return json.loads(self.run("deployment", "status", reference, "--json"))

    def journal(self) -> list[dict]:
        return [json.loads(line) for line in self.run("audit", "show", "--json").splitlines()]

    def refusals(self) -> list[str]:
        return [entry["body"]["reason"] for entry in self.journal() if entry["kind"] == "run_refused"]
