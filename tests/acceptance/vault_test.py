"""From a request to destruction by the commands alone: two people, a sealed list that alerts, an erasure that holds."""
import base64
import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import unittest

from deployment_tool import CLIP, FULL
from site_tool import MODELS, PROGRAM
from vault_tool import NEEDLE, VaultTest, forms_of, template_of


def files_with(folder: pathlib.Path, needle: bytes) -> list[str]:
    """Which files hold it, as it is or written in another way."""
    forms = forms_of(needle)
    return [str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.is_file() and any(form in path.read_bytes() for form in forms)]


class Vault(VaultTest):
    def template(self) -> list:
        with contextlib.closing(sqlite3.connect(self.office.site / "vault/rows.db")) as rows:
            return rows.execute("SELECT entry, version, sealed FROM vault_record WHERE kind = 'template'").fetchall()

    def runs(self, sealed) -> tuple[str, subprocess.Popen]:
        """What a run over the man's three visits says, and the same run in real time."""
        once, often = self.folder / "once.mp4", self.folder / "often.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", CLIP, "-vf", "tpad=stop_duration=2:stop_mode=add", "-an", once],
                       check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "2", "-i", once, "-c", "copy", often], check=True)
        authority = self.office.started(sealed, {"car": often})
        words = [PROGRAM, "watch", f"car={often}", "--site", self.office.site, "--authority", authority, "--watchlist",
                 sealed, "--unlock", self.unlock, "--models", MODELS, "--json"]
        control = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(control.returncode, 0, control.stderr)
        return control.stdout, subprocess.Popen([*words, "--real-time"], stdout=subprocess.PIPE,
                                                stderr=subprocess.PIPE, text=True)

    def test_two_people_list_somebody_the_sealed_list_alerts_and_the_erased_never_returns(self):
        self.ask()
        self.assertEqual(self.listed(), {"w-1": False}, "nobody has approved it")
        self.assertIn("nothing to seal", self.vault("seal", "-o", self.folder / "none", code=1))
        self.vault("approve", "w-1", "--yes", by="max")
        self.assertEqual(self.listed(), {"w-1": True})
        sealed = self.sealed()
        self.assertRegex(self.said, r"missing-at-risk  1\nunder 18 +0\n")
        template, listed = self.template(), sealed.read_bytes()
        control, run = self.runs(sealed)
        self.assertEqual([line.get("kind") for line in map(json.loads, control.splitlines())],
                         ["new", "update", "update", None], "the control: each time that he comes")
        self.assertEqual((self.template(), sealed.read_bytes()), (template, listed), "no match changes a template")
        self.assertEqual(json.loads(run.stdout.readline())["entry"], "w-1")
        opened = [os.readlink(file) for file in pathlib.Path(f"/proc/{run.pid}/fd").iterdir()]
        self.assertIn("often.mp4", " ".join(opened), "the control: it has the recording open")
        self.assertNotIn("vault", " ".join(opened), "and nothing of the vault, so no match can write there")
        self.assertIn("erased  1 entry", self.vault("revoke", "w-1", "--reason", "cleared"))
        out, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, said)
        self.assertEqual([json.loads(line).get("kind") for line in out.splitlines()], [None], "only the summary")
        at = {entry["kind"]: datetime.datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
              for entry in self.office.journal()}
        seen_s = (at["entry_withdrawn"] - at["erasure_ordered"]).total_seconds()
        print(f"revoked: the run knew after {seen_s:.2f} s", flush=True)
        self.assertLess(seen_s, 1)

        self.assertEqual(self.listed(), {})
        self.assertRegex(self.vault("trace", "w-1"), "w-1  missing-at-risk  active from .*: cleared")
        self.assertIn("does not come back", self.ask(code=1))
        self.assertIn("nothing to seal", self.vault("seal", "-o", self.folder / "none", code=1))
        kinds = self.kinds()
        for kind in ("vault_made", "entry_requested", "entry_viewed", "entry_activated", "list_sealed",
                     "erasure_ordered", "entry_erased", "deletion_certified", "entry_refused"):
            self.assertIn(kind, kinds)
        self.office.run("audit", "verify")

    @unittest.skipUnless(FULL, "SKIPPED: only ./dev test --full takes the time")
    def test_nobody_approves_alone_in_anothers_name_or_without_the_role(self):
        self.assertIn("somebody else than asked_by", self.ask(approved_by="mia", code=1))
        self.ask()
        self.vault("approve", "w-1", "--yes", by="mia", code=1)
        self.vault("approve", "w-1", "--yes", by="eve", code=1)
        self.assertEqual(self.listed(), {"w-1": False})
        self.vault("approve", "w-1", "--yes", by="max")
        self.assertEqual(self.listed(), {"w-1": True}, "the control")
        self.vault("revoke", "w-1", "--reason", "cleared", by="eve", code=1)
        self.vault("show", "w-1", by="eve", code=1)
        self.assertEqual(self.listed(), {"w-1": True})

    @unittest.skipUnless(FULL, "SKIPPED: only ./dev test --full takes the time")
    def test_a_request_names_everything_that_is_missing_or_that_the_policy_refuses(self):
        said = self.ask(reason=None, legal_basis=None, code=1)
        self.assertIn("fields are missing: legal_basis, reason", said)
        image = {"file": "man.jpg", "source": "found-on-the-web", "taken_on": "2026-03-14", "provenance": "A page"}
        self.assertIn("found-on-the-web", self.ask(images=[image], category="enemies", code=1))
        for path in ("../man.jpg", "/etc/hostname"):
            self.assertIn("not below", self.ask(images=[image | {"source": "custody", "file": path}], code=1))
        blurred = self.folder / "small.jpg"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.photograph, "-vf", "scale=44:-1", blurred], check=True)
        self.assertIn("not every photograph is usable",
                      self.ask(images=[image | {"source": "custody", "file": "small.jpg"}], code=1))
        self.assertEqual(self.listed(), {})

    def test_an_import_is_all_or_nothing_or_skips_what_is_faulty_and_twice_changes_nothing(self):
        request = self.request("w-1")
        body = json.loads(request.read_text())
        faulty = body | {"id": "w-3", "images": [body["images"][0] | {"file": "nobody.jpg"}]}
        many = self.folder / "many.json"
        many.write_text(json.dumps([body, body | {"id": "w-2"}, faulty, body | {"id": "w-2"}]))
        words = (many, "--models", MODELS)

        def standings(said: str) -> list[tuple]:
            return [(row["entry"], row["standing"].strip()) for row in map(json.loads, said.splitlines())]

        self.assertIn("2 requests are faulty", self.vault("import", *words, "--dry-run", code=1))
        self.assertIn("Nothing was stored", self.vault("import", *words, code=1))
        self.assertEqual(self.listed(), {})
        self.vault("import", *words, "--skip-faulty", code=1)
        self.assertEqual(self.listed(), {"w-1": False, "w-2": False})
        many.write_text(json.dumps([body, body | {"id": "w-2"}]))
        table = self.folder / "people.csv"
        image = body.pop("images")[0]
        columns = [*body, *image]
        table.write_text(",".join(columns) + "\n" + "".join(
            ",".join(f'"{value}"' for value in (body | image | {"id": entry}).values()) + "\n" for entry in ("w-1", "w-2")))
        self.assertEqual(standings(self.vault("import", table, "--models", MODELS, "--json")),
                         [("w-1", "same"), ("w-2", "same")], "the same people as a table")
        acts = len(self.kinds())
        again = self.vault("import", *words, "--json")
        self.assertEqual(standings(again), [("w-1", "same"), ("w-2", "same")])
        self.assertEqual(len(self.kinds()), acts, "the same import twice changes nothing")
        said = self.vault("approve", "w-1", "w-2", "--yes", by="max")
        self.assertRegex(said, r"CONFLICT +same-face w-2 \(1\.000\)")
        self.assertEqual([entry["body"]["officer"] for entry in self.office.journal()
                          if entry["kind"] == "conflict_seen"][-2:], ["max", "max"], "what the approver saw")
        self.assertEqual(self.listed(), {"w-1": True, "w-2": True})

    def test_a_stopped_site_shows_nobody_without_the_vaults_passphrase(self):
        response = "Sit with the person until a colleague comes"
        self.ask(requested_response=response)
        self.vault("approve", "w-1", "--yes", by="max")
        sealed = self.sealed()
        template = template_of(self.photograph)
        photograph = self.photograph.read_bytes()
        for file in (self.folder / "w-1.json", self.folder / "man.jpg"):
            file.unlink()
        self.assertGreater(sealed.stat().st_size, len(template), "the sealed list stays there, and is searched too")
        needles = {"label": b"Alex Example", "reason": NEEDLE.encode(), "provenance": b"Custody record 25/1234",
                   "legal basis": b"A court's order", "response": response.encode(),
                   "photograph": photograph[200:400], "photograph's end": photograph[-300:-100], "template": template[:64],
                   "template's end": template[-64:]}
        for name, needle in needles.items():
            self.assertEqual(files_with(self.folder, needle), [], name)
        pictures = self.folder / "pictures"
        shown = self.vault("show", "w-1", "--pictures", pictures)
        for words in ("Alex Example", NEEDLE, "Custody record 25/1234", "A court's order", response):
            self.assertIn(words, shown, "the control: unlocked it stands there")
        self.assertEqual((pictures / "w-1-1.jpg").read_bytes(), photograph)
        for name, written in (("template", template.hex().upper().encode()), ("template", base64.b64encode(b"x" + template)),
                              ("reason", shown.encode("utf-16-be"))):
            (self.folder / "control").write_bytes(written)
            self.assertIn("control", files_with(self.folder, needles[name]), "the control: the search is not blind")
        self.unlock.write_text("another passphrase altogether")
        self.assertIn("stays locked", self.vault("list", code=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
