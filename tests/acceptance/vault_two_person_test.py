"""Nobody is active whom two people did not sign over the same bytes, whatever one of them tries: eight ways round it.

After each try `vault list` and the list that a seal holds are looked at, and the log must know of the try.
PROVISO_FULL=1 lets an approval and an edit meet 100 times, else 5.
"""
import concurrent.futures
import json
import random
import sqlite3
import subprocess
import unittest

from deployment_tool import FULL, with_clock
from signed_site import LIGHT_KEY
from site_tool import MODELS, PROGRAM
from vault_tool import VaultTest, later

MEETINGS = 100 if FULL else 5


class TwoPersonRule(VaultTest):
    def approve(self, *entries, by="max", code=0) -> str:
        return self.vault("approve", *entries, "--yes", by=by, code=code)

    def test_one_person_does_not_sign_twice(self):
        self.assertIn("somebody else than asked_by", self.tried(self.ask, approved_by="mia"))
        self.ask()
        self.tried(self.approve, "w-1", by="mia")
        self.office.passphrase.write_text("words that are mia's own")
        self.tried(self.approve, "w-1")
        self.office.passphrase.write_text("four words for a test")
        self.tried(self.approve, "w-1", by="sam")
        self.assertEqual(self.active(), set())
        self.approve("w-1")
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_who_has_no_role_neither_asks_nor_looks_nor_takes_somebody_off(self):
        self.ask()
        self.approve("w-1")
        self.assertIn("may not act as", self.tried(self.ask, revision=2, by="eve"))
        self.assertIn("may not act as", self.tried(self.ask, "w-2", approved_by="eve"))
        self.assertIn("who is not certified", self.tried(self.ask, "w-2", approved_by="nobody"))
        for name in ("approve", "show"):
            said = self.tried(self.vault, name, "w-1", by="eve")
            self.assertIn("may not act as", said)
            self.assertNotIn("Alex Example", said)
        self.office.passphrase.write_text("words that are mia's own")
        self.assertNotIn("Alex Example", self.tried(self.approve, "w-1"), "nor who knows the vault's passphrase alone")
        self.office.passphrase.write_text("four words for a test")
        self.assertEqual(self.active(), {"w-1"})
        self.assertIn("Alex Example", self.vault("show", "w-1", by="max"), "the control")

    def test_an_edit_after_the_approval_takes_it_away(self):
        self.ask()
        self.approve("w-1")
        self.tried(self.ask, reason="Another reason altogether")
        self.assertEqual(self.active(), {"w-1"}, "what both signed stands")
        self.ask(reason="Another reason altogether", revision=2)
        self.assertEqual(self.active(), set())
        self.assertEqual(self.office.journal()[-1]["kind"], "entry_requested", "the edit is in the log")
        self.approve("w-1")
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_an_approval_and_an_edit_that_meet_leave_only_what_both_signed(self):
        self.ask()
        random.seed(7)
        orders = {"active": 0, "waits": 0}
        words = ["--site", self.office.site, "--unlock", self.unlock, "--passphrase-file", self.office.passphrase]

        def until_done(*command):
            """Again while the other has the vault; how a wait ends is what this is about."""
            while True:
                done = subprocess.run([PROGRAM, "vault", *map(str, [*command, *words])], capture_output=True, text=True,
                                      stdin=subprocess.DEVNULL, start_new_session=True)
                if done.returncode != 1 or "one process at a time" not in done.stderr:
                    return done

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for revision in range(2, MEETINGS + 2):
                request = self.request(revision=revision, reason=f"Reason {revision}")
                both = [lambda: until_done("approve", "w-1", "--models", MODELS, "--yes", "--as", "max"),
                        lambda: until_done("request", request, "--models", MODELS, "--yes", "--as", "mia")]
                random.shuffle(both)
                done = [started.result() for started in [pool.submit(one) for one in both]]
                self.assertEqual([one.returncode for one in done], [0, 0], [one.stderr for one in done])
                orders["active" if self.active() == {"w-1"} else "waits"] += 1
        print(f"ran {MEETINGS} of 100 meetings of an approval and an edit: {orders}", flush=True)
        self.approve("w-1")
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_an_import_approves_nobody(self):
        self.ask("w-1")
        self.approve("w-1")
        body = json.loads(self.request("w-1").read_text())
        file = self.folder / "many.json"

        def imported(*requests, code=0):
            file.write_text(json.dumps(requests))
            return self.vault("import", file, "--models", MODELS, "--skip-faulty", code=code)

        another = body | {"id": "w-2"}
        for trick in (another | {"asked_by": "max", "approved_by": "mia"}, another | {"approved_by": "mia"},
                      another | {"activated_at": later(0)}, another | {"signatures": ["max"]},
                      body | {"reason": "Another reason altogether"}):
            self.tried(imported, trick)
        self.assertEqual(self.active(), {"w-1"}, "as both signed it")
        imported(another, body | {"revision": 2, "reason": "Another reason altogether"})
        self.assertEqual(self.active(), set(), "both wait for the second person")
        self.approve("w-1", "w-2")
        self.assertEqual(self.active(), {"w-1", "w-2"}, "the control")

    def test_a_restore_activates_nobody(self):
        identity, recipient = self.identity(self.folder)
        backup = self.folder / "backup.age"
        self.ask("w-1")
        self.approve("w-1")
        self.ask("w-2")
        self.vault("backup", "-o", backup, "--to", recipient)
        self.ask("w-1", revision=2, reason="Another reason altogether")
        self.assertIn("2 stood here", self.vault("restore", backup, "--identity", identity))
        self.assertEqual(self.active(), set(), "the approval of the bytes before is not brought back")
        for name in ("rows.db", "rows.db-wal", "rows.db-shm"):
            (self.office.site / "vault" / name).unlink(missing_ok=True)
        self.assertIn("proviso vault restore", self.vault("list", code=1))
        self.assertIn("restored  2 entries", self.vault("restore", backup, "--identity", identity))
        self.assertEqual(self.listed(), {"w-1": True, "w-2": False}, "as two people had signed them")
        kinds = self.kinds()
        self.assertEqual([kinds.count(kind) for kind in ("vault_backed_up", "vault_restored")], [1, 2])

    def test_an_edit_of_rows_activates_nobody(self):
        self.ask("w-1")
        self.approve("w-1")
        self.ask("w-2")
        rows = self.office.site / "vault/rows.db"

        def edited(*statements):
            database = sqlite3.connect(rows)
            for statement in statements:
                self.assertGreater(database.execute(statement).rowcount, 0, statement)
            database.commit()
            database.close()

        note = "(SELECT sealed FROM vault_record WHERE entry = 'w-1' AND kind = 'note')"
        for statements in ([f"UPDATE vault_record SET sealed = {note} WHERE entry = 'w-2' AND kind = 'note'"],
                           ["UPDATE vault_entry SET wrapped = (SELECT wrapped FROM vault_entry WHERE entry = 'w-1') "
                            "WHERE entry = 'w-2'"],
                           ["INSERT INTO vault_entry SELECT 'w-3', wrapped FROM vault_entry WHERE entry = 'w-1'",
                            "INSERT INTO vault_record SELECT 'w-3', kind, version, sealed FROM vault_record "
                            "WHERE entry = 'w-1'"]):
            edited(*statements)
            before = len(self.refusals())
            self.assertEqual(self.active(), {"w-1"})
            self.assertEqual({body["reason"] for body in self.refusals()[before:]}, {"damaged"}, "each look leaves a leaf")
        edited("UPDATE vault_record SET version = 2 WHERE entry = 'w-1'")
        self.assertEqual(self.active(), set())
        edited("UPDATE vault_record SET version = 1 WHERE entry = 'w-1'")
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_a_second_key_makes_nobody_a_second_person(self):
        self.ask()
        for name, person in (("mia2", "Officer mia"), ("mia3", "OFFICER MIA")):
            self.office.run("officer", "new", name, "--name", person, "--rank", "sergeant", "--role", "watchlist-manager",
                            *LIGHT_KEY, sealed_by=True)
            said = self.office.run("officer", "certify", name, "--yes", sealed_by=True, code=1)
            self.assertIn("one person has one id", said)
            self.assertEqual(self.office.journal()[-1]["body"], {"officer": name, "reason": "not-certified"})
            self.tried(self.approve, "w-1", by=name)
        self.assertEqual(self.active(), set())
        self.approve("w-1")
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_a_role_that_has_ended_approves_nobody(self):
        for name in ("ann", "bob"):
            self.office.officer(name, "sergeant", "watchlist-manager:1")
        self.ask(approved_by="ann")
        self.ask("w-2", approved_by="bob")
        self.approve("w-1", by="ann")
        self.environment = with_clock("+2d")
        self.assertIn("the role is held from", self.tried(self.approve, "w-2", by="bob"))
        self.assertEqual(self.active(), {"w-1"}, "who signed in time has signed")
        self.assertIn("the role is held from", self.tried(self.ask, "w-3", by="ann"), "nor asks who has the role no more")
        self.assertEqual(self.active(), {"w-1"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
