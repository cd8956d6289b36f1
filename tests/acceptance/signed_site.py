"""A site whose officers sign what a test asks for: root, author, authorising officer, documents.

    site = SignedSite(program, models, folder)
    reference = site.authority(sealed, {"gate": clip})        # drafted, and signed by both
"""
import datetime
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ("dpia", "eia", "cia", "apd")
LIGHT_KEY = ("--key-memory-mib", 8)  # Tests guess no passphrase.
LONG = (" This is written at some length, because the policy asks for an answer and not for a heading, "
        "and because whoever authorises must be able to follow it.")


class SignedSite:
    def __init__(self, program, models, folder: pathlib.Path, policy: str = "demonstration"):
        self.program, self.models, self.folder = program, models, pathlib.Path(folder)
        self.site = self.folder / "site"
        self.passphrase = self.folder / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text("four words for a test")
        for name in (*DOCUMENTS, "accuracy", "notice"):
            (self.folder / name).write_text(f"{name} of a test\n")
        self.run("site", "new", "test-site", "--policy", ROOT / f"policies/{policy}.toml", *LIGHT_KEY, sealed_by=True)
        self.officer("jo", "sergeant", "author")
        self.officer("sam", "superintendent", "authorising-officer")

    def run(self, *words, sealed_by=False, code=0, environment=None) -> str:
        words = [*words, "--site", self.site]
        if sealed_by:
            words += ["--passphrase-file", self.passphrase]
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, start_new_session=True, check=False, env=environment)
        assert done.returncode == code, f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def officer(self, name: str, rank: str, *roles: str):
        given = [word for role in roles for word in ("--role", role)]
        self.run("officer", "new", name, "--name", f"Officer {name}", "--rank", rank, *given, *LIGHT_KEY,
                 sealed_by=True)
        self.run("officer", "certify", name, "--yes", sealed_by=True)

    def answers(self, sealed, cameras: dict, reference: str, minutes: int = 60) -> dict:
        """Every answer that the shipped policies ask for; a test changes what it is about."""
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=10)
        reviewed, published = before.strftime("%Y-%m-%d"), before.strftime("%Y-%m-%dT%H:%M:%SZ")
        documents = {name: {"reference": f"{name}-1", "file": str(self.folder / name), "reviewed_on": reviewed}
                     for name in DOCUMENTS}
        return {
            "reference": reference, "author": "jo", "authorising_officer": "sam", "minutes": minutes,
            "use_case": {"name": "Event PSO", "evidence": {
                "event": "Market", "risk_assessment": "risk-1", "risk_assessment_date": reviewed}},
            "location_basis": {"basis": "protective-security-operation", "evidence": {
                "operation_reference": "operation-1", "site": "Market square"}},
            "proportionality": {"aim": "To find the people listed." + LONG,
                                "link": "They are expected here today." + LONG,
                                "less_intrusive_means": "Patrols alone did not find them." + LONG,
                                "fair_balance": "Whoever is not listed is forgotten at once." + LONG},
            "place": {"name": "Market square",
                      "polygon": "51.4700,-0.4500;51.4700,-0.4490;51.4708,-0.4490;51.4708,-0.4500"},
            "notice": {"file": str(self.folder / "notice"), "published_at": published},
            "signs": {name: {"at": "51.4712,-0.4495", "position": f"Lamp post {name}"} for name in ("north", "south")},
            "documents": documents,
            "accuracy_report": {"reference": "accuracy-1", "file": str(self.folder / "accuracy"),
                                "tested_entries": 1000, "threshold_millionths": 450000, "reviewed_on": reviewed},
            "watchlist": {"file": str(sealed)},
            "cameras": {name: {"source": str(source)} for name, source in cameras.items()},
        }

    def answers_file(self, answers: dict) -> pathlib.Path:
        file = self.folder / f"{answers['reference']}.answers.json"
        file.write_text(json.dumps(answers))
        return file

    def draft(self, answers: dict) -> pathlib.Path:
        self.run("authority", "draft", "--answers", self.answers_file(answers), "--models", self.models)
        return self.site / "authorities" / f"{answers['reference']}.draft"

    def sign(self, named, officer: str, code=0) -> str:
        return self.run("authority", "sign", named, "--as", officer, "--yes", sealed_by=True, code=code)

    def authority(self, sealed, cameras: dict, reference: str = "", minutes: int = 60) -> str:
        """The reference of an authority that jo and sam have signed."""
        reference = reference or f"deployment-{os.urandom(4).hex()}"
        self.draft(self.answers(sealed, cameras, reference, minutes))
        for officer in ("jo", "sam"):
            self.sign(reference, officer)
        return reference
