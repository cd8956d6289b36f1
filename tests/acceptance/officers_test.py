"""Keys, certificates and revocations as commands make them, against Go's reader of signed notes.

    ours to theirs   what `proviso` signs, golang.org/x/mod/sumdb/note verifies
    theirs to ours   a site whose root is Go's key: `proviso` takes its certificates
    disagreement     no changed certificate that `proviso` takes is refused by Go, or read otherwise
"""
import base64
import json
import os
import pathlib
import pty
import random
import re
import select
import subprocess
import sys
import tempfile
import unittest

import go_checkers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin/proviso").resolve()
POLICY = ROOT / "policies" / "uk.toml"
WORDS = "four words for a test"
LIGHT = ("--key-memory-mib", 8)  # Tests guess no passphrase.
ROOT_SEED = base64.b64encode(bytes(range(32))).decode()
OFFICER_SEED = base64.b64encode(bytes(range(32, 64))).decode()
MUTANTS = 400
NOW = "2026-01-01T00:00:00Z"
NOTHING_REVOKED = ("proviso/revocations/v1\n"
                   f'{{"issued_at":"{NOW}","number":0,"revoked":[],"site":"northgate"}}\n')


def proviso(*words, code=0):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          start_new_session=True, check=False)
    assert done.returncode == code, f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout if code == 0 else done.stderr


def certificate(site: str, key: str) -> str:
    """A certificate's text, written here and not by proviso."""
    body = {"id": "sam", "issued_at": NOW, "key": key, "name": "Sam Doe", "rank": "superintendent",
            "roles": [{"not_after": "2027-01-01T00:00:00Z", "not_before": NOW, "role": "authorising-officer"}],
            "site": site}
    return "proviso/officer/v1\n" + json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"


class Terminal:
    """Runs proviso at a terminal of its own and types; `shown` is all that a person would see."""

    def __init__(self, *words):
        self.shown = ""
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execv(PROGRAM, [str(PROGRAM), *map(str, words)])

    def read(self) -> bool:
        if not select.select([self.terminal], [], [], 60)[0]:
            raise AssertionError(f"nothing more came; shown: {self.shown}")
        try:
            data = os.read(self.terminal, 4096)
        except OSError:  # The other side is closed.
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

    def answer(self, prompt: str, typed: str):
        seen = len(self.shown)
        while prompt not in self.shown[seen:]:
            assert self.read(), f"no {prompt!r} in: {self.shown}"
        os.write(self.terminal, typed.encode())

    def end(self) -> int:
        while self.read():
            pass
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


class Folder(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.site = self.folder / "site"
        self.words = self.folder / "words"
        self.words.touch(mode=0o600)
        self.words.write_text(WORDS + "\n")

    def new_site(self):
        return proviso("site", "new", "northgate", "--policy", POLICY, *self.here(), *LIGHT)

    def here(self):
        return ["--site", self.site, "--passphrase-file", self.words]

    def new_officer(self, officer="sam", name="Sam Doe", code=0):
        return proviso("officer", "new", officer, "--name", name, "--rank", "superintendent", "--role",
                       "authorising-officer", "--role", "reviewer:30", *self.here(), *LIGHT, code=code)

    def certify(self, officer="sam", code=0):
        return proviso("officer", "certify", officer, "--yes", *self.here(), code=code)

    def officers(self):
        return [json.loads(line) for line in proviso("officer", "list", "--json", "--site", self.site).splitlines()]

    def recorded(self):
        """The kinds of acts that files of the site tell of."""
        told = b"".join(file.read_bytes() for file in self.site.rglob("*") if file.is_file())
        return set(re.findall(rb'"kind":"([a-z_]+)"', told))


class Commands(Folder):
    def test_each_step_names_the_next_and_is_recorded(self):
        self.assertIn("proviso officer new", self.new_site())
        self.assertIn("proviso officer new", proviso("officer", "list", "--site", self.site))
        self.assertIn("proviso officer certify sam", self.new_officer())
        self.assertIn("not certified", proviso("officer", "show", "sam", "--site", self.site))
        self.assertEqual(self.officers(), [])
        self.assertIn("proviso authority draft", self.certify())
        self.assertFalse(self.officers()[0]["revoked"])
        said = proviso("officer", "revoke", "sam", "--reason", "Key lost", *self.here())
        self.assertIn("proviso officer new sam", said)
        self.assertTrue(self.officers()[0]["revoked"])
        self.assertEqual(self.recorded(), {b"policy_adopted", b"officer_certified", b"officer_revoked"})

        self.new_officer()
        self.certify()
        self.assertEqual([officer["revoked"] for officer in self.officers()], [False, True])

    def test_what_may_not_be_is_refused_and_changes_nothing(self):
        self.assertIn("site new", proviso("officer", "list", "--site", self.site, code=1))
        self.new_site()
        self.assertIn("absent or empty", proviso("site", "new", "x", "--policy", POLICY, *self.here(), code=1))
        self.new_officer()
        self.assertIn("proviso officer certify sam", self.new_officer(code=1))
        self.words.write_text("another's own words\n")
        self.assertIn("does not open", self.certify(code=1))
        self.words.chmod(0o644)
        self.assertIn("chmod 600", self.certify(code=1))
        self.words.chmod(0o600)
        self.words.write_text(WORDS + "\n")
        self.assertIn("--yes", proviso("officer", "certify", "sam", *self.here(), code=1))
        self.assertEqual(self.officers(), [])
        self.certify()
        self.assertIn("asks for nothing", self.certify(code=1))
        self.new_officer("samuel", "SAM DOE")
        self.assertIn("one person has one id", self.certify("samuel", code=1))
        self.assertEqual(len(self.officers()), 1)

    def test_a_passphrase_is_neither_an_argument_nor_in_the_environment(self):
        for words in (["site", "new"], ["officer", "new"], ["officer", "certify"], ["officer", "revoke"]):
            said = proviso(*words, "--help")
            self.assertIn("--passphrase-file", said)
            self.assertNotIn("--passphrase ", said)
            self.assertNotIn("PASSPHRASE", said)

    def test_no_file_of_a_site_has_the_passphrase(self):
        self.new_site()
        self.new_officer()
        self.assertEqual(self.site.stat().st_mode & 0o077, 0)
        files = [file for file in self.site.rglob("*") if file.is_file()]
        self.assertGreater(len(files), 5)
        for file in files:
            self.assertNotIn(WORDS.encode(), file.read_bytes(), file)


class Cost(Folder):
    """What a guess at a passphrase costs stands in the key's file."""

    def test_a_key_is_as_costly_as_asked_for_and_no_cheaper_than_allowed(self):
        words = ("site", "new", "northgate", "--policy", POLICY, *self.here(), "--key-memory-mib")
        for refused in (7, 513):
            proviso(*words, refused, code=2)
        proviso(*words, 8)
        self.assertIn("memory_kib 8192\n", (self.site / "root.key").read_text())


class Typed(Folder):
    """What is typed at a terminal is not shown."""

    def test_a_site_is_made_and_an_officer_certified_with_nothing_shown(self):
        new = Terminal("site", "new", "northgate", "--policy", POLICY, "--site", self.site)
        new.answer("New passphrase", WORDS + "xé\x7f\x7f\r")  # Two characters taken back.
        new.answer("same again", WORDS + "\r")
        self.assertEqual(new.end(), 0, new.shown)
        self.assertIn("memory_kib 262144\n", (self.site / "root.key").read_text(), "unless less is asked for")
        self.assertNotIn(WORDS, new.shown)
        self.new_officer()
        certify = Terminal("officer", "certify", "sam", "--site", self.site)
        certify.answer("Type yes", "yes\r")
        certify.answer("Passphrase of the root key of northgate", WORDS + "\r")
        self.assertEqual(certify.end(), 0, certify.shown)
        self.assertNotIn(WORDS, certify.shown)
        self.assertEqual(len(self.officers()), 1)

    def test_two_that_differ_an_answer_of_no_and_an_interrupt_do_nothing(self):
        new = Terminal("site", "new", "northgate", "--policy", POLICY, "--site", self.site)
        new.answer("New passphrase", WORDS + "\r")
        new.answer("same again", WORDS + "!\r")
        self.assertEqual(new.end(), 1, new.shown)
        self.assertIn("the two differ", new.shown)
        self.assertFalse(self.site.exists())
        new = Terminal("site", "new", "northgate", "--policy", POLICY, "--site", self.site)
        new.answer("New passphrase", "four wor\x03")
        self.assertEqual(new.end(), 1, new.shown)
        self.assertIn("broken off", new.shown)
        self.assertFalse(self.site.exists())
        self.new_site()
        self.new_officer()
        certify = Terminal("officer", "certify", "sam", "--site", self.site)
        certify.answer("Type yes", "no\r")
        self.assertEqual(certify.end(), 1, certify.shown)
        self.assertEqual(self.officers(), [])


class AgainstGo(Folder):
    @classmethod
    def setUpClass(cls):
        cls.checker = go_checkers.build("note")

    def go(self, *words, given, code=0):
        done = subprocess.run([self.checker, *words], input=given, capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.decode()

    def go_sign(self, name, text, seed=ROOT_SEED):
        """The key and the note, by Go."""
        return self.go("sign", name, seed, given=text.encode()).split("\n\n", 1)

    def go_site(self):
        """A site whose root is a key of Go's, with one officer. Returns the root and the certificate's file."""
        key = self.go_sign("northgate/sam", "any\n", OFFICER_SEED)[0]
        root, note = self.go_sign("northgate", certificate("northgate", key))
        (self.site / "officers" / "former").mkdir(parents=True)
        (self.site / "root.vkey").write_text(root + "\n")
        (self.site / "revocations.note").write_text(self.go_sign("northgate", NOTHING_REVOKED)[1])
        file = self.site / "officers" / "sam.cert"
        file.write_text(note)
        return root, file

    def test_go_verifies_what_proviso_signs(self):
        self.new_site()
        self.new_officer()
        request = (self.site / "officers" / "sam.request").read_bytes()
        self.certify()
        root = (self.site / "root.vkey").read_text().strip()
        sam = self.officers()[0]["key"]
        for file, key in (("officers/sam.cert", root), ("revocations.note", root)):
            said = self.go("verify", key, given=(self.site / file).read_bytes())
            self.assertIn("signed by northgate\n", said)
        self.assertIn("signed by northgate/sam\n", self.go("verify", sam, given=request))
        self.go("verify", sam, given=(self.site / "revocations.note").read_bytes(), code=1)
        changed = request.replace(b"superintendent", b"chief-constable")
        self.go("verify", sam, given=changed, code=1)

    def test_proviso_takes_what_go_signs(self):
        _, file = self.go_site()
        self.assertEqual([officer["officer"] for officer in self.officers()], ["sam"])
        file.write_text(file.read_text().replace("superintendent", "chief-constable"))
        self.assertIn("must be signed by the site's root", proviso("officer", "list", "--site", self.site, code=1))

    def test_no_changed_certificate_is_taken_that_go_refuses_or_reads_otherwise(self):
        root, file = self.go_site()
        good = file.read_bytes()
        text = base64.b64encode(good[:good.rindex(b"\n\n") + 1]).decode()
        chance = random.Random(20261124)
        mutants = [good] + [self.mutant(good, chance) for _ in range(MUTANTS)]
        judged = self.go("judge", root, given=b"".join(base64.b64encode(one) + b"\n" for one in mutants)).split()
        taken = []
        for mutant, judgement in zip(mutants, judged, strict=True):
            file.write_bytes(mutant)
            done = subprocess.run([PROGRAM, "officer", "list", "--site", self.site], capture_output=True, check=False)
            self.assertIn(done.returncode, (0, 1), mutant)
            if done.returncode == 0:
                self.assertEqual(judgement, text, mutant)
                taken.append(mutant)
        self.assertEqual(taken[0], good)
        print(f"changed certificates: {MUTANTS}; taken by proviso {len(taken) - 1}, "
              f"by Go {sum(one != 'refused' for one in judged) - 1}")

    @staticmethod
    def mutant(good: bytes, chance: random.Random) -> bytes:
        at, other = chance.randrange(len(good)), chance.randrange(len(good))
        match chance.randrange(4):
            case 0:
                return good[:at] + bytes([chance.randrange(256)]) + good[at + 1:]
            case 1:
                return good[:at] + good[at + chance.randrange(1, 9):]
            case 2:
                return good[:at] + good[other:other + 40] + good[at:]
            case _:  # Lines of strangers, which both must pass over, and lines that are none.
                name = chance.choice(["stranger", "northgate", "a+b", "with space", ""])
                blob = base64.b64encode(chance.randbytes(chance.choice([3, 4, 5, 68])))
                return good + "\u2014 ".encode() + name.encode() + b" " + blob + b"\n"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
