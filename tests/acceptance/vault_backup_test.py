"""Backups of a vault over the commands: whom they open for, and that no broken or foreign file changes anything."""
import os
import subprocess
import unittest

from signed_site import LIGHT_KEY
from vault_tool import NEEDLE, VaultTest, forms_of


class Backup(VaultTest):
    def setUp(self):
        super().setUp()
        self.identity_file, self.recipient = self.identity(self.folder)
        self.backup = self.folder / "backup.age"
        self.ask()
        self.vault("approve", "w-1", "--yes", by="max")

    def back_up(self, *recipients, code=0) -> str:
        return self.vault("backup", "-o", self.backup, *(word for one in recipients for word in ("--to", one)), code=code)

    def restore(self, identity=None, code=0) -> str:
        return self.vault("restore", self.backup, "--identity", identity or self.identity_file, code=code)

    def lose_rows(self):
        for name in ("rows.db", "rows.db-wal", "rows.db-shm"):
            (self.office.site / "vault" / name).unlink(missing_ok=True)

    def leaves(self, kind) -> int:
        return self.kinds().count(kind)

    def test_each_recipient_restores_what_age_itself_opens_and_nothing_plain_is_in_it(self):
        other_file, other = self.identity(self.folder, "other")
        self.back_up(self.recipient, other)
        self.assertEqual(self.backup.stat().st_mode & 0o777, 0o600)
        opened = subprocess.run(["age", "-d", "-i", self.identity_file, self.backup], check=True, capture_output=True).stdout
        self.assertTrue(opened.startswith(b"proviso/vault-backup/v1\n"), "the control: it is opened")
        self.assertIn(b"w-1", opened, "ids stand in it")
        for needle in (NEEDLE.encode(), b"Alex Example", b"Custody record 25/1234", self.photograph.read_bytes()[200:400]):
            for form in forms_of(needle):
                self.assertNotIn(form, opened, "even opened it is ciphertext")
        digest = self.office.journal()[-1]["body"]["backup"]
        for identity in (self.identity_file, other_file):
            self.lose_rows()
            self.assertIn("restored  1 entry", self.restore(identity))
            self.assertEqual(self.office.journal()[-1]["body"], {"backup": digest, "entries": 1, "officer": "mia"})
            self.assertEqual(self.active(), {"w-1"})

    def test_what_is_not_whole_or_not_this_vaults_is_refused_and_changes_nothing(self):
        self.back_up(self.recipient)
        stranger, _ = self.identity(self.folder, "stranger")
        whole = self.backup.read_bytes()
        self.lose_rows()

        def refused(said: str, bytes_now: bytes, identity=None):
            self.backup.write_bytes(bytes_now)
            self.assertIn(said, self.restore(identity, code=1))
            self.assertIn("no rows of the list", self.vault("list", code=1))

        edited = bytearray(whole)
        edited[len(whole) // 2] ^= 1
        refused("the identity does not open the file", whole, stranger)
        refused("nothing was opened", whole, self.folder / "nowhere")
        for part in (whole[:len(whole) // 2], whole[:-1], bytes(edited), b"", b"words\n"):
            refused("cut off or changed, or is no age file", part)
        for plain, said in ((b"proviso/vault-backup/v2\n{}\n", "a newer version made it"),
                            (b"other words\n", "no backup of a vault")):
            sealed = subprocess.run(["age", "-r", self.recipient], input=plain, check=True, capture_output=True).stdout
            refused(said, sealed)
        self.assertEqual(self.leaves("vault_restored"), 0)

        self.backup.write_bytes(whole)
        master = self.office.site / "vault/master.key"
        kept = master.read_bytes()
        other = self.first.copied(self.folder / "other site")
        other.run("vault", "new", *LIGHT_KEY, "--as", "mia", "--unlock", self.unlock, sealed_by=True)
        said = other.run("vault", "restore", self.backup, "--identity", self.identity_file, "--as", "mia", "--unlock",
                         self.unlock, sealed_by=True, code=1)
        self.assertIn("another vault's", said)
        self.assertEqual(master.read_bytes(), kept)
        self.assertIn("restored  1 entry", self.restore())
        self.assertEqual(self.active(), {"w-1"}, "the control")

    def test_who_does_not_care_for_the_list_neither_backs_up_nor_restores(self):
        self.back_up(self.recipient)
        before = self.backup.read_bytes()
        words = ("--to", self.recipient)
        self.vault("backup", "-o", self.backup, *words, by="eve", code=1)
        self.vault("restore", self.backup, "--identity", self.identity_file, by="eve", code=1)
        self.assertEqual(self.backup.read_bytes(), before)
        self.assertIn("a recipient is none", self.back_up("age1nobody", code=1))
        self.assertEqual(self.backup.read_bytes(), before, "what stood there stands")
        self.environment = os.environ | {"PATH": "/nowhere"}
        self.assertIn("install Debian's package age", self.back_up(self.recipient, code=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
