"""A list that a vault sealed, from its sealing to its destruction."""
import json
import re
import subprocess
import unittest

from deployment_tool import CLIP
from site_tool import MODELS, PROGRAM, proviso
from vault_tool import VaultTest, entries_in


class SealedLists(VaultTest):
    def setUp(self):
        super().setUp()
        self.ask()
        self.vault("approve", "w-1", "--yes", by="max")

    def watch(self, sealed, authority, unlock=None):
        words = [PROGRAM, "watch", f"car={CLIP}", "--site", self.office.site, "--authority", authority, "--watchlist", sealed,
                 "--unlock", unlock or self.unlock, "--models", MODELS, "--json"]
        return subprocess.run(words, capture_output=True, text=True)

    def alerts(self, done) -> list[str]:
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line["entry"] for line in map(json.loads, done.stdout.splitlines()) if "entry" in line]

    def keys(self) -> list[str]:
        return [path.name for path in (self.office.site / "vault/keys").glob("sealed-list.*")]

    def reasons(self, kind) -> list[dict]:
        return [leaf["body"] for leaf in self.office.journal() if leaf["kind"] == kind]

    def test_a_list_opens_for_who_has_the_vault_while_its_deployment_lasts(self):
        sealed = self.sealed()
        digest = re.search(r"sha256 +([0-9a-f]{64})", self.said)[1]
        self.assertEqual(self.keys(), [f"sealed-list.{digest}"])
        authority = self.office.started(sealed, {"car": CLIP})
        shown = self.office.run("authority", "show", "test", "--watchlist", sealed)
        self.assertRegex(shown, r"category missing-at-risk +1\b", "what it consists of needs no key")
        other = self.folder / "other"
        other.touch(mode=0o600)
        other.write_text("quite another vault opens with this")
        locked = self.watch(sealed, authority, unlock=other)
        self.assertEqual((locked.returncode, self.office.refusals()), (1, ["list-refused"]), locked.stderr)
        self.assertIn("stays locked", locked.stderr)
        self.assertIn("w-1", self.alerts(self.watch(sealed, authority)), "the control")

        copied = self.folder / "copy"
        copied.write_bytes(sealed.read_bytes())
        self.assertIn("destroyed: nothing opens it", self.office.step("stop", "test", "--reason", "It is over"))
        self.assertEqual(self.keys(), [])
        self.assertEqual(self.reasons("list_destroyed"), [{"deployment": "test", "officer": "jo",
                                                           "reason": "deployment-ended", "watchlist": digest}])
        late = self.watch(copied, authority)
        self.assertEqual(late.returncode, 1)
        self.assertIn("has no key here", late.stderr)
        self.assertEqual(self.listed(), {"w-1": True}, "the entry is in the vault until it expires")

    def test_who_is_erased_stays_so_when_a_run_starts_again_and_the_others_are_found(self):
        self.ask("w-2", label="Somebody Else")
        self.vault("approve", "w-2", "--yes", by="max")
        sealed = self.sealed()
        authority = self.office.started(sealed, {"car": CLIP})
        before = set(self.alerts(self.watch(sealed, authority)))
        self.vault("revoke", min(before), "--reason", "cleared")
        again = self.watch(sealed, authority)
        self.assertEqual(set(self.alerts(again)), {"w-1", "w-2"} - {min(before)}, "the same man under the other id")
        self.assertIn("1 entry of the list erased since it was sealed", again.stderr)

    def test_a_list_is_of_the_categories_that_were_chosen_and_a_run_of_those_of_its_use_case(self):
        self.ask("w-2", category="demonstration")
        self.vault("approve", "w-2", "--yes", by="max")
        file = self.folder / "chosen"
        said = self.vault("seal", "-o", file, "--category", "missing-at-risk")
        self.assertEqual(entries_in(file.read_bytes()), ["w-1"])
        self.assertIn("1 entry of other categories", said)
        self.assertIn("is a folder", self.vault("seal", "-o", self.folder, code=1))
        self.assertIn("no category", self.vault("seal", "-o", file, "--category", "everybody", code=1))
        self.assertIn("no use case", self.vault("seal", "-o", file, "--use-case", "Curiosity", code=1))

    def test_lists_that_nobody_may_run_with_any_more_are_destroyed_by_the_timer(self):
        self.sealed()
        key = next((self.office.site / "vault/keys").glob("sealed-list.*"))
        self.assertNotIn("sealed list", self.vault("expire"), "the control: it is new")
        self.assertTrue(key.exists())
        text = key.read_text()
        key.write_text(re.sub(r"20\d\d-", "2020-", text, count=1))
        self.assertIn("1 sealed list destroyed", self.vault("expire"))
        self.assertFalse(key.exists())
        self.assertEqual([body["reason"] for body in self.reasons("list_destroyed")], ["expired"])

    def test_who_stands_in_the_source_no_more_or_otherwise_is_named_and_the_others_count_as_compared(self):
        self.ask("w-2")
        source = self.folder / "source"
        source.mkdir()
        (source / "man.jpg").write_bytes(self.photograph.read_bytes())
        body = json.loads((self.folder / "w-1.json").read_text())
        (source / "w-1.json").write_text(json.dumps(body))
        (source / "w-3.json").write_text(json.dumps(body | {"id": "w-3"}))
        rows = [line for line in self.compared(source, "--json").splitlines() if line.startswith("{")]
        self.assertEqual({row["entry"]: row["standing"] for row in map(json.loads, rows)},
                         {"w-1": "same", "w-2": "gone", "w-3": "new"})
        self.assertEqual([leaf["entry"] for leaf in self.reasons("entry_compared")], ["w-1"])
        (source / "w-1.json").write_text(json.dumps(body | {"reason": "Another"}))
        self.assertRegex(self.compared(source), r"changed +w-1")
        (source / "w-3.json").unlink()
        (source / "w-1.json").write_text(json.dumps(body))
        (source / "w-2.json").write_text((self.folder / "w-2.json").read_text())
        self.assertIn("2 entries compared: as in the source", self.vault("compare", source, by="max"))

    def compared(self, *words) -> str:
        return self.vault("compare", *words, by="max", code=1)

    def test_a_list_in_the_clear_is_not_one_of_a_vault(self):
        draft, clear = self.folder / "draft", self.folder / "clear"
        proviso("watchlist", "new", draft, "--models", MODELS)
        proviso("watchlist", "add", draft, "w-1", self.photograph, "--models", MODELS)
        proviso("watchlist", "seal", draft, "-o", clear)
        self.assertRegex(clear.read_bytes()[:30], rb"^proviso/watchlist/v2\n")
        sealed = self.sealed()
        refused = proviso("watchlist", "list", sealed, code=1)
        self.assertIn("is locked", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
